//! Rosters and the figures counted over them.

use anju::{bulk::RowOutcome, staff::Role};
use serde_json::{Value, json};

use super::{
    everything, freeze, household, households, id, rate, row, sign, signed, text, void, write,
};
use crate::support::{Reply, Town};

async fn series(town: &Town, parcel: &Value, query: &str) -> Reply {
    let path = format!("/v1/parcels/{}/signing-rate/series?{query}", text(parcel));
    town.auditor().get(&path).send().await
}

/// A bulletin of Bazhong, 2014: 987 households and 310,000 m² to demolish; 742 signed = 75 %,
/// 258,100 m² = 83 %; 31 of them in the last week.
#[tokio::test]
async fn the_published_figures_of_bazhong_come_out() {
    let town = Town::new().await;
    let programme = town.programme().await;
    let parcel = town.parcel(&programme, "BZ").await;
    // 116 × 347 + 626 × 348 = 258,100 and 205 × 212 + 40 × 211 = 51,900.
    households(&town, &parcel, 1..=116, "347").await;
    households(&town, &parcel, 117..=742, "348").await;
    households(&town, &parcel, 743..=947, "212").await;
    households(&town, &parcel, 948..=987, "211").await;
    let roster = freeze(&town, &parcel).await.ok(201).json;
    assert_eq!(roster["household_count"], 987);
    assert_eq!(roster["floor_area_m2"], "310000.00");
    let rows: Vec<_> = (1..=742)
        .map(|n| {
            // The week that ends on 2018-03-05 begins on 2018-02-27.
            let on = match n {
                1..=700 => "2018-01-15",
                701..=711 => "2018-02-26",
                712..=727 => "2018-02-27",
                _ => "2018-03-05",
            };
            row(&parcel, &format!("H-{n:04}"), &format!("BZ-{n}"), Some(on))
        })
        .collect();
    let outcomes = write(&town, &everything(), &rows).await;
    assert!(outcomes.iter().all(|outcome| *outcome == RowOutcome::New));

    let figures = rate(&town.auditor(), &parcel, "").await.ok(200);
    let expected = json!({"parcel_id": parcel["id"], "as_of": "2018-03-05",
        "definition": "signing-rate/1", "frozen_on": "2018-03-05",
        "households": {"signed": 742, "total": 987, "share": "0.7517"},
        "floor_area": {"signed_m2": "258100.00", "total_m2": "310000.00", "share": "0.8325"},
        "signed_last_7_days": 31, "unsigned": 245});
    assert_eq!(figures.json, expected);
    let earlier = rate(&town.auditor(), &parcel, "?as_of=2018-02-26").await;
    let earlier = earlier.ok(200).json;
    assert_eq!(earlier["households"]["signed"], 711);
    assert_eq!(earlier["signed_last_7_days"], 11);
    assert_eq!(signed(&town, &parcel, "2018-01-14").await, 0);
}

