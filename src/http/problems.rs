//! `openapi/problems.md` as a page: just the Markdown that file uses.

/// Headings, paragraphs and tables; every row that explains a code is its anchor.
pub(super) fn html(markdown: &str) -> String {
    let mut page = String::from(
        "<!doctype html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n\
         <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n\
         <title>Problems</title>\n<style>body{font:16px/1.5 system-ui,sans-serif;max-width:75rem;\
         margin:0 auto;padding:1rem}table{border-collapse:collapse}td,th{border:1px solid #999;\
         padding:.3rem .5rem;text-align:left;vertical-align:top}:target{background:#ffdf5d;\
         color:#000}</style>\n</head>\n<body>\n",
    );
    for block in markdown
        .split("\n\n")
        .map(str::trim)
        .filter(|b| !b.is_empty())
    {
        page.push_str(&match block.split_once(' ') {
            Some(("#", title)) => format!("<h1>{}</h1>\n", inline(title)),
            Some(("##", title)) => format!("<h2>{}</h2>\n", inline(title)),
            Some(("|", _)) => table(block),
            _ => format!("<p>{}</p>\n", inline(block)),
        });
    }
    page.push_str("</body>\n</html>\n");
    page
}

fn table(block: &str) -> String {
    let rows = block.lines().filter(|line| !line.starts_with("|--"));
    let rows = rows.enumerate().map(|(index, line)| {
        let tag = if index == 0 { "th" } else { "td" };
        let cells = line.trim().trim_matches('|').split('|').map(str::trim);
        let code = cells
            .clone()
            .next()
            .and_then(|c| c.strip_prefix('`')?.strip_suffix('`'));
        let anchor = code.map_or_else(String::new, |code| format!(" id=\"{}\"", inline(code)));
        let cells = cells.map(|cell| format!("<{tag}>{}</{tag}>", inline(cell)));
        format!("<tr{anchor}>{}</tr>\n", cells.collect::<String>())
    });
    format!("<table>\n{}</table>\n", rows.collect::<String>())
}

/// A line of text with `code` in it.
fn inline(text: &str) -> String {
    let safe = text
        .replace('&', "&amp;")
        .replace('<', "&lt;")
        .replace('"', "&quot;");
    let parts = safe.split('`').enumerate();
    let parts = parts.map(|(index, part)| match index % 2 {
        0 => part.to_owned(),
        _ => format!("<code>{part}</code>"),
    });
    parts.collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_code_is_an_anchor_and_nothing_is_markup() {
        let page =
            html("# A <b>\n\nSee `x`.\n\n## B\n\n| code | why |\n|---|---|\n| `a-b` | `<` & |\n");
        for part in [
            "<h1>A &lt;b></h1>",
            "<p>See <code>x</code>.</p>",
            "<h2>B</h2>",
            "<tr><th>code</th><th>why</th></tr>",
            "<tr id=\"a-b\"><td><code>a-b</code></td><td><code>&lt;</code> &amp;</td></tr>",
        ] {
            assert!(page.contains(part), "{part} in {page}");
        }
    }

    #[test]
    fn the_page_has_an_anchor_for_every_code_of_the_file() {
        let source = include_str!("../../openapi/problems.md");
        let page = html(source);
        let codes: Vec<_> = source
            .lines()
            .filter_map(|line| line.strip_prefix("| `")?.split('`').next())
            .collect();
        assert!(codes.len() > 20);
        for code in codes {
            assert!(page.contains(&format!("<tr id=\"{code}\">")), "{code}");
        }
    }
}
