//! The files an office would bring: rosters, agreements, flats, measured points, needs.

use fastrand::Rng;

use super::{people::DemoHousehold, plan::ParcelPlan};

/// A parcel with its people.
pub(super) struct Settled {
    pub(super) parcel: ParcelPlan,
    pub(super) households: Vec<DemoHousehold>,
}

/// The estates, with how many buildings each has.
pub(super) const ESTATES: [(&str, u32); 6] = [
    ("大涧沟安置小区", 6),
    ("青石佳苑", 5),
    ("双泉新居", 4),
    ("工人新村安置小区", 4),
    ("和平家园", 3),
    ("泉沿小区", 3),
];
const FLOORS: u32 = 11;
const FLATS_PER_FLOOR: u32 = 2;

/// Hundredths as a decimal with two places.
fn hundredths(value: u64) -> String {
    format!("{}.{:02}", value / 100, value % 100)
}

fn csv(rows: impl IntoIterator<Item = Vec<String>>) -> Vec<u8> {
    let mut writer = csv::Writer::from_writer(vec![]);
    for row in rows {
        writer
            .write_record(&row)
            .expect("writing to memory does not fail");
    }
    writer
        .into_inner()
        .expect("writing to memory does not fail")
}

fn heading(names: &[&str]) -> Vec<String> {
    names.iter().map(|&name| name.to_owned()).collect()
}

pub(super) fn roster(town: &[Settled]) -> Vec<u8> {
    let mut rows = vec![heading(&[
        "地块编号",
        "户编号",
        "户主姓名",
        "房屋坐落",
        "联系电话",
        "证件号码",
        "产权证号",
        "证载面积",
        "实测面积",
        "认定面积",
    ])];
    for settled in town {
        for h in &settled.households {
            rows.push(vec![
                settled.parcel.code.clone(),
                h.number.clone(),
                h.holder.name.clone(),
                h.address.clone(),
                h.phone.clone(),
                h.holder.number.clone(),
                h.certificate_no.clone(),
                hundredths(h.area.saturating_sub(150)),
                hundredths(h.area + 80),
                hundredths(h.area),
            ]);
        }
    }
    csv(rows)
}

/// Compensation at an invented 9,800 yuan per square metre. The numbers end in `mark`.
pub(super) fn agreements(town: &[Settled], mark: &str) -> Vec<u8> {
    let mut rows = vec![heading(&[
        "地块编号",
        "户编号",
        "协议编号",
        "签约面积",
        "补偿金额",
        "签约日期",
    ])];
    for settled in town {
        for h in &settled.households {
            let Some(signed_on) = h.signed_on else {
                continue;
            };
            rows.push(vec![
                settled.parcel.code.clone(),
                h.number.clone(),
                format!("{}-XY2018{mark}", h.number),
                hundredths(h.area),
                hundredths(h.area * 9_800),
                signed_on.to_string(),
            ]);
        }
    }
    csv(rows)
}

/// Estate, building and flat number of every flat, in order.
pub(super) fn flat_numbers() -> impl Iterator<Item = (&'static str, String, String)> {
    ESTATES.iter().flat_map(|(estate, buildings)| {
        (1..=*buildings).flat_map(move |building| {
            (1..=2).flat_map(move |unit| {
                (1..=FLOORS).flat_map(move |floor| {
                    (1..=FLATS_PER_FLOOR).map(move |door| {
                        (
                            *estate,
                            format!("{building}号楼"),
                            format!("{unit}-{floor:02}{door:02}"),
                        )
                    })
                })
            })
        })
    })
}

pub(super) fn flats(rng: &mut Rng) -> Vec<u8> {
    let mut rows = vec![heading(&["安置小区", "楼栋", "房号", "面积", "层数"])];
    for (estate, building, flat_no) in flat_numbers() {
        let area = [6_550, 8_920, 9_840, 11_860][rng.usize(..4)];
        let floors = FLOORS.to_string();
        rows.push(vec![
            estate.into(),
            building,
            flat_no,
            hundredths(area),
            floors,
        ]);
    }
    csv(rows)
}

/// One thing that is measured in every flat: item, standard, unit, lower, upper, range, target.
type Measured = (
    &'static str,
    &'static str,
    &'static str,
    &'static str,
    &'static str,
    &'static str,
    i64,
);

const ITEMS: [Measured; 3] = [
    (
        "室内净高",
        "建质〔2009〕291号",
        "mm",
        "2785",
        "2815",
        "20",
        2800,
    ),
    ("墙面垂直度", "GB 50210", "mm", "0", "4", "", 2),
    ("栏杆高度", "GB 50352", "mm", "1100", "", "", 1110),
];

/// Every third flat is inspected; one in fifty of those fails on its net height.
pub(super) fn points(rng: &mut Rng) -> Vec<u8> {
    let mut rows = vec![heading(&[
        "安置小区",
        "楼栋",
        "房号",
        "检查日期",
        "检查人",
        "检查项目",
        "依据",
        "单位",
        "允许下限",
        "允许上限",
        "极差",
        "实测值",
    ])];
    for (index, (estate, building, flat_no)) in flat_numbers().enumerate() {
        if index % 3 != 0 {
            continue;
        }
        let flawed = index % 150 == 0;
        for (item, standard, unit, lower, upper, range, target) in ITEMS {
            let spread = if flawed && target == 2800 {
                30
            } else {
                i64::from(target > 100) * 6
            };
            let points: Vec<_> = (0..5)
                .map(|n| {
                    (target + spread * n / 4 + rng.i64(0..=1) - i64::from(target == 2800) * 3)
                        .to_string()
                })
                .collect();
            let fixed = [
                estate,
                &building,
                &flat_no,
                "2018-10-20",
                "演示检查组",
                item,
                standard,
                unit,
                lower,
                upper,
                range,
            ];
            let mut row: Vec<String> = fixed.map(str::to_owned).into();
            row.push(points.join(";"));
            rows.push(row);
        }
    }
    csv(rows)
}

/// School places by the start of term, follow-ups for the old.
pub(super) fn needs(town: &[Settled]) -> Vec<u8> {
    let mut rows = vec![heading(&[
        "地块编号",
        "户编号",
        "人员",
        "需求类型",
        "办理期限",
        "需求说明",
    ])];
    for settled in town {
        for h in settled.households.iter().filter(|h| h.signed_on.is_some()) {
            let mut need = |person: &str, kind: &str, due_on: &str, detail: &str| {
                let code = settled.parcel.code.clone();
                let cells = [person, kind, due_on, detail].map(str::to_owned);
                rows.push([code, h.number.clone()].into_iter().chain(cells).collect());
            };
            for child in &h.others {
                let entering = matches!(child.birth_year, 2006 | 2012);
                let detail = if entering { "秋季入学" } else { "转学" };
                need(&child.name, "入学", "2018-08-31", detail);
            }
            if h.holder.birth_year < 1945 {
                need(&h.holder.name, "就医", "2018-12-31", "慢性病随访衔接");
            }
        }
    }
    csv(rows)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn amounts_are_written_exactly() {
        assert_eq!(hundredths(5), "0.05");
        assert_eq!(hundredths(18_650 * 9_800), "1827700.00");
    }

    #[test]
    fn flat_numbers_never_repeat() {
        let all: std::collections::BTreeSet<_> = flat_numbers().collect();
        assert_eq!(all.len(), flat_numbers().count());
        assert_eq!(all.len(), 25 * 2 * 11 * 2);
    }
}
