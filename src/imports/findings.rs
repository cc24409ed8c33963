//! The findings of an import as a workbook: one line per mistake or difference.

use poem::Body;

use super::{
    model::{Import, ImportKind, RowFinding, RowRecord, RowVerdict},
    store,
};
use crate::{
    App,
    http::{Language, Problem},
    sheets::{OutCell, TableFeed, TableSpec},
    staff::Scope,
};

/// Rows of the import that are fetched at once.
const PAGE: i64 = 2_000;

/// Writes the rows of a verdict to a workbook on disk and answers it as a stream.
pub(super) async fn workbook(
    app: &App,
    scope: &Scope,
    import: &Import,
    verdict: RowVerdict,
    language: Language,
) -> Result<Body, Problem> {
    let mut feed = TableFeed::begin(spec(app, import, verdict, language), Ok);
    let mut conn = app.begin_snapshot(scope).await?;
    let mut after = 0;
    'pages: loop {
        let page = store::list_rows(&mut conn, import.id, Some(verdict), after, PAGE).await?;
        let Some(last) = page.last() else { break };
        after = last.row_no;
        for line in page
            .into_iter()
            .flat_map(|record| lines(record, language, import.kind))
        {
            if !feed.push(line).await {
                break 'pages;
            }
        }
    }
    drop(conn);
    let (file, _) = feed.finish().await.map_err(Problem::internal)?;
    Ok(Body::from_async_read(tokio::fs::File::from_std(file)))
}

fn lines(record: RowRecord, language: Language, kind: ImportKind) -> Vec<Vec<OutCell>> {
    let row = record.told_in(language, kind);
    let text = |text: Option<String>| text.map_or(OutCell::Empty, OutCell::Text);
    let line = |finding: Option<RowFinding>| {
        let mut cells = vec![
            OutCell::Integer(i64::from(row.row_no)),
            text(row.key.clone()),
            OutCell::text(row.verdict.words(language)),
        ];
        if let Some(finding) = finding {
            cells.extend([
                text(finding.column),
                text(finding.heading),
                text(finding.detail),
                text(finding.old),
                text(finding.new),
                text(finding.code),
            ]);
        }
        cells
    };
    if row.findings.is_empty() {
        return vec![line(None)];
    }
    let findings = row.findings.clone();
    findings.into_iter().map(|f| line(Some(f))).collect()
}

fn spec(app: &App, import: &Import, verdict: RowVerdict, language: Language) -> TableSpec {
    let pick = |zh: &str, en: &str| match language {
        Language::Chinese => zh.to_owned(),
        Language::English => en.to_owned(),
    };
    let headings = [
        ("行号", "Row"),
        ("编号", "Key"),
        ("结果", "Verdict"),
        ("列", "Column"),
        ("列名", "Heading"),
        ("问题", "Mistake"),
        ("原值", "Old value"),
        ("新值", "New value"),
        ("代码", "Code"),
    ];
    let mut about = vec![
        (pick("文件", "File"), import.file.name.clone()),
        (
            pick("文件摘要（SHA-256）", "SHA-256"),
            import.file.sha256.clone(),
        ),
        (pick("导入", "Import"), import.id.to_string()),
    ];
    if let Some(totals) = import.totals {
        about.push((pick("数据行", "Rows"), totals.rows.to_string()));
        about.push((
            pick("被拒绝的行", "Rows refused"),
            totals.refused.to_string(),
        ));
        let left = totals.refused - totals.refused_listed;
        if verdict == RowVerdict::Refused && left > 0 {
            about.push((
                pick("未列出", "Not listed"),
                pick(
                    &format!("错误过多，另有 {left} 行被拒绝而未列出"),
                    &format!("too many mistakes: {left} more refused rows are not listed"),
                ),
            ));
        }
    }
    TableSpec {
        title: pick("错误清单", "Findings"),
        headings: headings.iter().map(|(zh, en)| pick(zh, en)).collect(),
        about,
        language,
        created_at: app.clock.now().as_datetime(),
    }
}
