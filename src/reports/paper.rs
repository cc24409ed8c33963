//! The two files of a report, written side by side from the same rows.

use std::{
    fs::File,
    io::{self, BufWriter, Seek as _, Write as _},
};

use super::{
    document::ReportHead,
    model::{ReportKind, ReportLanguage},
    produce::Told,
};
use crate::{
    App,
    http::Language,
    sheets::{Bilingual, OutCell, TableFeed, TableSpec, headings},
    values::Day,
};

/// What goes into a report, one after the other; the totals come last.
pub(super) enum Line<T: Told> {
    Row(T),
    Totals(T::Totals),
}

/// A report being written by a thread of its own.
pub(super) struct Paper<T: Told> {
    feed: TableFeed<Line<T>>,
    json: File,
}

/// The name of a report's files, without extension.
pub fn file_name(kind: ReportKind, as_of: Day, language: ReportLanguage) -> String {
    format!("{}-{as_of}", of(language.into(), kind.words()))
}

fn of(language: Language, (zh, en): Bilingual) -> &'static str {
    match language {
        Language::Chinese => zh,
        Language::English => en,
    }
}

impl<T: Told> Paper<T> {
    pub(super) fn begin(app: &App, head: &ReportHead) -> io::Result<Self> {
        let language = head.language.into();
        let json = tempfile::tempfile()?;
        let mut document = JsonDocument::begin(json.try_clone()?, head)?;
        let cells = move |line: Line<T>| match line {
            Line::Row(row) => {
                document.row(&row)?;
                Ok(row.cells(language))
            }
            Line::Totals(totals) => {
                document.end(&totals)?;
                Ok(T::total_cells(&totals, language))
            }
        };
        let feed = TableFeed::begin(spec::<T>(app, head), cells);
        Ok(Self { feed, json })
    }

    /// Whether further rows are of use.
    pub(super) async fn push(&mut self, line: Line<T>) -> bool {
        self.feed.push(line).await
    }

    /// The JSON and the XLSX, both at their beginning.
    pub(super) async fn finish(mut self, totals: T::Totals) -> io::Result<(File, File)> {
        self.push(Line::Totals(totals)).await;
        let (xlsx, _) = self.feed.finish().await?;
        self.json.rewind()?;
        Ok((self.json, xlsx))
    }
}

/// A JSON object whose rows are written one by one.
struct JsonDocument {
    out: BufWriter<File>,
    first: bool,
}

impl JsonDocument {
    fn begin(file: File, head: &ReportHead) -> io::Result<Self> {
        let mut out = BufWriter::new(file);
        let head = serde_json::to_string(head)?;
        // The head stays open: rows and totals are further members of it.
        let open = head.strip_suffix('}').unwrap_or(&head);
        write!(out, "{open},\"rows\":[")?;
        Ok(Self { out, first: true })
    }

    fn row(&mut self, row: &impl serde::Serialize) -> io::Result<()> {
        let between: &[u8] = if self.first { b"\n" } else { b",\n" };
        self.first = false;
        self.out.write_all(between)?;
        Ok(serde_json::to_writer(&mut self.out, row)?)
    }

    fn end(&mut self, totals: &impl serde::Serialize) -> io::Result<()> {
        self.out.write_all(b"\n],\"totals\":")?;
        serde_json::to_writer(&mut self.out, totals)?;
        self.out.write_all(b"}\n")?;
        self.out.flush()
    }
}

fn spec<T: Told>(app: &App, head: &ReportHead) -> TableSpec {
    let language = head.language.into();
    let title = of(language, head.kind.words()).to_owned();
    let (programme, year) = (&head.programme.name, head.programme.year);
    let parameters = format!(
        "kind={} programme_id={} as_of={} language={}",
        head.kind.key(),
        head.programme.id,
        head.as_of,
        head.language.key()
    );
    let mut lines = vec![
        (("报表", "Report"), title.clone()),
        (("年度计划", "Programme"), format!("{programme} ({year})")),
        (("截至日期", "As of"), head.as_of.to_string()),
        (("参数", "Parameters"), parameters),
        (
            ("生成时间", "Produced at"),
            app.clock.wall_time(head.produced_at),
        ),
        (("口径版本", "Definition"), head.definition.clone()),
        (
            ("口径说明", "How it is counted"),
            of(language, T::RULES).to_owned(),
        ),
        (("行数", "Rows"), head.row_count.to_string()),
    ];
    if head.programme.synthetic {
        let notice = (
            "本表全部为虚构的演示数据",
            "all data in this file are invented",
        );
        lines.push((("合成数据", "Synthetic"), of(language, notice).to_owned()));
    }
    let about = lines.into_iter();
    TableSpec {
        title,
        headings: headings::<T>(language),
        about: about
            .map(|(label, text)| (of(language, label).to_owned(), text))
            .collect(),
        language,
        created_at: head.produced_at.as_datetime(),
    }
}

/// A share as people read it, in per cent with two places.
pub(super) fn per_cent(share: crate::values::Share) -> OutCell {
    let ten_thousandths = share.ten_thousandths();
    OutCell::Decimal(format!(
        "{}.{:02}",
        ten_thousandths / 100,
        ten_thousandths % 100
    ))
}
