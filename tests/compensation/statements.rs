//! What a statement says, and that it can be computed again and compared.

use anju::{
    compensation::{Facts, Payer, Plan, Statement, UseFrom, capital_amount},
    plans::{Accrual, Direction},
};

use super::support::{amounts, compiled, computed, document, example, published, real_plan, small};

fn line<'s>(statement: &'s Statement, id: &str) -> &'s anju::compensation::StatementLine {
    statement
        .lines
        .iter()
        .find(|line| *line.line == *id)
        .unwrap()
}

#[test]
fn an_amount_can_be_followed_with_a_pocket_calculator() {
    let (document, plan) = published(&real_plan("p1-"));
    let facts = example(&document, "P1-E2").with("area", "38.00", "测绘报告 2023-17");
    let statement = plan.evaluate(&facts).unwrap();

    let top_up = line(&statement, "top_up");
    assert_eq!(
        &*top_up.calculation.formula,
        "(smallest_flat - area) * unit_price"
    );
    assert_eq!(top_up.calculation.worked, "(46 − 38.00) × 12500.00");
    assert_eq!(top_up.calculation.intermediate[0].worked, "46 − 38.00");
    assert_eq!(top_up.calculation.intermediate[0].value, "8");
    let area = &top_up.calculation.uses[1];
    assert_eq!(
        (&*area.name, area.value.as_str(), area.from),
        ("area", "38.00", UseFrom::Fact)
    );
    assert_eq!(area.unit.as_deref(), Some("m2"));
    assert_eq!(area.source.as_deref(), Some("测绘报告 2023-17"));
    let condition = top_up.condition.as_ref().unwrap();
    assert_eq!(condition.worked, "true");

    let moving = line(&statement, "moving");
    let floor = moving.calculation.at_least.as_ref().unwrap();
    assert_eq!(moving.calculation.result, "1140");
    assert!(floor.applied);
    assert_eq!(moving.amount.to_string(), "2000.00");
    let rate = &moving.calculation.uses[2];
    assert_eq!(
        (rate.from, rate.row.as_deref()),
        (UseFrom::Table, Some("use = 住宅"))
    );
    assert_eq!(rate.rule.as_deref(), Some("2017 年通知 第一条"));

    let bonus = line(&statement, "money_bonus");
    assert_eq!(bonus.calculation.worked, "475000 × 5 ÷ 100");
    let reading = &bonus.calculation.intermediate[0];
    assert_eq!(reading.worked, "'value_only' = 'with_top_up'");
    assert_eq!(statement.choices[0].answer.to_string(), "value_only");
    assert_eq!(capital_amount(bonus.amount), "贰万叁仟柒佰伍拾元整");
}

#[test]
fn what_does_not_apply_is_told_with_its_condition() {
    let (document, plan) = published(&real_plan("p17-"));
    let facts = example(&document, "not vacated yet");
    let statement = plan.evaluate(&facts).unwrap();
    assert!(statement.lines.is_empty());
    let left_out = &statement.left_out[0];
    assert_eq!(&*left_out.id, "signing_award");
    assert_eq!(left_out.condition.worked, "true and false");
}

#[test]
fn a_repeated_line_has_an_amount_for_each_item_and_its_sum_below() {
    let text = real_plan("p12-").replace(
        "for_each = { list = \"buildings\"",
        "note = \"每幢旧房一行\"\nfor_each = { list = \"buildings\"",
    );
    let (document, plan) = published(&text);
    let mut facts = example(&document, "P12-E1");
    let many = r#"[{"structure":"框架","area":"60","newness":"0.9"},{"structure":"土木","area":"40","newness":"0.5"}]"#;
    facts.facts.get_mut("buildings").unwrap().value = serde_json::from_str(many).unwrap();
    let statement = plan.evaluate(&facts).unwrap();
    let houses: Vec<_> = statement
        .lines
        .iter()
        .filter(|line| &*line.line == "old_house")
        .collect();
    assert_eq!(houses.len(), 2);
    assert_eq!(houses[1].item.as_ref().unwrap().number, 2);
    assert_eq!(
        houses[1].calculation.worked,
        "40.00 × (1750 + 1200 × 0.5000)"
    );
    assert_eq!(houses[1].amount.to_string(), "94000.00");
    let balance = statement.balance.as_ref().unwrap();
    assert_eq!(balance.to_household["old_house"].to_string(), "280000.00");
    assert_eq!(balance.payer, Payer::Household);
    assert_eq!(balance.amount.to_string(), "127500.00");
    assert_eq!(balance.net.to_string(), "-127500.00");
}

