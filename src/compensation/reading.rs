//! Reads single values as what they were declared to be, and rounds numbers.

use std::sync::Arc;

use rust_decimal::{Decimal, RoundingStrategy};

use super::{
    plan::ScalarCheck,
    value::{Base, Value},
};
use crate::{
    plans::{Fault, FaultCode, Number, RoundingMode, Scalar},
    values::Day,
};

/// Reads a value as what it must be.
pub(crate) fn scalar(given: &Scalar, base: Base, pointer: &str) -> Result<Value, Fault> {
    let refused = |code, zh: &str, en: &str| Err(Fault::new(code, pointer, zh, en));
    match (base, given) {
        (Base::Number, Scalar::Text(text)) => match Number::parse(text) {
            Some(number) => Ok(Value::Number(number.0)),
            None => refused(
                FaultCode::NotANumber,
                "应为普通小数，例如 68.50",
                "must be a plain decimal such as 68.50",
            ),
        },
        (Base::Date, Scalar::Text(text)) => match Day::parse(text) {
            Ok(day) => Ok(Value::Date(day.as_date())),
            Err(_) => refused(
                FaultCode::NotADate,
                "应为日期，例如 2023-04-06",
                "must be a day such as 2023-04-06",
            ),
        },
        (Base::Text, Scalar::Text(text)) => Ok(Value::Text(text.as_str().into())),
        (Base::Flag, Scalar::Flag(flag)) => Ok(Value::Flag(*flag)),
        (Base::Flag, _) => refused(
            FaultCode::NotYesOrNo,
            "应为 true 或 false",
            "must be true or false",
        ),
        (Base::Number, _) => refused(FaultCode::NotANumber, "应为数字", "must be a number"),
        (Base::Date, _) => refused(FaultCode::NotADate, "应为日期", "must be a day"),
        (Base::Text, _) => refused(FaultCode::NotAText, "应为文本", "must be a text"),
        (Base::List(_), _) => refused(FaultCode::NotAList, "应为列表", "must be a list"),
    }
}

impl ScalarCheck {
    /// Reads a value as what it was declared to be.
    pub(crate) fn read(&self, given: &Scalar, pointer: &str) -> Result<Value, Fault> {
        let value = scalar(given, self.base, pointer)?;
        match &value {
            Value::Number(number) => self.bounds(*number, pointer)?,
            Value::Text(text) if !self.words.is_empty() => {
                if let Some(known) = self.words.iter().find(|word| *word == text) {
                    return Ok(Value::Text(known.clone()));
                }
                let known = self.words.join(", ");
                return Err(Fault::new(
                    FaultCode::NotOneOf,
                    pointer,
                    format!("「{text}」不在可用的值之中：{known}"),
                    format!("`{text}` is none of {known}"),
                ));
            }
            _ => {}
        }
        Ok(value)
    }

    fn bounds(&self, number: Decimal, pointer: &str) -> Result<(), Fault> {
        if let Some(least) = self.min.filter(|least| number < *least) {
            let (zh, en) = (
                format!("不得小于 {least}"),
                format!("must be at least {least}"),
            );
            return Err(Fault::new(FaultCode::TooSmall, pointer, zh, en));
        }
        if let Some(most) = self.max.filter(|most| number > *most) {
            let (zh, en) = (
                format!("不得大于 {most}"),
                format!("must be at most {most}"),
            );
            return Err(Fault::new(FaultCode::TooLarge, pointer, zh, en));
        }
        let scale = number.normalize().scale();
        if let Some(most) = self.decimals.filter(|most| scale > *most) {
            return Err(Fault::new(
                FaultCode::TooManyDecimals,
                pointer,
                format!("最多 {most} 位小数；多余的位数须由填报人取舍"),
                format!("has at most {most} decimals; whoever gives it decides on the rest"),
            ));
        }
        Ok(())
    }
}

/// Whether it is 1, 2 or 5 times a power of ten: dividing by it is always exact.
pub(crate) fn is_step(to: Decimal) -> bool {
    if to <= Decimal::ZERO {
        return false;
    }
    let digits = to.normalize().mantissa().to_string();
    matches!(digits.trim_end_matches('0'), "1" | "2" | "5")
}

/// Rounds to a step; `None` when the number is too large for that.
pub(crate) fn rounded(number: Decimal, to: Decimal, mode: RoundingMode) -> Option<Decimal> {
    let strategy = match mode {
        RoundingMode::HalfUp => RoundingStrategy::MidpointAwayFromZero,
        RoundingMode::Down => RoundingStrategy::ToZero,
        RoundingMode::Up => RoundingStrategy::AwayFromZero,
    };
    let steps = number.checked_div(to)?;
    let mut result = steps.round_dp_with_strategy(0, strategy).checked_mul(to)?;
    result.rescale(to.normalize().scale());
    Some(result)
}

/// A text that statements share.
pub(crate) fn shared(text: impl AsRef<str>) -> Arc<str> {
    Arc::from(text.as_ref())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn number(text: &str) -> Decimal {
        Decimal::from_str_exact(text).unwrap()
    }

    #[test]
    fn numbers_are_rounded_to_steps_in_the_direction_asked_for() {
        use RoundingMode::{Down, HalfUp, Up};
        for (given, to, mode, wanted) in [
            ("2.675", "0.01", HalfUp, "2.68"),
            ("2.674999", "0.01", HalfUp, "2.67"),
            ("-2.5", "1", HalfUp, "-3"),
            ("2.679", "0.01", Down, "2.67"),
            ("2.671", "0.01", Up, "2.68"),
            ("2.67", "0.01", Up, "2.67"),
            ("1234.56", "10", HalfUp, "1230"),
            ("1235", "10", HalfUp, "1240"),
            ("88.3", "0.5", HalfUp, "88.5"),
            ("0", "0.01", Up, "0.00"),
            ("123456789012345.675", "0.01", HalfUp, "123456789012345.68"),
        ] {
            let result = rounded(number(given), number(to), mode).unwrap();
            assert_eq!(result.to_string(), wanted, "{given} to {to}");
        }
    }

    #[test]
    fn a_step_divides_without_a_rest() {
        for step in ["0.01", "0.1", "1", "10", "100", "0.5", "0.2", "5", "0.020"] {
            assert!(is_step(number(step)), "{step}");
        }
        for step in ["0", "-1", "3", "0.03", "15", "0.25"] {
            assert!(!is_step(number(step)), "{step}");
        }
    }
}
