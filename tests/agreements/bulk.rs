//! Agreements from files, as an import writes them.

use anju::{
    agreements::bulk::compare,
    bulk::{FieldChange, RowOutcome},
    values::Money,
};

use super::{everything, households, row, text, void, write};
use crate::support::{Town, day};

fn codes(outcome: &RowOutcome) -> Vec<&str> {
    match outcome {
        RowOutcome::Refused(mistakes) => mistakes.iter().map(|m| m.code.as_str()).collect(),
        other => panic!("not refused: {other:?}"),
    }
}

#[tokio::test]
async fn a_file_makes_changes_and_leaves_alone() {
    let town = Town::new().await;
    let programme = town.programme().await;
    let parcel = town.parcel(&programme, "DJGD").await;
    households(&town, &parcel, 1..=3, "100").await;
    let first = [
        row(&parcel, "H-0001", "A-1", Some("2018-03-01")),
        row(&parcel, "H-0002", "A-2", None),
        row(&parcel, "H-0009", "A-9", None),
    ];
    let outcomes = write(&town, &everything(), &first).await;
    assert_eq!(outcomes[..2], [RowOutcome::New, RowOutcome::New]);
    assert_eq!(codes(&outcomes[2]), ["household-unknown"]);
    let listed = town.officer().get("/v1/agreements").send().await.ok(200);
    let agreement = |n: usize| listed.items()[n].clone();
    assert_eq!(agreement(0)["status"], "signed");
    assert_eq!(agreement(0)["signed_on"], "2018-03-01");
    assert_eq!(agreement(0)["signed_at"], "2018-03-05T02:00:00Z");
    assert_eq!(agreement(1)["status"], "draft");

    let mut second = [
        row(&parcel, "H-0001", "A-1", Some("2018-03-01")),
        row(&parcel, "H-0002", "A-2", Some("2018-03-05")),
        row(&parcel, "H-0003", "A-2", None),
    ];
    second[1].amount = Money::parse("1300000").unwrap();
    let mut conn = town.conn().await;
    let told = compare(&mut conn, &everything(), town.app.today(), &second).await;
    let told = told.unwrap();
    drop(conn);
    assert_eq!(town.count("agreement where version > 1").await, 0);
    let change = |field, old: Option<&str>, new: &str| FieldChange {
        field,
        old: old.map(str::to_owned),
        new: new.to_owned(),
        note: None,
    };
    let changes = vec![
        change("amount", Some("1250000.00"), "1300000.00"),
        change("signed_on", None, "2018-03-05"),
    ];
    assert_eq!(
        told[..2],
        [RowOutcome::Unchanged, RowOutcome::Changed(changes)]
    );
    assert_eq!(
        codes(&told[2]),
        ["agreement-no-repeated", "agreement-no-taken"]
    );
    assert_eq!(write(&town, &everything(), &second).await, told);

    let path = format!("/v1/agreements/{}", text(&agreement(1)));
    let signed = town.officer().get(&path).send().await.ok(200).json;
    assert_eq!(signed["status"], "signed");
    assert_eq!(signed["amount"], "1300000.00");
    assert_eq!(signed["version"], 2);
    let again = write(&town, &everything(), &second[..2]).await;
    assert_eq!(again, [RowOutcome::Unchanged, RowOutcome::Unchanged]);
    for (action, records) in [("signed", 2), ("drafted", 1), ("replaced", 0)] {
        let of = format!("audit_event where action = 'agreement.{action}'");
        assert_eq!(town.count(&of).await, records, "{action}");
    }
}

#[tokio::test]
async fn a_file_never_touches_signed_and_void_agreements() {
    let town = Town::new().await;
    let programme = town.programme().await;
    let parcel = town.parcel(&programme, "DJGD").await;
    households(&town, &parcel, 1..=2, "100").await;
    let rows = [
        row(&parcel, "H-0001", "A-1", Some("2018-03-01")),
        row(&parcel, "H-0002", "A-2", Some("2018-03-01")),
    ];
    write(&town, &everything(), &rows).await;
    let listed = town.officer().get("/v1/agreements").send().await.ok(200);
    void(&town, &listed.items()[1], "2018-03-02").await.ok(200);

    let mut changed = rows.clone();
    changed[0].amount = Money::parse("1").unwrap();
    changed[0].signed_on = Some(day("2018-03-02"));
    let outcomes = write(&town, &everything(), &changed).await;
    let refused = ["agreement-not-a-draft", "agreement-not-a-draft"];
    assert_eq!(codes(&outcomes[0]), refused);
    assert_eq!(codes(&outcomes[1]), ["agreement-no-taken"]);
    let next = [row(&parcel, "H-0002", "A-3", Some("2018-03-05"))];
    assert_eq!(write(&town, &everything(), &next).await, [RowOutcome::New]);
    let future = [row(&parcel, "H-0001", "A-1", Some("2018-03-06"))];
    let outcomes = write(&town, &everything(), &future).await;
    assert_eq!(
        codes(&outcomes[0]),
        ["day-in-future", "agreement-not-a-draft"]
    );
    assert_eq!(town.count("agreement").await, 3);
}

#[tokio::test]
async fn a_file_of_a_demo_key_finds_no_household_of_a_real_programme() {
    let town = Town::new().await;
    let programme = town.programme().await;
    let parcel = town.parcel(&programme, "DJGD").await;
    households(&town, &parcel, 1..=1, "100").await;
    let demo = crate::support::demo_scope();
    let outcomes = write(&town, &demo, &[row(&parcel, "H-0001", "A-1", None)]).await;
    assert_eq!(codes(&outcomes[0]), ["household-unknown"]);
    assert_eq!(town.count("agreement").await, 0);
}
