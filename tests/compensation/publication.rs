//! What a plan must stand before it is published.

use anju::{
    compensation::Plan,
    plans::{Document, open_choices, publish},
};

use super::support::{codes, document, example, published, real_plan, refused, small, told};

#[test]
fn a_plan_with_an_open_choice_is_not_published_and_computes_only_without_it() {
    let text = real_plan("p5-").replace("chosen = \"slice\"\n", "");
    let faults = refused(&text);
    assert_eq!(codes(&faults), [("choice-open", "/choices/0/chosen")]);
    let document = document(&text);
    assert_eq!(open_choices(&document)[0].id.as_str(), "late_months");
    // A draft can be tried all the same, as far as the choice does not matter.
    let plan = Plan::compile(&document).unwrap();
    assert!(plan.evaluate(&example(&document, "P5-E1")).is_ok());
    let faults = plan.evaluate(&example(&document, "P5-E4")).unwrap_err();
    assert_eq!(codes(&faults), [("choice-open", "/choices/late_months")]);
    let answers = "answers = [\n  { id = \"slice\"";
    let misspelt = text.replace(answers, &format!("chosen = \"sliced\"\n{answers}"));
    let faults = refused(&misspelt);
    assert_eq!(codes(&faults), [("name-unknown", "/choices/0/chosen")]);
}

#[test]
fn examples_are_computed_and_the_first_difference_refuses() {
    let text = real_plan("p15-");
    let wrong = |old: &str, new: &str| {
        assert!(text.contains(old), "{old}");
        let faults = refused(&text.replacen(old, new, 1));
        let found: Vec<String> = codes(&faults)
            .iter()
            .map(|(code, at)| format!("{code} {at}"))
            .collect();
        found.join(", ")
    };
    assert_eq!(
        wrong("zone = 1, rate = 18", "zone = 1, rate = 18.01"),
        "example-differs /examples/0/expect/lines/per_month, example-differs /examples/0/expect/monthly"
    );
    assert_eq!(
        wrong("counted_area = 50", "counted_area = 42"),
        "example-differs /examples/0/expect/values/counted_area"
    );
    assert_eq!(
        wrong("monthly = 900.00", "left_out = [\"per_month\"]"),
        "example-differs /examples/0/expect/left_out/0"
    );
    assert_eq!(
        wrong("monthly = 900.00", "balance = 1"),
        "example-differs /examples/0/expect/balance"
    );
    assert_eq!(
        wrong("monthly = 900.00", "payees = { tenant = 1 }"),
        "example-differs /examples/0/expect/payees/tenant"
    );
    assert_eq!(
        wrong("monthly = 900.00", "refused = \"fact-missing\""),
        "example-differs /examples/0/expect/refused"
    );
    assert_eq!(wrong("area = 42 }", "}"), "example-refused /examples/0");
    assert_eq!(
        wrong("zone = 1, area = 42", "zone = 5, area = 42"),
        "example-refused /examples/0"
    );
    assert_eq!(
        wrong("option = \"voucher\"", "option = \"vouchers\""),
        "example-refused /examples/2, line-without-example /lines/2"
            .split(", ")
            .next()
            .unwrap()
    );
    assert_eq!(
        wrong(
            "expect = { lines = { lump = 4320.00 }, total = 4320.00 }",
            "expect = {}"
        ),
        "example-expects-nothing /examples/2/expect, line-without-example /lines/2"
    );
    assert_eq!(
        wrong("id = \"P15-E3\"", "id = \"P15-E3\"\nlike = \"P15-E4\""),
        "name-unknown /examples/2/like"
    );
    let none = text.split("[[examples]]").next().unwrap();
    assert_eq!(codes(&refused(none)), [("example-missing", "/examples")]);
}

#[test]
fn a_difference_tells_how_the_amount_came_about() {
    let text = real_plan("p15-").replace("settled = 38700.00", "settled = 38699.99");
    let faults = refused(&text);
    assert_eq!(faults[0].item.as_deref(), Some("P15-E2"));
    assert!(
        faults[0]
            .en
            .contains("38700.00 = min(27, 24) × 1290 + max(27 − 24, 0) × 2 × 1290"),
        "{}",
        told(&faults)
    );
}

#[test]
fn a_refusal_can_be_what_an_example_shows() {
    let text = real_plan("p15-")
        + "\n[[examples]]\nid = \"zone 5\"\nsource = \"computed\"\noption = \"voucher\"\nlike = \"P15-E3\"\nfacts = { zone = 5 }\nexpect = { refused = \"too-large\" }\n";
    published(&text);
    let faults = refused(&text.replace("refused = \"too-large\"", "refused = \"row-missing\""));
    assert_eq!(
        codes(&faults),
        [("example-differs", "/examples/3/expect/refused")]
    );
}

