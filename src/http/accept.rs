//! Whether a caller takes what an operation sends (RFC 9110 §12.5.1).

/// How well a range of `Accept` fits: `*/*`, `text/*`, `text/html`, in this order.
fn closeness(range: &str, kind: &str) -> Option<u8> {
    if range == "*/*" {
        return Some(0);
    }
    let (main, sub) = range.split_once('/')?;
    let (own_main, own_sub) = kind.split_once('/')?;
    match sub {
        "*" => main.eq_ignore_ascii_case(own_main).then_some(1),
        _ => {
            (main.eq_ignore_ascii_case(own_main) && sub.eq_ignore_ascii_case(own_sub)).then_some(2)
        }
    }
}

/// Whether `accept`, the value of the header, lets one of the media types through. What cannot be
/// read as a range does not count; a header of nothing else asks for nothing in particular.
pub(super) fn accepts(accept: &str, media_types: &[&str]) -> bool {
    let ranges: Vec<(&str, bool)> = accept.split(',').filter_map(range).collect();
    let wanted = |media_type: &&str| {
        let kind = essence(media_type);
        // Of the ranges that fit, the closest decides; of equals, the last.
        let best = ranges
            .iter()
            .filter_map(|(range, wanted)| Some((closeness(range, kind)?, *wanted)))
            .max_by_key(|(closeness, _)| *closeness);
        best.is_some_and(|(_, wanted)| wanted)
    };
    ranges.is_empty() || media_types.iter().any(wanted)
}

fn essence(media_type: &str) -> &str {
    media_type.split(';').next().unwrap_or_default().trim()
}

/// The range, and whether its weight is above nothing.
fn range(part: &str) -> Option<(&str, bool)> {
    let mut pieces = part.split(';').map(str::trim);
    let range = pieces.next().filter(|range| range.contains('/'))?;
    let weight = pieces.find_map(|p| p.strip_prefix("q=").or_else(|| p.strip_prefix("Q=")));
    let nothing =
        weight.is_some_and(|q| q.starts_with('0') && q.chars().all(|c| c == '0' || c == '.'));
    Some((range, !nothing))
}

#[cfg(test)]
mod tests {
    use super::*;

    const JSON: &[&str] = &["application/json", "application/problem+json"];
    const XLSX: &[&str] = &["application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"];

    #[test]
    fn wildcards_and_the_type_itself_are_taken_with_any_weight() {
        for accept in [
            "",
            "*/*",
            "application/*",
            "application/json",
            "Application/JSON; charset=utf-8",
            "application/problem+json",
            "text/html, application/json;q=0.1",
            "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8",
            "banana",
        ] {
            assert!(accepts(accept, JSON), "{accept}");
        }
        for accept in ["*/*", "application/*", XLSX[0]] {
            assert!(accepts(accept, XLSX), "{accept}");
        }
    }

    #[test]
    fn another_type_or_no_weight_is_a_refusal() {
        for accept in [
            "text/html",
            "text/*",
            "application/xml, text/csv",
            "application/json;q=0, application/problem+json;q=0.000",
            "application/*;q=0",
        ] {
            assert!(!accepts(accept, JSON), "{accept}");
        }
        assert!(!accepts("application/json", XLSX));
    }

    #[test]
    fn the_closest_range_decides() {
        assert!(!accepts("application/json;q=0, */*", &["application/json"]));
        assert!(accepts("*/*;q=0, application/json", &["application/json"]));
    }
}