#[tokio::test]
async fn a_household_counts_while_an_agreement_of_its_counts() {
    let town = Town::new().await;
    let programme = town.programme().await;
    let parcel = town.parcel(&programme, "DJGD").await;
    let household = household(&town, &parcel, 1).await;
    freeze(&town, &parcel).await.ok(201);
    town.draft(&household, "A-0").await;
    assert_eq!(signed(&town, &parcel, "2018-03-05").await, 0, "a draft");
    let draft = town.officer().get("/v1/agreements").send().await.ok(200);
    void(&town, &draft.items()[0], "2018-03-05").await.ok(200);

    let same_day = town.signed(&household, "A-1", "2018-03-02").await;
    assert_eq!(signed(&town, &parcel, "2018-03-02").await, 1);
    void(&town, &same_day, "2018-03-02").await.ok(200);
    assert_eq!(signed(&town, &parcel, "2018-03-02").await, 0);

    let first = town.signed(&household, "A-2", "2018-02-20").await;
    void(&town, &first, "2018-03-04").await.ok(200);
    assert_eq!(signed(&town, &parcel, "2018-03-03").await, 1);
    assert_eq!(signed(&town, &parcel, "2018-03-04").await, 0);
    // Another one from the very day on which the first counts no more.
    town.signed(&household, "A-3", "2018-03-04").await;
    assert_eq!(signed(&town, &parcel, "2018-03-03").await, 1);
    assert_eq!(signed(&town, &parcel, "2018-03-04").await, 1);
    let today = rate(&town.auditor(), &parcel, "").await.ok(200).json;
    assert_eq!(today["signed_last_7_days"], 0, "replaced, not newly signed");
    let days = series(&town, &parcel, "from=2018-02-19").await.ok(200);
    let days = days.json["days"].as_array().unwrap().clone();
    let moved = |key| days.iter().map(|d| d[key].as_i64().unwrap()).sum::<i64>();
    assert_eq!((moved("newly_signed"), moved("lapsed")), (1, 0));
}

#[tokio::test]
async fn a_series_has_every_day_and_adds_up() {
    let town = Town::new().await;
    let programme = town.programme().await;
    let parcel = town.parcel(&programme, "DJGD").await;
    households(&town, &parcel, 1..=4, "50").await;
    series(&town, &parcel, "from=2018-03-01")
        .await
        .is_problem(409, "roster-not-frozen");
    freeze(&town, &parcel).await.ok(201);
    let rows = [
        row(&parcel, "H-0001", "A-1", Some("2018-02-01")),
        row(&parcel, "H-0002", "A-2", Some("2018-03-01")),
        row(&parcel, "H-0003", "A-3", Some("2018-03-01")),
    ];
    write(&town, &everything(), &rows).await;
    let listed = town.officer().get("/v1/agreements").send().await.ok(200);
    void(&town, &listed.items()[1], "2018-03-04").await.ok(200);

    let reply = series(&town, &parcel, "from=2018-02-27&to=2018-03-05").await;
    let reply = reply.ok(200).json;
    let days = reply["days"].as_array().unwrap();
    let day = |n: usize| {
        let d = &days[n];
        let (signed, share) = (&d["households"]["signed"], &d["households"]["share"]);
        json!([
            d["day"],
            signed,
            share,
            d["floor_area"]["signed_m2"],
            d["newly_signed"],
            d["lapsed"]
        ])
    };
    let found: Vec<_> = (0..days.len()).map(day).collect();
    let expected = [
        json!(["2018-02-27", 1, "0.2500", "50.00", 0, 0]),
        json!(["2018-02-28", 1, "0.2500", "50.00", 0, 0]),
        json!(["2018-03-01", 3, "0.7500", "150.00", 2, 0]),
        json!(["2018-03-02", 3, "0.7500", "150.00", 0, 0]),
        json!(["2018-03-03", 3, "0.7500", "150.00", 0, 0]),
        json!(["2018-03-04", 2, "0.5000", "100.00", 0, 1]),
        json!(["2018-03-05", 2, "0.5000", "100.00", 0, 0]),
    ];
    assert_eq!(found, expected);
    assert_eq!(reply["definition"], "signing-rate/1");

    let long = series(&town, &parcel, "from=2017-01-30").await.ok(200).json;
    let days = long["days"].as_array().unwrap();
    assert_eq!(days.len(), 400);
    let moved = |key| days.iter().map(|d| d[key].as_i64().unwrap()).sum::<i64>();
    assert_eq!(moved("newly_signed") - moved("lapsed"), 2);
}