#[test]
fn months_between_days_pay_the_tariff_of_their_month() {
    let text = small(
        r#"
[[inputs]]
id = "vacated_on"
title = "腾空日期"
type = "date"
[[inputs]]
id = "delivered_on"
title = "交房日期"
type = "date"
[[tables]]
id = "tariff"
title = "过渡费标准"
keys = [{ id = "month", type = "date", match = "from" }]
columns = [{ id = "fee" }]
rows = [{ month = 2017-01-01, fee = 1000 }, { month = 2017-06-01, fee = 1500 }]
[[lines]]
id = "monthly_fee"
title = "逐月过渡费"
subject = "transition"
rule = "第二条"
for_each = { as = "month", months_from = "vacated_on", months_to = "delivered_on" }
formula = "tariff[month.first_day] * (month.number > 3 ? 2 : 1)"
"#,
        "monthly_fee",
    );
    let facts = Facts::of("money")
        .with("vacated_on", "2017-04-20", "腾空验收单 18")
        .with("delivered_on", "2017-08-02", "交房单 7");
    let statement = computed(&text, &facts).unwrap();
    let each: Vec<String> = statement
        .lines
        .iter()
        .map(|line| line.amount.to_string())
        .collect();
    // April and May at 1,000, June at 1,500, then doubled; the last line is the sum.
    assert_eq!(
        each,
        [
            "1000.00", "1000.00", "1500.00", "3000.00", "3000.00", "9500.00"
        ]
    );
    assert_eq!(statement.lines[3].calculation.worked, "1500 × 2");
}

#[test]
fn heirs_share_to_the_fen_and_the_last_takes_what_remains() {
    let text = small(
        r#"
[[inputs]]
id = "heirs"
title = "继承人"
type = "list"
fields = [
  { id = "party", title = "权利人", type = "text" },
  { id = "part", title = "份额", type = "number", min = 0 },
]
[[splits]]
id = "inheritance"
title = "继承份额"
rule = "第九条"
each = { list = "heirs", payee = "party", weight = "part" }
"#,
        "100",
    )
    .replace(
        "rule = \"第一条\"",
        "rule = \"第一条\"\nsplit = \"inheritance\"",
    );
    let shared = |heirs: &str| {
        let mut facts = Facts::of("money").with("heirs", "", "公证书");
        facts.facts.get_mut("heirs").unwrap().value = serde_json::from_str(heirs).unwrap();
        computed(&text, &facts)
    };
    let three = r#"[{"party":"A","part":"1"},{"party":"B","part":"1"},{"party":"C","part":"1"}]"#;
    let statement = shared(three).unwrap();
    let parts: Vec<String> = statement.lines[0]
        .payees
        .iter()
        .map(|part| part.amount.to_string())
        .collect();
    assert_eq!(parts, ["33.33", "33.33", "33.34"]);
    assert_eq!(statement.lines[0].payees[0].share.as_deref(), Some("1/3"));
    assert_eq!(statement.payees.len(), 3);
    for nobody in ["[]", r#"[{"party":"A","part":"0"}]"#] {
        assert_eq!(
            shared(nobody).unwrap_err()[0].code.as_str(),
            "shares-not-one"
        );
    }
}

#[test]
fn rounding_the_total_is_a_line_of_its_own() {
    let plan = |total: &str| {
        small(
            r#"
[[lines]]
id = "third"
title = "三分之一"
subject = "other"
rule = "第二条"
formula = "100 / 3"
"#,
            "third * 2",
        )
        .replace("[[options]]", &format!("{total}\n[[options]]"))
    };
    let total = |rule: &str| {
        let statement = computed(&plan(rule), &Facts::of("money")).unwrap();
        let rounding = statement
            .lines
            .iter()
            .find(|line| &*line.line == "rounding_of_total");
        let change = rounding.map(|line| (line.direction, line.amount.to_string()));
        (statement.totals.fixed.net.to_string(), change)
    };
    assert_eq!(total(""), ("99.99".to_owned(), None));
    let down = "total = { to = 10, mode = \"down\", of = \"lines\" }";
    assert_eq!(
        total(down),
        (
            "90.00".to_owned(),
            Some((Direction::FromHousehold, "9.99".to_owned()))
        )
    );
    let exact = "total = { to = 0.01, mode = \"half_up\", of = \"exact\" }";
    // 33.333… and 2 × 33.33: what is exact is the first line before it was rounded.
    assert_eq!(total(exact), ("99.99".to_owned(), None));
    let up = "total = { to = 1, mode = \"half_up\", of = \"exact\" }";
    assert_eq!(
        total(up),
        (
            "100.00".to_owned(),
            Some((Direction::ToHousehold, "0.01".to_owned()))
        )
    );
}

