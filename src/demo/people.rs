//! Invented people: the same for everyone, and nobody's.

use fastrand::Rng;

use super::plan::ParcelPlan;
use crate::values::Day;

const SURNAMES: [&str; 24] = [
    "王", "李", "张", "刘", "陈", "杨", "赵", "黄", "周", "吴", "徐", "孙", "胡", "朱", "高", "林",
    "何", "郭", "马", "罗", "梁", "宋", "欧阳", "上官",
];
const GIVEN: [&str; 40] = [
    "伟", "芳", "秀英", "娜", "敏", "静", "丽", "强", "磊", "军", "洋", "勇", "艳", "杰", "娟",
    "涛", "明", "超", "秀兰", "霞", "平", "刚", "桂英", "玉兰", "建国", "建华", "志强", "桂兰",
    "文", "淑珍", "海燕", "玉梅", "立新", "红梅", "小龙", "凤英", "宝山", "金生", "永福", "堃",
];

/// A region that is assigned to no district: no living person has such a number.
const REGION: &str = "370199";

/// A household of the demo.
#[derive(Debug, Clone)]
pub(super) struct DemoHousehold {
    pub(super) number: String,
    pub(super) holder: DemoPerson,
    /// Others who matter for needs: children of school age, old parents.
    pub(super) others: Vec<DemoPerson>,
    pub(super) address: String,
    pub(super) phone: String,
    pub(super) certificate_no: String,
    /// Hundredths of a square metre.
    pub(super) area: u64,
    pub(super) signed_on: Option<Day>,
}

#[derive(Debug, Clone)]
pub(super) struct DemoPerson {
    pub(super) name: String,
    pub(super) number: String,
    /// GB/T 4761: 02 head, 20 son, 30 daughter, 50 parent.
    pub(super) relation: &'static str,
    pub(super) birth_year: u32,
}

/// Eighteen digits with a true check digit (GB 11643).
fn citizen_number(rng: &mut Rng, birth_year: u32, sequence: u32) -> String {
    const WEIGHTS: [u32; 17] = [7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2];
    let (month, day) = (rng.u32(1..=12), rng.u32(1..=28));
    let digits = format!(
        "{REGION}{birth_year}{month:02}{day:02}{:03}",
        sequence % 1000
    );
    let sum: u32 = digits
        .bytes()
        .zip(WEIGHTS)
        .map(|(d, w)| u32::from(d - b'0') * w)
        .sum();
    let check = b"10X98765432"[(sum % 11) as usize];
    format!("{digits}{}", char::from(check))
}

fn person(
    rng: &mut Rng,
    surname: &str,
    relation: &'static str,
    birth_year: u32,
    sequence: u32,
) -> DemoPerson {
    let given = GIVEN[rng.usize(..GIVEN.len())];
    DemoPerson {
        name: format!("{surname}{given}"),
        number: citizen_number(rng, birth_year, sequence),
        relation,
        birth_year,
    }
}

/// The households of a parcel. `sequence` runs over the whole programme.
pub(super) fn households(
    rng: &mut Rng,
    parcel: &ParcelPlan,
    sequence: &mut u32,
) -> Vec<DemoHousehold> {
    let signing = parcel.households * parcel.signed_permille / 1000;
    (1..=parcel.households)
        .map(|n| {
            *sequence += 1;
            let surname = SURNAMES[rng.usize(..SURNAMES.len())];
            let holder_born = rng.u32(1935..=1988);
            let holder = person(rng, surname, "02", holder_born, *sequence);
            let mut others = vec![];
            if holder_born > 1970 && rng.u8(..100) < 22 {
                let relation = if rng.bool() { "20" } else { "30" };
                let born = rng.u32(2005..=2012);
                let mut child = person(rng, surname, relation, born, *sequence + 301);
                if child.name == holder.name {
                    child.name.push('宁'); // namesakes in one household cannot be told apart in a list
                }
                others.push(child);
            }
            DemoHousehold {
                number: format!("{}-{n:04}", parcel.code),
                holder,
                others,
                address: format!("{} {} 号", parcel.name, n),
                phone: format!("0531-0{:07}", *sequence),
                certificate_no: format!("演示房权证第{:06}号", *sequence),
                area: rng.u64(9_000..=28_640),
                signed_on: (n <= signing).then(|| signing_day(rng, parcel)),
            }
        })
        .collect()
}

/// Many sign in the first days and many on the last: the two waves every period has.
fn signing_day(rng: &mut Rng, parcel: &ParcelPlan) -> Day {
    let offset = match rng.u8(..100) {
        0..35 => rng.u64(0..=4),
        35..70 => rng.u64(5..=22),
        _ => rng.u64(23..=30),
    };
    parcel
        .signing_from
        .plus_days(offset)
        .expect("2018 is far from the end of days")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::values::CitizenNumber;

    #[test]
    fn everybody_has_a_valid_number_that_nobody_living_has() {
        let parcel = &super::super::plan::parcels()[0];
        let households = households(&mut Rng::with_seed(1), parcel, &mut 0);
        for household in &households {
            for person in household.others.iter().chain([&household.holder]) {
                assert!(person.number.starts_with(REGION));
                CitizenNumber::parse(&person.number).unwrap();
            }
        }
        let signed = households.iter().filter(|h| h.signed_on.is_some()).count();
        assert_eq!(signed * 1000 / households.len(), 990);
        let in_period = |h: &DemoHousehold| {
            h.signed_on
                .is_none_or(|d| (parcel.signing_from..=parcel.signing_to).contains(&d))
        };
        assert!(households.iter().all(in_period));
    }

    #[test]
    fn the_same_seed_gives_the_same_people() {
        let parcel = &super::super::plan::parcels()[5];
        let make = || households(&mut Rng::with_seed(7), parcel, &mut 0);
        assert_eq!(format!("{:?}", make()), format!("{:?}", make()));
    }
}