#[tokio::test]
async fn a_series_runs_forward_to_a_day_that_has_come_for_four_hundred_days_at_most() {
    let town = Town::new().await;
    let programme = town.programme().await;
    let parcel = town.parcel(&programme, "DJGD").await;
    household(&town, &parcel, 1).await;
    freeze(&town, &parcel).await.ok(201);
    for (query, code, pointer) in [
        ("from=2017-01-29", "series-too-long", "query:from"),
        (
            "from=2018-03-05&to=2018-03-04",
            "series-backwards",
            "query:to",
        ),
        ("from=2018-03-05&to=2018-03-06", "day-in-future", "query:to"),
    ] {
        let refused = series(&town, &parcel, query).await;
        let refused = refused.is_problem(422, code);
        assert_eq!(refused.pointers(), [pointer]);
    }
    let refused = series(&town, &parcel, "").await;
    refused.is_problem(400, "parameter-invalid");
}

#[tokio::test]
async fn a_figure_stands_for_a_day_that_has_come() {
    let town = Town::new().await;
    let programme = town.programme().await;
    let parcel = town.parcel(&programme, "DJGD").await;
    household(&town, &parcel, 1).await;
    freeze(&town, &parcel).await.ok(201);
    let refused = rate(&town.auditor(), &parcel, "?as_of=2018-03-06").await;
    let refused = refused.is_problem(422, "day-in-future");
    assert_eq!(refused.pointers(), ["query:as_of"]);
    for path in [
        format!("/v1/parcels/{}/unsigned-households", text(&parcel)),
        format!("/v1/programmes/{}/signing-rates", text(&programme)),
    ] {
        let refused = town.auditor().get(&format!("{path}?as_of=2018-03-06"));
        refused.send().await.is_problem(422, "day-in-future");
        let refused = town.auditor().get(&format!("{path}?as_of=today"));
        refused.send().await.is_problem(400, "parameter-invalid");
    }
    // Half past midnight in Shanghai, still the fifth in London.
    town.set_clock("2018-03-05T16:30:00Z");
    let figures = rate(&town.auditor(), &parcel, "").await.ok(200);
    assert_eq!(figures.json["as_of"], "2018-03-06");
}

/// Four parcels of two kinds in two subdistricts: in each of them one household signed on
/// 1 February and one on 5 March.
async fn district(town: &Town, programme: &Value) -> Vec<Value> {
    let mut parcels = vec![];
    for (code, kind, subdistrict, size) in [
        ("A", "old_village", "七贤街道", 4),
        ("B", "old_village", "舜耕街道", 2),
        ("C", "shantytown_area", "七贤街道", 6),
        ("D", "shantytown_area", "七贤街道", 5),
    ] {
        let body = json!({"programme_id": programme["id"], "code": code, "name": code,
            "kind": kind, "legal_track": "agreement_relocation", "subdistrict": subdistrict,
            "households_planned": size, "area_planned_m2": "100"});
        let parcel = town.admin().post("/v1/parcels", &body).send().await;
        let parcel = parcel.ok(201).json;
        households(town, &parcel, 1..=size, "10").await;
        // The last one has no roster: its households are in no figure.
        if code != "D" {
            freeze(town, &parcel).await.ok(201);
        }
        let rows = [
            row(&parcel, "H-0001", &format!("{code}-1"), Some("2018-02-01")),
            row(&parcel, "H-0002", &format!("{code}-2"), Some("2018-03-05")),
        ];
        write(town, &everything(), &rows).await;
        parcels.push(parcel);
    }
    parcels
}

/// The figures of a group or of all, in one line.
fn brief(rate: &Value) -> Value {
    let (households, area) = (&rate["households"], &rate["floor_area"]);
    json!([
        rate["parcels"],
        rate["parcels_without_roster"],
        households["signed"],
        households["total"],
        area["signed_m2"],
        area["total_m2"],
        households["share"],
        rate["signed_last_7_days"],
        rate["unsigned"]
    ])
}

