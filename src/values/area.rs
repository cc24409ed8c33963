//! Areas in square metres (平方米).

use super::quantity::Words;

quantity! {
    /// An area in m² (面积): never negative, at most two decimals, below 10¹⁰.
    ///
    /// The wire form is a string with exactly two decimals; the column is the domain `area_m2`.
    Area,
    digits: 10, format: "area-m2", pattern: "^(0|[1-9][0-9]{0,9})([.][0-9]{1,2})?$",
    example: "120.50",
    words: Words {
        zh: "面积",
        en: "area",
        codes: ["area-not-a-number", "area-negative", "area-decimals", "area-too-large"],
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_area_with_three_decimals_is_refused_in_its_own_words() {
        let error = Area::parse("88.125").unwrap_err();
        assert_eq!(error.code, "area-decimals");
        assert_eq!(error.zh, "面积最多两位小数");
        assert_eq!(error.en, "area has at most two decimals");
    }

    #[test]
    fn the_eleventh_integer_digit_is_refused() {
        assert_eq!(
            Area::parse("9999999999.99").unwrap().to_string(),
            "9999999999.99"
        );
        assert_eq!(
            Area::parse("10000000000").unwrap_err().code,
            "area-too-large"
        );
    }

    #[test]
    fn areas_add_exactly() {
        let tenth = Area::parse("0.1").unwrap();
        assert_eq!(Area::sum([tenth; 3]), Area::parse("0.3"));
        assert_eq!(Area::sum([]), Ok(Area::ZERO));
    }
}
