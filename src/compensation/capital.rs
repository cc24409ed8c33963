//! Amounts in capital characters, as agreements print them.

use crate::values::Money;

const DIGITS: [&str; 10] = ["零", "壹", "贰", "叁", "肆", "伍", "陆", "柒", "捌", "玖"];
/// Within four digits, from the units up.
const PLACES: [&str; 4] = ["", "拾", "佰", "仟"];
/// Of groups of four digits, from the units up.
const GROUPS: [&str; 4] = ["", "万", "亿", "万亿"];

/// The amount in capital characters (大写金额): `壹佰零捌万肆仟贰佰壹拾伍元整`.
///
/// As banks write it (支付结算办法 正确填写票据和结算凭证的基本规定): one 零 for any run of zeros
/// between digits; none where only the last digits of a group, or the yuan before a jiao, are zero
/// (it may stand there or not); 整 after the yuan or the jiao when nothing follows.
pub fn capital_amount(amount: Money) -> String {
    let hundredths = amount.as_decimal() * rust_decimal::Decimal::ONE_HUNDRED;
    let fen =
        u64::try_from(hundredths.trunc().mantissa() / 10_i128.pow(hundredths.trunc().scale()))
            .expect("money is not negative and below 10^14");
    let (yuan, jiao, fen) = (fen / 100, fen / 10 % 10, fen % 10);
    let digit = |n: u64| DIGITS[usize::try_from(n % 10).expect("a digit")];
    let rest = match (jiao, fen) {
        (0, 0) if yuan == 0 => "零元整".to_owned(),
        (0, 0) => "整".to_owned(),
        (jiao, 0) => format!("{}角整", digit(jiao)),
        (0, fen) if yuan == 0 => format!("{}分", digit(fen)),
        (0, fen) => format!("零{}分", digit(fen)),
        (jiao, fen) => format!("{}角{}分", digit(jiao), digit(fen)),
    };
    if yuan == 0 {
        return rest;
    }
    format!("{}元{rest}", whole(yuan))
}

/// The whole yuan, without their unit.
fn whole(yuan: u64) -> String {
    let mut text = String::new();
    let mut gap = false;
    for group in (0..GROUPS.len()).rev() {
        let size = 10_000_u64.pow(u32::try_from(group).expect("four groups"));
        let four = yuan / size % 10_000;
        if four == 0 {
            gap = gap || !text.is_empty();
            continue;
        }
        let mut gap_here = gap || (!text.is_empty() && four < 1_000);
        for place in (0..PLACES.len()).rev() {
            let digit = four / 10_u64.pow(u32::try_from(place).expect("four places")) % 10;
            if digit == 0 {
                continue;
            }
            if gap_here {
                text.push('零');
            }
            text += DIGITS[usize::try_from(digit).expect("a digit")];
            text += PLACES[place];
            // A zero before the next digit, if there is one.
            let below = four % 10_u64.pow(u32::try_from(place).expect("four places"));
            gap_here = below > 0
                && place > 0
                && below < 10_u64.pow(u32::try_from(place - 1).expect("four places"));
        }
        text += unit(yuan, group);
        gap = false;
    }
    text
}

/// 万亿 is said once: 壹万亿, but 壹万零伍佰亿 when both groups are there.
fn unit(yuan: u64, group: usize) -> &'static str {
    let hundred_millions = yuan / 100_000_000 % 10_000;
    match group {
        3 if hundred_millions > 0 => "万",
        group => GROUPS[group],
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn amounts_are_written_as_banks_write_them() {
        for (amount, capital) in [
            ("0.00", "零元整"),
            ("0.05", "伍分"),
            ("0.50", "伍角整"),
            ("0.56", "伍角陆分"),
            ("1.00", "壹元整"),
            ("1.05", "壹元零伍分"),
            ("10.00", "壹拾元整"),
            ("15.80", "壹拾伍元捌角整"),
            ("107.00", "壹佰零柒元整"),
            ("1004.30", "壹仟零肆元叁角整"),
            ("1409.50", "壹仟肆佰零玖元伍角整"),
            ("6007.14", "陆仟零柒元壹角肆分"),
            ("16409.02", "壹万陆仟肆佰零玖元零贰分"),
            ("20000.00", "贰万元整"),
            ("97500.00", "玖万柒仟伍佰元整"),
            ("100500.00", "壹拾万零伍佰元整"),
            ("107000.53", "壹拾万柒仟元伍角叁分"),
            ("1084215.00", "壹佰零捌万肆仟贰佰壹拾伍元整"),
            ("325.04", "叁佰贰拾伍元零肆分"),
            ("1680.32", "壹仟陆佰捌拾元叁角贰分"),
            ("20010000.00", "贰仟零壹万元整"),
            ("20000300.00", "贰仟万零叁佰元整"),
            ("100000001.00", "壹亿零壹元整"),
            ("100010000.00", "壹亿零壹万元整"),
            ("300005000.00", "叁亿零伍仟元整"),
            ("1200000000.00", "壹拾贰亿元整"),
            ("1000000000000.00", "壹万亿元整"),
            ("1050000000000.00", "壹万零伍佰亿元整"),
            (
                "99999999999999.99",
                "玖拾玖万玖仟玖佰玖拾玖亿玖仟玖佰玖拾玖万玖仟玖佰玖拾玖元玖角玖分",
            ),
        ] {
            assert_eq!(
                capital_amount(Money::parse(amount).unwrap()),
                capital,
                "{amount}"
            );
        }
    }
}