#[test]
fn an_award_for_the_signing_rate_is_accrued_until_the_rate_is_final() {
    let (document, plan) = published(&real_plan("p10-"));
    let mut facts = example(&document, "P10-E1");
    facts.facts.get_mut("signing_rate").unwrap().provisional = true;
    let before = plan.evaluate(&facts).unwrap();
    assert_eq!(
        line(&before, "rate_award").kind,
        Accrual::AccruedPendingRate
    );
    assert_eq!(before.totals.fixed.net.to_string(), "560000.00");
    assert_eq!(
        before.totals.accrued_pending_rate.net.to_string(),
        "255000.00"
    );
    facts.facts.get_mut("signing_rate").unwrap().provisional = false;
    let after = plan.evaluate(&facts).unwrap();
    assert_eq!(line(&after, "rate_award").kind, Accrual::Fixed);
    assert_eq!(after.totals.fixed.net.to_string(), "815000.00");
    assert_eq!(after.totals.accrued_pending_rate.net.to_string(), "0.00");
}

#[test]
fn missing_facts_are_told_all_at_once_and_only_where_they_matter() {
    let plan = compiled(&real_plan("p1-"));
    let faults = plan
        .evaluate(&Facts::of("swap").with("use", "住宅", ""))
        .unwrap_err();
    let missing: Vec<&str> = faults.iter().map(|fault| fault.pointer.as_str()).collect();
    // Each once. The price is not needed for a swap, nor the agreed months before delivery.
    let needed = [
        "/facts/area",
        "/facts/swap_home_ready",
        "/facts/handover_day",
    ];
    assert_eq!(missing, needed);
    assert!(
        faults
            .iter()
            .all(|fault| fault.code.as_str() == "fact-missing")
    );
    let of_swap = plan.inputs_of("swap").unwrap();
    assert!(of_swap.contains(&"agreed_months") && !of_swap.contains(&"eligible_for_smallest"));
    assert_eq!(plan.inputs_of("cash"), None);
}

#[test]
fn facts_are_held_against_their_declarations() {
    let plan = compiled(&real_plan("p1-"));
    let refused = |name: &str, value: &str| {
        let facts = Facts::of("swap").with(name, value, "");
        let faults = plan.evaluate(&facts).unwrap_err();
        let code = faults[0].code.as_str();
        (code, faults[0].pointer.clone())
    };
    assert_eq!(
        refused("area", "68.505"),
        ("too-many-decimals", "/facts/area/value".to_owned())
    );
    assert_eq!(refused("area", "-1").0, "too-small");
    assert_eq!(refused("area", "1e3").0, "not-a-number");
    assert_eq!(refused("use", "住房").0, "not-one-of");
    assert_eq!(refused("swap_home_ready", "true").0, "not-yes-or-no");
    assert_eq!(
        refused("aera", "1"),
        ("fact-unknown", "/facts/aera".to_owned())
    );
    let option = plan.evaluate(&Facts::of("cash")).unwrap_err();
    assert_eq!(
        (option[0].code.as_str(), option[0].pointer.as_str()),
        ("name-unknown", "/option")
    );
    let mut early = Facts::of("swap").with("area", "1", "");
    early.facts.get_mut("area").unwrap().provisional = true;
    assert_eq!(
        plan.evaluate(&early).unwrap_err()[0].code.as_str(),
        "misplaced"
    );
}

#[test]
fn a_plan_is_shared_between_threads() {
    fn shared<T: Send + Sync + 'static>() {}
    shared::<Plan>();
    let document = document(&real_plan("p2-"));
    assert_eq!(document.digest().len(), 64);
    assert_eq!(
        amounts(
            &compiled(&real_plan("p2-"))
                .evaluate(&example(&document, "P2-E2"))
                .unwrap()
        )["over_area"],
        "24500.00"
    );
}

#[test]
fn flats_take_the_entitlement_in_the_order_of_choice() {
    let text = small(
        r#"
[[inputs]]
id = "flats"
title = "选定的安置房"
type = "list"
fields = [
  { id = "order", title = "顺序", type = "number" },
  { id = "area", title = "面积", type = "number", unit = "m2", decimals = 2 },
  { id = "price", title = "单价", type = "number", unit = "cny/m2" },
]
[[lines]]
id = "within"
title = "安置面积内房款"
subject = "swap_price"
rule = "第七条"
direction = "from_household"
for_each = { list = "flats", as = "flat" }
formula = """
min([flat.area, max([150 - sum(map(filter(flats as earlier, earlier.order < flat.order), #.area)), 0])])
  * flat.price"""
"#,
        "within",
    );
    let flats =
        r#"[{"order":"2","area":"90","price":"4000"},{"order":"1","area":"105","price":"3000"}]"#;
    let mut facts = Facts::of("money").with("flats", "", "选房确认单");
    facts.facts.get_mut("flats").unwrap().value = serde_json::from_str(flats).unwrap();
    let statement = computed(&text, &facts).unwrap();
    // 45 m² are left for the second choice.
    let amounts: Vec<String> = statement
        .lines
        .iter()
        .map(|line| line.amount.to_string())
        .collect();
    assert_eq!(amounts, ["180000.00", "315000.00", "495000.00"]);
    assert_eq!(
        statement.lines[0].calculation.worked,
        "min(90.00, max(150 − 105.00, 0)) × 4000"
    );
}
