//! What a report counts.

use anju::reports::{HouseholdLedgerReport, SigningProgressReport};
use poem_openapi::types::ParseFromJSON;
use serde_json::json;
use sqlx::PgPool;

use super::Village;

#[tokio::test]
async fn signing_progress_counts_as_the_signing_rate_does() {
    let village = Village::new().await;
    let document = village.document(&village.body("signing-progress")).await;
    assert_eq!(document["as_of"], "2018-03-05");
    assert_eq!(document["row_count"], 2);
    let east = &document["rows"][0];
    let figures = json!({"households_total": 4, "households_signed": 2, "households_share": "0.5000",
        "area_total_m2": "500.00", "area_signed_m2": "241.00", "area_share": "0.4820",
        "signed_last_7_days": 1, "unsigned": 2});
    assert_eq!(east["figures"], figures);
    assert_eq!(east["frozen_on"], "2018-03-05");
    assert_eq!(
        document["rows"][1],
        json!({"parcel_code": "DJG-W", "parcel_name": "DJG-W村", "kind": "old_village",
            "subdistrict": "十六里河街道", "signed_outside_roster": 0}),
        "no roster, no figures"
    );
    let totals = json!({"parcels": 2, "parcels_without_roster": 1, "figures": figures,
        "signed_outside_roster": 0});
    assert_eq!(document["totals"], totals);
    assert!(SigningProgressReport::parse_from_json(Some(document)).is_ok());
}

#[tokio::test]
async fn an_earlier_day_has_other_figures_and_those_are_of_the_signing_rate() {
    let village = Village::new().await;
    for (as_of, signed, share, last_week) in [
        ("2018-03-02", 3, "0.7500", 2),
        ("2018-02-24", 1, "0.2500", 1),
        ("2018-02-19", 0, "0.0000", 0),
    ] {
        let mut body = village.body("signing-progress");
        body["as_of"] = json!(as_of);
        let document = village.document(&body).await;
        let figures = &document["totals"]["figures"];
        assert_eq!(figures["households_signed"], signed, "{as_of}");
        assert_eq!(figures["households_share"], share, "{as_of}");
        assert_eq!(figures["signed_last_7_days"], last_week, "{as_of}");
        let id = village.programme["id"].as_str().unwrap();
        let path = format!("/v1/programmes/{id}/signing-rates?as_of={as_of}");
        let rates = village.town.auditor().get(&path).send().await.ok(200).json;
        let told = rates["total"].to_string();
        for key in ["area_signed_m2", "area_share", "households_share"] {
            let value = figures[key].to_string();
            assert!(told.contains(&value), "{key} {value} is not in {told}");
        }
    }
}

#[tokio::test]
async fn the_ledger_shows_every_household_as_it_stands_on_the_day() {
    let village = Village::new().await;
    let owner = village.town.owner().await;
    settle(&owner).await;
    let document = village.document(&village.body("household-ledger")).await;
    let [first, second, third, fourth] = &document["rows"].as_array().unwrap()[..] else {
        panic!("four households: {document}");
    };
    assert_eq!(
        first["agreement"],
        json!({"agreement_no": "A-1", "status": "signed", "signed_on": "2018-02-20",
            "floor_area_m2": "120.50", "amount": "1250000.00"})
    );
    assert_eq!(first["holder_name"], "张*三");
    assert_eq!(first["flats"][0]["flat_no"], "1-101");
    assert_eq!(first["handed_over_on"], "2018-03-04");
    assert_eq!(
        (&first["needs_open"], &first["needs_closed"]),
        (&json!(1), &json!(1))
    );
    assert!(second["handed_over_on"].is_null() && second["flats"] == json!([]));
    assert!(third["agreement"].is_null());
    assert_eq!(third["agreements_void"], 1);
    assert_eq!(fourth["agreement"]["status"], "draft");
    assert_eq!(fourth["floor_area_m2"], "138.50");
    let totals = &document["totals"];
    assert_eq!(totals["signed"], 2);
    assert_eq!(
        totals["signed_amount"], "2500000.00",
        "drafts are not counted"
    );
    assert_eq!(totals["floor_area_m2"], "500.00");
    assert!(HouseholdLedgerReport::parse_from_json(Some(document.clone())).is_ok());

    let mut body = village.body("household-ledger");
    body["as_of"] = json!("2018-03-02");
    let earlier = village.document(&body).await;
    assert_eq!(earlier["rows"][2]["agreement"]["status"], "signed");
    assert_eq!(earlier["rows"][2]["agreements_void"], 0);
    assert!(
        earlier["rows"][3]["agreement"].is_null(),
        "the draft is of 5 March"
    );
    assert!(earlier["rows"][0]["handed_over_on"].is_null());
    assert_eq!(earlier["totals"]["signed"], 3);
}

#[tokio::test]
async fn ledger_and_progress_of_one_day_reconcile() {
    let village = Village::new().await;
    let town = &village.town;
    let parcels = town.officer().get("/v1/parcels").send().await.ok(200);
    // Registered after the roster was frozen, and where none is frozen.
    for (parcel, number) in parcels.items().iter().zip(["H-8", "H-9"]) {
        let late = town.household(parcel, number).await;
        town.signed(&late, &format!("A-{number}"), "2018-03-04")
            .await;
    }
    let progress = village.document(&village.body("signing-progress")).await;
    let outside = |row: usize| progress["rows"][row]["signed_outside_roster"].as_i64();
    assert_eq!((outside(0), outside(1)), (Some(1), Some(1)));
    let totals = &progress["totals"];
    assert_eq!(totals["figures"]["households_signed"], 2);
    assert_eq!(totals["signed_outside_roster"], 2);
    let ledger = village.document(&village.body("household-ledger")).await;
    assert_eq!(ledger["totals"]["signed"], 4);

    let mut earlier = village.body("signing-progress");
    earlier["as_of"] = json!("2018-03-03");
    let earlier = village.document(&earlier).await;
    assert_eq!(earlier["totals"]["signed_outside_roster"], 0);
}

/// H-1 has a flat, an open need and a settled one.
async fn settle(owner: &PgPool) {
    sqlx::raw_sql(
        "insert into estate (id, programme_id, name, address, created_at)
         select gen_random_uuid(), id, '阳光花园', '路 1 号', '2018-01-01' from programme;
         insert into building (id, estate_id, name, floors, created_at)
         select gen_random_uuid(), id, '3号楼', 18, '2018-01-01' from estate;
         insert into flat (id, building_id, flat_no, area_m2, household_id, assigned_on,
                           handed_over_on, keys, created_at)
         select gen_random_uuid(), b.id, '1-101', 90, h.id, '2018-03-02', '2018-03-04', 3,
                '2018-01-01'
           from building b, household h where h.household_no = 'H-1';
         insert into need (id, household_id, person_id, kind, due_on, status, outcome, closed_on,
                           created_at)
         select gen_random_uuid(), h.id, m.id, n.kind, '2018-09-01', n.status, n.outcome,
                n.closed_on, '2018-02-01'
           from household h join person m on m.household_id = h.id,
                (values ('schooling'::need_kind, 'open'::need_status, null::need_outcome,
                         null::date),
                        ('medical', 'closed', 'withdrawn', '2018-03-01'))
                as n(kind, status, outcome, closed_on)
          where h.household_no = 'H-1'",
    )
    .execute(owner)
    .await
    .unwrap();
}