#[tokio::test]
async fn the_rates_of_a_programme_are_grouped_and_add_up() {
    let town = Town::new().await;
    let programme = town.programme().await;
    let parcels = district(&town, &programme).await;
    let path = format!("/v1/programmes/{}/signing-rates", text(&programme));
    let rates = async |query: &str| {
        let reply = town.auditor().get(&format!("{path}{query}")).send().await;
        reply.ok(200).json
    };
    let total = json!([4, 1, 6, 12, "60.00", "120.00", "0.5000", 3, 6]);
    let by_kind = rates("?group_by=kind").await;
    assert_eq!(brief(&by_kind["total"]), total);
    assert_eq!(by_kind["parcels_without_roster"], 1);
    let groups = by_kind["groups"].as_array().unwrap();
    let kinds: Vec<_> = groups.iter().map(|g| g["kind"].clone()).collect();
    assert_eq!(kinds, ["old_village", "shantytown_area"]);
    assert_eq!(
        brief(&groups[0]),
        json!([2, 0, 4, 6, "40.00", "60.00", "0.6666", 2, 2])
    );
    assert_eq!(
        brief(&groups[1]),
        json!([2, 1, 2, 6, "20.00", "60.00", "0.3333", 1, 4])
    );
    assert!(groups[0]["parcel_id"].is_null() && groups[0]["subdistrict"].is_null());

    let by_subdistrict = rates("?group_by=subdistrict").await;
    assert_eq!(brief(&by_subdistrict["total"]), total);
    let groups = by_subdistrict["groups"].as_array().unwrap();
    assert_eq!(groups.len(), 2);
    let seven = groups.iter().find(|g| g["subdistrict"] == "七贤街道");
    assert_eq!(
        brief(seven.unwrap()),
        json!([3, 1, 4, 10, "40.00", "100.00", "0.4000", 2, 6])
    );

    let by_parcel = rates("").await;
    assert_eq!(by_parcel["group_by"], "parcel");
    let groups = by_parcel["groups"].as_array().unwrap();
    let codes: Vec<_> = groups.iter().map(|g| g["parcel_code"].clone()).collect();
    assert_eq!(codes, ["A", "B", "C", "D"]);
    assert_eq!(groups[1]["parcel_id"], parcels[1]["id"]);
    assert_eq!(
        brief(&groups[1]),
        json!([1, 0, 2, 2, "20.00", "20.00", "1.0000", 1, 0])
    );
    assert_eq!(
        brief(&groups[3]),
        json!([1, 1, 0, 0, "0.00", "0.00", null, 0, 0])
    );
    let early = rates("?as_of=2018-02-01").await;
    assert_eq!(early["total"]["households"]["signed"], 3);
    assert_eq!(early["total"]["signed_last_7_days"], 3);
}

#[tokio::test]
async fn a_demo_key_sees_figures_of_synthetic_programmes_only() {
    let town = Town::new().await;
    let demo = town.person(Role::DistrictAdmin, true);
    for (synthetic, status) in [(true, 200), (false, 404)] {
        let name = format!("计划 {synthetic}");
        let programme = town.programme_named(&name, synthetic).await;
        let parcel = town.parcel(&programme, "DJGD").await;
        let household = household(&town, &parcel, 1).await;
        let roster = format!("/v1/parcels/{}/rosters", text(&parcel));
        if synthetic {
            demo.act(&roster).send().await.ok(201);
        } else {
            demo.act(&roster).send().await.ok(404);
            freeze(&town, &parcel).await.ok(201);
        }
        let draft = town.draft(&household, &format!("A-{synthetic}")).await;
        sign(&town, &draft, "2018-03-05").await.ok(200);
        let parcel = format!("/v1/parcels/{}", id(&parcel));
        for path in [
            roster,
            format!("{parcel}/signing-rate"),
            format!("{parcel}/signing-rate/series?from=2018-03-01"),
            format!("{parcel}/unsigned-households"),
            format!("/v1/programmes/{}/signing-rates", text(&programme)),
        ] {
            demo.get(&path).send().await.ok(status);
        }
    }
}
