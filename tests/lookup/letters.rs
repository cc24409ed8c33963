//! Letters: a code for every household of a parcel, to be printed.

use serde_json::{Value, json};

use super::{Settled, asking, family, id, last_six, open, run, settled};
use crate::support::{Reply, Town};

/// The codes of a letter set, with who they are for.
fn codes_of(letters: &Reply) -> Vec<String> {
    let text = letters.text();
    let parts = text.split("<p class=\"code\">").skip(1);
    parts.map(|part| part[..14].to_owned()).collect()
}

/// A parcel whose first household has a code, and the second and third have none; with what the
/// residents of these know: the last six characters of their number.
async fn three_households() -> (Settled, String, String) {
    let settled = settled().await;
    let Settled { town, parcel, .. } = &settled;
    let mut body = Town::household_body(parcel, "H-2");
    let two = last_six(body["persons"][0]["document"]["number"].as_str().unwrap()).to_owned();
    body["holder_name"] = "<b>张&三</b>".into();
    let request = town.officer().post("/v1/households", &body);
    request.send().await.ok(201);
    let (_, three) = family(town, parcel, "H-3").await;
    (settled, two, three)
}

async fn print(settled: &Settled, order: &Value, key: &str) -> Reply {
    let path = format!("/v1/parcels/{}/lookup-letters", id(&settled.parcel));
    let request = settled.town.officer().post(&path, order);
    request.key(key).send().await
}

#[tokio::test]
async fn letters_say_what_they_are_and_load_nothing() {
    let (settled, ..) = three_households().await;
    let order = json!({"page_address": "https://anju.example/?a&b"});
    let letters = print(&settled, &order, "letters").await.ok(200);
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
}

#[tokio::test]
async fn letters_bring_every_household_its_own_code_once() {
    let (settled, two, three) = three_households().await;
    let Settled {
        town, code, six, ..
    } = &settled;
    let letters = print(&settled, &json!({}), "letters").await.ok(200);
    let text = letters.text();
    let codes = codes_of(&letters);
    assert_eq!(codes.len(), 2, "H-1 has a code already");
    assert!(
        codes
            .iter()
            .all(|code| text.matches(code.as_str()).count() == 1)
    );
    open(town, &codes[0], &two).await;
    open(town, &codes[1], &three).await;
    open(town, code, six).await;

    let again = print(&settled, &json!({}), "letters").await;
    again.is_problem(409, "already-done");
    let nobody = print(&settled, &json!({}), "more").await;
    nobody.is_problem(409, "nothing-to-issue");
    let all = print(&settled, &json!({"reissue": true}), "all").await;
    assert_eq!(codes_of(&all.ok(200)).len(), 3);
    let stopped = asking(town, &codes[0], &two).send().await;
    stopped.is_problem(401, "lookup-failed");
    assert_eq!(town.count("lookup_code where revoked_at is null").await, 3);
    let issued = "audit_event where action = 'lookup_code.issued'";
    assert_eq!(town.count(issued).await, 6);
}

#[tokio::test]
async fn a_large_parcel_is_printed_in_several_sets() {
    let Settled { town, parcel, .. } = settled().await;
    let owner = town.owner().await;
    let fill = format!(
        "insert into household (id, parcel_id, org_unit_id, household_no, holder_name, address,
                                created_at)
         select gen_random_uuid(), p.id, p.org_unit_id, 'M-' || n, '张三', '某处', now()
           from parcel p, generate_series(1, 2003) n where p.id = '{}'",
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
