use super::{ROSTER, column};
use crate::sheets::{Binding, HeadingError, Row, TableShape, bind_headings};

fn row(cells: &[&str]) -> Row {
    Row {
        number: 1,
        cells: cells.iter().map(|c| (*c).to_owned()).collect(),
    }
}

fn bind(headings: &[&str]) -> Result<Binding, Vec<HeadingError>> {
    bind_headings(&ROSTER, &row(headings))
}

#[test]
fn headings_bind_in_either_language_by_key_and_by_alias_in_any_order() {
    for headings in [
        ["户编号", "户主姓名", "建筑面积（㎡）", "签约日期"],
        [
            "Household no.",
            "Head of household",
            "Floor area (m2)",
            "Signed on",
        ],
        ["household_no", "head", "area_m2", "signed_on"],
        ["户编码", "HEAD OF HOUSEHOLD", "建筑面积", "signed-on"],
    ] {
        let binding = bind(&headings).unwrap();
        let cells = row(&["DJG-1", "张三", "85.5", "2018-05-03"]);
        assert_eq!(
            binding.get(&cells, "household_no"),
            Some("DJG-1"),
            "{headings:?}"
        );
        assert_eq!(binding.get(&cells, "area_m2"), Some("85.5"), "{headings:?}");
        assert_eq!(binding.column("signed_on"), Some(4), "{headings:?}");
    }
    let reversed = bind(&["签约日期", "户主姓名", "户编号"]).unwrap();
    assert_eq!(
        reversed.get(&row(&["", "张三", "DJG-1"]), "household_no"),
        Some("DJG-1")
    );
    assert_eq!(reversed.column("area_m2"), None);
}

#[test]
fn width_case_blanks_stars_and_units_of_a_heading_do_not_matter() {
    for heading in [
        "建筑面积(m2)",
        "建筑面积（m²）",
        "建筑面积【平方米】",
        " 建 筑 面 积 * ",
        "建筑面积：",
        "建筑面积\n（㎡）*",
        "建筑面积*（选填）",
        "ＦＬＯＯＲ　ＡＲＥＡ",
        "floor area [sqm]",
    ] {
        let binding = bind(&["户编号 *", "户主姓名＊", heading]).unwrap();
        assert_eq!(binding.column("area_m2"), Some(3), "{heading}");
    }
}

#[test]
fn a_unit_that_would_change_the_number_is_not_the_same_column() {
    let money = TableShape {
        columns: const {
            &[column(
                "amount",
                "补偿金额（元）",
                "Amount (yuan)",
                true,
                "",
            )]
        },
        ..ROSTER
    };
    assert!(bind_headings(&money, &row(&["补偿金额"])).is_ok());
    let errors = bind_headings(&money, &row(&["补偿金额（万元）"])).unwrap_err();
    let codes: Vec<_> = errors.iter().map(|e| (e.code, e.key)).collect();
    assert_eq!(
        codes,
        [
            ("column-unknown", Some("amount")),
            ("column-missing", Some("amount"))
        ]
    );
}

#[test]
fn all_mistakes_in_the_headings_are_reported_at_once() {
    let errors = bind(&["户号", "建筑面积", "备注说明", "建筑面积(㎡)", "户编码"]).unwrap_err();
    let found: Vec<_> = errors.iter().map(|e| (e.code, e.column, e.key)).collect();
    assert_eq!(
        found,
        [
            ("column-unknown", Some(1), Some("household_no")),
            ("column-unknown", Some(3), None),
            ("column-duplicate", Some(4), Some("area_m2")),
            ("column-missing", None, Some("head")),
        ]
    );
    assert_eq!(
        errors[0].zh,
        "第 1 列的列名“户号”无法识别，是否为“户编号”？"
    );
    assert_eq!(
        errors[0].en,
        "column 1, \"户号\", is not known; did you mean \"Household no.\"?"
    );
    assert_eq!(
        errors[2].zh,
        "第 4 列“建筑面积(㎡)”与第 2 列重复（都是“建筑面积（㎡）”）"
    );
    assert_eq!(
        errors[3].en,
        "the required column \"Head of household\" is missing"
    );
}

#[test]
fn an_empty_cell_is_none_and_cells_beyond_the_row_are_empty() {
    let binding = bind(&["户编号", "户主姓名", "建筑面积", "签约日期"]).unwrap();
    let short = row(&["DJG-1", ""]);
    assert_eq!(binding.get(&short, "head"), None);
    assert_eq!(binding.get(&short, "signed_on"), None);
}

#[test]
fn content_below_no_heading_is_found() {
    let binding = bind(&["户编号", "", "户主姓名"]).unwrap();
    assert_eq!(binding.stray_cell(&row(&["1", "", "张三"])), None);
    assert_eq!(binding.stray_cell(&row(&["1", "?", "张三"])), Some(2));
    assert_eq!(
        binding.stray_cell(&row(&["1", "", "张三", "", "note"])),
        Some(5)
    );
}

#[test]
fn two_columns_answering_to_one_heading_are_found() {
    assert_eq!(ROSTER.ambiguous_headings(), Vec::<String>::new());
    let shape = TableShape {
        columns: const {
            &[
                column("area_m2", "面积（㎡）", "Area", false, ""),
                column("plot_m2", "面积", "Plot", false, ""),
            ]
        },
        ..ROSTER
    };
    assert_eq!(shape.ambiguous_headings(), ["面积（㎡）"]);
}
