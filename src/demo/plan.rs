//! The 53 parcels: names, sizes, signing periods and how far signing gets.

use crate::{parcels::ParcelKind, values::Day};

/// The old villages; the first two are East and West Dajiangou.
const VILLAGES: [&str; 22] = [
    "大涧沟东村",
    "大涧沟西村",
    "青石村",
    "柳埠南村",
    "槐树店村",
    "双泉村",
    "石榴园村",
    "小岭村",
    "北井村",
    "南井村",
    "泉沿村",
    "杏花村",
    "枣林村",
    "松坡村",
    "梨行村",
    "瓦屋村",
    "东渠村",
    "西渠村",
    "前营村",
    "后营村",
    "山头村",
    "河洼村",
];

/// The shantytown areas.
const AREAS: [&str; 31] = [
    "机床二厂片区",
    "铁路大院片区",
    "纬十二路片区",
    "棉纺宿舍片区",
    "老火柴厂片区",
    "建新里片区",
    "和平巷片区",
    "工人新村北片区",
    "工人新村南片区",
    "育英巷片区",
    "砖瓦厂片区",
    "水泥厂宿舍片区",
    "胜利街片区",
    "南关片区",
    "小桥头片区",
    "印染厂片区",
    "粮库片区",
    "车站东片区",
    "车站西片区",
    "民生里片区",
    "福安里片区",
    "永庆街片区",
    "仁里片区",
    "阀门厂片区",
    "柴油机厂片区",
    "搬运社片区",
    "蔬菜社片区",
    "老税务街片区",
    "五路口片区",
    "城墙根片区",
    "河堤片区",
];

const SUBDISTRICTS: [&str; 8] = [
    "十六里河街道",
    "党家街道",
    "陡沟街道",
    "七贤街道",
    "白马山街道",
    "大观园街道",
    "杆石桥街道",
    "泺源街道",
];

/// The first day of a signing period: parcels follow one another through the year.
const FIRST_DAYS: [&str; 9] = [
    "2018-03-01",
    "2018-03-15",
    "2018-04-02",
    "2018-04-20",
    "2018-05-10",
    "2018-06-01",
    "2018-07-02",
    "2018-08-01",
    "2018-09-03",
];

/// One parcel of the demo.
#[derive(Debug, Clone)]
pub(super) struct ParcelPlan {
    pub(super) code: String,
    pub(super) name: &'static str,
    pub(super) kind: ParcelKind,
    pub(super) subdistrict: &'static str,
    pub(super) households: u32,
    pub(super) signing_from: Day,
    pub(super) signing_to: Day,
    pub(super) moving_by: Day,
    /// Of 1,000 households, how many sign by the end of the period.
    pub(super) signed_permille: u32,
}

fn day(text: &str) -> Day {
    Day::parse(text).expect("the plan names days of the calendar")
}

fn later(day: Day, days: u64) -> Day {
    day.plus_days(days)
        .expect("2018 is far from the end of days")
}

/// All parcels, villages first; about 16,000 households.
pub(super) fn parcels() -> Vec<ParcelPlan> {
    let named = VILLAGES.iter().map(|n| (*n, ParcelKind::OldVillage));
    let named = named.chain(AREAS.iter().map(|n| (*n, ParcelKind::ShantytownArea)));
    let parcel = |(index, (name, kind)): (usize, (&'static str, ParcelKind))| {
        let number = u32::try_from(index).expect("there are 53");
        let dajiangou = index < 2;
        let from = day(FIRST_DAYS[if dajiangou {
            0
        } else {
            index % FIRST_DAYS.len()
        }]);
        let village = kind == ParcelKind::OldVillage;
        ParcelPlan {
            code: if village {
                format!("JC-{:02}", number + 1)
            } else {
                format!("PH-{:02}", number - 21)
            },
            name,
            kind,
            subdistrict: SUBDISTRICTS[index % SUBDISTRICTS.len()],
            households: match (dajiangou, village) {
                (true, _) => 400 + 100 * number,
                (_, true) => 295 + number * 37 % 181,
                _ => 160 + number * 53 % 171,
            },
            signing_from: from,
            signing_to: later(from, 30),
            moving_by: later(from, 60),
            signed_permille: if dajiangou {
                990
            } else {
                700 + number * 67 % 280
            },
        }
    };
    named.enumerate().map(parcel).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn there_are_22_villages_31_areas_and_about_16000_households() {
        let parcels = parcels();
        let villages = parcels
            .iter()
            .filter(|p| p.kind == ParcelKind::OldVillage)
            .count();
        assert_eq!((villages, parcels.len() - villages), (22, 31));
        let households: u32 = parcels.iter().map(|p| p.households).sum();
        assert!((15_500..16_500).contains(&households), "{households}");
        let codes: std::collections::BTreeSet<_> = parcels.iter().map(|p| &p.code).collect();
        assert_eq!(codes.len(), 53);
    }

    #[test]
    fn the_dajiangou_villages_sign_within_one_month() {
        for parcel in &parcels()[..2] {
            assert_eq!(parcel.signing_to.days_since(parcel.signing_from), 30);
            assert!(
                parcel.households * parcel.signed_permille / 1000 * 100 >= parcel.households * 98
            );
        }
    }
}
