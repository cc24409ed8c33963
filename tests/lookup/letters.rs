//! Letters: a code for every household of a parcel, to be printed.

use serde_json::json;

use super::{Settled, asking, family, id, last_six, open, run, settled};
use crate::support::{Reply, Town};

/// The codes of a letter set, with who they are for.
fn codes_of(letters: &Reply) -> Vec<String> {
    let text = letters.text();
    let parts = text.split("<p class=\"code\">").skip(1);
    parts.map(|part| part[..14].to_owned()).collect()
}

#[tokio::test]
async fn letters_bring_every_household_its_own_code_once() {
    let Settled {
        town,
        parcel,
        code,
        six,
        ..
    } = settled().await;
    let mut body = Town::household_body(&parcel, "H-2");
    let two = last_six(body["persons"][0]["document"]["number"].as_str().unwrap()).to_owned();
    body["holder_name"] = "<b>张&三</b>".into();
    town.officer()
        .post("/v1/households", &body)
        .send()
        .await
        .ok(201);
    let (_, three) = family(&town, &parcel, "H-3").await;

    let path = format!("/v1/parcels/{}/lookup-letters", id(&parcel));
    let order = json!({"page_address": "https://anju.example/?a&b"});
    let send = || town.officer().post(&path, &order).key("letters").send();
    let letters = send().await.ok(200);
    assert_eq!(letters.header("content-type"), "text/html; charset=utf-8");
    let policy = letters.header("content-security-policy");
    assert!(
        policy.starts_with("default-src 'none'; style-src 'sha256-"),
        "{policy}"
    );
    let text = letters.text();
    for part in [
        "查询码通知单",
        "&lt;b&gt;张&amp;三&lt;/b&gt;",
        "H-3",
        "DJGD村",
        "0531-00000000",
        "https://anju.example/?a&amp;b",
        "会记下什么",
        "大沟村 12 号",
        "本查询由本区房屋征收（改造）主管部门提供",
        "电话12345",
        "<p class=\"office\">改造办公室</p>\n<p class=\"day\">2018年3月5日</p>",
    ] {
        assert!(text.contains(part), "{part}");
    }
    assert!(!text.contains("<b>张") && !text.contains("src=") && !text.contains("<script"));
    let codes = codes_of(&letters);
    assert_eq!(codes.len(), 2, "H-1 has a code already");
    assert!(
        codes
            .iter()
            .all(|code| text.matches(code.as_str()).count() == 1)
    );
    open(&town, &codes[0], &two).await;
    open(&town, &codes[1], &three).await;
    open(&town, &code, &six).await;

    send().await.is_problem(409, "already-done");
    let nobody = town.officer().post(&path, &json!({})).send().await;
    nobody.is_problem(409, "nothing-to-issue");
    let all = town
        .officer()
        .post(&path, &json!({"reissue": true}))
        .send()
        .await
        .ok(200);
    assert_eq!(codes_of(&all).len(), 3);
    asking(&town, &codes[0], &two)
        .send()
        .await
        .is_problem(401, "lookup-failed");
    assert_eq!(town.count("lookup_code where revoked_at is null").await, 3);
    assert_eq!(
        town.count("audit_event where action = 'lookup_code.issued'")
            .await,
        6
    );
}

#[tokio::test]
async fn a_large_parcel_is_printed_in_several_sets() {
    let Settled { town, parcel, .. } = settled().await;
    let owner = town.owner().await;
    let fill = format!(
        "insert into household (id, parcel_id, household_no, holder_name, address, created_at)
         select gen_random_uuid(), '{}', 'M-' || n, '张三', '某处', now()
           from generate_series(1, 2003) n",
        id(&parcel)
    );
    run(&owner, fill).await;
    let path = format!("/v1/parcels/{}/lookup-letters", id(&parcel));
    let first = town.officer().post(&path, &json!({})).send().await.ok(200);
    assert_eq!(codes_of(&first).len(), 2000);
    assert!(first.text().contains("还有 3 户"));
    let second = town.officer().post(&path, &json!({})).send().await.ok(200);
    assert_eq!(codes_of(&second).len(), 3);
    assert!(!second.text().contains("还有"));
}
