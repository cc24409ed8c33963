//! Money in yuan (元), exact to the fen (分).

use super::quantity::Words;

quantity! {
    /// An amount of money in yuan (金额): never negative, exact to the fen, below 10¹⁴.
    ///
    /// The wire form is a string with exactly two decimals; the column is the domain `money_cny`.
    Money,
    digits: 14, format: "money-cny", pattern: "^(0|[1-9][0-9]{0,13})([.][0-9]{1,2})?$",
    example: "120500.00",
    words: Words {
        zh: "金额",
        en: "money",
        codes: ["money-not-a-number", "money-negative", "money-decimals", "money-too-large"],
    }
}

#[cfg(test)]
mod tests {
    use poem_openapi::types::{ParseFromJSON, ToJSON};
    use proptest::prelude::*;
    use rust_decimal::Decimal;
    use serde_json::json;

    use super::*;

    fn refused(text: &str) -> &'static str {
        Money::parse(text).expect_err(text).code
    }

    #[test]
    fn two_decimals_are_always_printed() {
        for (read, printed) in [
            ("0", "0.00"),
            ("120500", "120500.00"),
            ("120500.5", "120500.50"),
            ("99999999999999.99", "99999999999999.99"),
        ] {
            let money = Money::parse(read).unwrap();
            assert_eq!(money.to_string(), printed);
            assert_eq!(money.to_json(), Some(json!(printed)));
            assert_eq!(serde_json::to_value(money).unwrap(), json!(printed));
        }
        assert_eq!(Money::ZERO.to_string(), "0.00");
    }

    #[test]
    fn a_third_decimal_is_refused_not_rounded() {
        let error = Money::parse("10.055").unwrap_err();
        assert_eq!(error.code, "money-decimals");
        assert_eq!(error.zh, "金额最多两位小数");
        assert_eq!(error.en, "money has at most two decimals");
        assert_eq!(refused("10.050"), "money-decimals");
        let computed = Money::from_decimal(Decimal::new(10_055, 3));
        assert_eq!(computed.unwrap_err().code, "money-decimals");
    }

    #[test]
    fn a_computed_value_with_only_zeros_behind_the_fen_is_exact() {
        let computed = Money::from_decimal(Decimal::new(10_050, 3)).unwrap();
        assert_eq!(computed.to_string(), "10.05");
    }

    #[test]
    fn negative_money_is_refused_and_minus_zero_is_no_number_of_ours() {
        assert_eq!(refused("-1.00"), "money-negative");
        assert_eq!(refused("-0"), "money-negative");
        let computed = Money::from_decimal(Decimal::new(-1, 2));
        assert_eq!(computed.unwrap_err().code, "money-negative");
    }

    #[test]
    fn the_fifteenth_integer_digit_is_refused() {
        assert!(Money::parse("99999999999999").is_ok());
        assert_eq!(refused("100000000000000"), "money-too-large");
        let most = Money::parse("99999999999999.99").unwrap();
        let cent = Money::parse("0.01").unwrap();
        assert_eq!(most.checked_add(cent).unwrap_err().code, "money-too-large");
    }

    #[test]
    fn other_spellings_of_numbers_are_refused() {
        let spellings = [
            "", " 1", "1 ", "+1", "1,000", "1e5", "01", "00.1", ".5", "5.", "１２", "NaN", "1.2.3",
            "--1", "0x1",
        ];
        for text in spellings {
            assert_eq!(refused(text), "money-not-a-number", "{text:?}");
        }
    }

    #[test]
    fn json_numbers_are_refused() {
        for value in [
            json!(120_500),
            json!(0.1),
            json!(true),
            json!(null),
            json!(["1"]),
        ] {
            assert!(Money::parse_from_json(Some(value)).is_err());
        }
        assert!(Money::parse_from_json(None).is_err());
        assert_eq!(
            Money::parse_from_json(Some(json!("0.1")))
                .unwrap()
                .to_string(),
            "0.10"
        );
        assert!(serde_json::from_str::<Money>("0.1").is_err());
    }

    fn any_money() -> impl Strategy<Value = Money> {
        (0_i64..10_000_000_000_000_000)
            .prop_map(|fen| Money::from_decimal(Decimal::new(fen, 2)).unwrap())
    }

    proptest! {
        #[test]
        fn printing_and_reading_money_gives_it_back(money in any_money()) {
            prop_assert_eq!(Money::parse(&money.to_string()), Ok(money));
        }

        #[test]
        fn the_order_of_adding_does_not_matter(fen in prop::collection::vec(0_i64..1_000_000_000, 0..20)) {
            let each: Vec<Money> =
                fen.iter().map(|&fen| Money::from_decimal(Decimal::new(fen, 2)).unwrap()).collect();
            let total = Money::sum(each.iter().copied()).unwrap();
            prop_assert_eq!(total.as_decimal(), Decimal::new(fen.iter().sum(), 2));
            prop_assert_eq!(Money::sum(each.into_iter().rev()).unwrap(), total);
        }
    }
}