#[test]
fn one_day_earlier_must_not_lower_an_award() {
    let text = real_plan("p1-");
    // From day 26 on, more than on day 25.
    let odd = text.replace(
        "  { day = 31, award = 0, less_per_day = 0 },",
        "  { day = 26, award = 40000, less_per_day = 1000 },\n  { day = 31, award = 0, less_per_day = 0 },",
    );
    let day_30 = "lines = { award_home = 20000 }";
    let odd = odd.replace(day_30, "lines = { award_home = 30000 }");
    let faults = refused(&odd);
    assert_eq!(
        codes(&faults),
        [("earlier-lowers", "/lines/8")],
        "{}",
        told(&faults)
    );
    assert!(
        faults[0].en.contains(
            "`award_home` is 25000.00 when `handover_day` is 25, and 34000.00 later, on 26"
        ),
        "{}",
        told(&faults)
    );
    let declared = odd.replace("subject = \"moving_award\"\nrule = \"2023 年项目方案 奖励\"", "subject = \"moving_award\"\nearlier_may_lower = \"第 26 日起提高标准\"\nrule = \"2023 年项目方案 奖励\"");
    published(&declared);
    let no_clock = odd.replace(
        "decimals = 0, min = 1, note",
        "clock = false, decimals = 0, min = 1, note",
    );
    published(&no_clock);
}

#[test]
fn one_day_earlier_is_tried_by_date_as_well() {
    let text = real_plan("p17-").replace("2023-04-26, award = 2000", "2023-04-26, award = 5000");
    let text = text.replace("signing_award = 2000", "signing_award = 5000");
    let faults = refused(&text);
    assert_eq!(codes(&faults), [("earlier-lowers", "/lines/0")]);
    assert!(
        faults[0]
            .en
            .contains("2023-04-19, and 5000.00 later, on 2023-04-20"),
        "{}",
        told(&faults)
    );
}

#[test]
fn what_depends_on_the_signing_rate_waits_for_it() {
    let text = real_plan("p10-");
    let faults = refused(&text.replace("kind = \"accrued_pending_rate\"\n", ""));
    assert_eq!(codes(&faults), [("must-accrue", "/lines/1/kind")]);
    let faults = refused(&text.replace("collective = true\n", ""));
    assert_eq!(codes(&faults), [("nothing-collective", "/lines/1/kind")]);
}

#[test]
fn shares_make_one() {
    let text = real_plan("p1-");
    let more = text.replace("share = 0.90", "share = 1.10");
    assert!(refused(&more).iter().any(
        |fault| fault.code.as_str() == "example-refused" && fault.en.contains("shares-not-one")
    ));
    let less = text.replace(
        "{ payee = \"owner\" },",
        "{ payee = \"owner\", share = \"0.05\" },",
    );
    assert!(
        refused(&less)
            .iter()
            .any(|fault| fault.en.contains("shares-not-one"))
    );
    let rests = text.replace(
        "{ payee = \"tenant\", share = \"tenant_share[building]\" }",
        "{ payee = \"tenant\" }",
    );
    assert_eq!(
        codes(&refused(&rests)),
        [("shares-not-one", "/splits/0/shares")]
    );
}

#[test]
fn a_plan_that_takes_too_much_work_is_not_published() {
    let rooms: Vec<String> = (0..200).map(|n| format!("{{ area = {n} }}")).collect();
    let text = small(
        "[[inputs]]\nid = \"rooms\"\ntitle = \"房间\"\ntype = \"list\"\nfields = [{ id = \"area\", title = \"面积\", type = \"number\" }]\n",
        "sum(map(rooms as a, sum(map(rooms as b, sum(map(rooms as c, a.area * b.area + c.area))))))",
    ) + &format!(
        "[[examples]]\nid = \"E1\"\nsource = \"computed\"\noption = \"money\"\nfacts = {{ rooms = [{}] }}\nexpect = {{ lines = {{ amount = 1 }} }}\n",
        rooms.join(", ")
    );
    let faults = refused(&text);
    assert_eq!(codes(&faults), [("example-refused", "/examples/0"),]);
    assert!(faults[0].en.contains("too-much-work"), "{}", told(&faults));
    let document: Document = document(&text);
    assert!(publish(&document).is_err());
}
