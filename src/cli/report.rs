//! `anju report …`

use std::{
    fs::File,
    io::{Read as _, Seek as _},
    path::{Path, PathBuf},
};

use anyhow::{Context as _, bail};
use clap::Args;
use indicatif::ProgressBar;
use serde_json::json;
use sha2::{Digest as _, Sha256};

use super::{home::at_home, operator, out::say};
use crate::{
    App,
    app::not_in_future,
    audit::{self, Entry},
    config::Config,
    http::{Act, Problem, RequestId},
    reports::{self, Follow, Order, Produced, ReportKind, ReportLanguage},
    staff::Scope,
    values::{Day, ProgrammeId},
};

#[derive(Debug, Args)]
pub(super) struct ReportArgs {
    /// What it tells
    #[arg(value_enum)]
    kind: ReportKind,
    /// The programme, by id or by name
    #[arg(long)]
    programme: String,
    /// The legal day it stands for, YYYY-MM-DD; today when not given
    #[arg(long)]
    as_of: Option<Day>,
    /// In which language it is written
    #[arg(long, value_enum, default_value_t)]
    language: ReportLanguage,
    /// Where to write it: .xlsx or .json decides the format
    #[arg(long)]
    out: Option<PathBuf>,
}

struct Bar(ProgressBar);

impl Follow for Bar {
    async fn told(&mut self, done: i64, total: i64) {
        self.0.set_length(total.unsigned_abs());
        self.0.set_position(done.unsigned_abs());
    }
}

pub(super) async fn report(config: Config, args: ReportArgs) -> anyhow::Result<()> {
    at_home(config, async |app| write(app, args).await).await
}

async fn write(app: &App, args: ReportArgs) -> anyhow::Result<()> {
    let (kind, language) = (args.kind, args.language);
    let as_of = args.as_of.unwrap_or_else(|| app.today());
    not_in_future(app, "as_of", as_of).map_err(told)?;
    let name = format!("{}.xlsx", reports::file_name(kind, as_of, language));
    let out = args.out.unwrap_or_else(|| name.into());
    let as_json = match out.extension().and_then(|e| e.to_str()) {
        Some("xlsx") => false,
        Some("json") => true,
        _ => bail!("{}: the name must end in .xlsx or .json", out.display()),
    };
    let order = Order {
        programme_id: programme(app, &args.programme).await?,
        kind,
        as_of,
        language,
        scope: Scope::everything(),
    };
    // On anything but a terminal the bar stays silent by itself.
    let mut bar = Bar(ProgressBar::new(0));
    let produced = reports::produce(app, &order, &mut bar)
        .await
        .map_err(told)?;
    bar.0.finish_and_clear();
    let rows = produced.rows;
    let digest = record_and_write(app, &order, produced, &out, as_json).await?;
    say!("{} ({rows} rows)", out.display());
    say!("sha256 {digest}");
    Ok(())
}

/// A problem in words, for the terminal.
pub(super) fn told(problem: Problem) -> anyhow::Error {
    let detail = problem.details().map(|d| format!(": {}", d.en));
    let cause = problem.cause_chain().map(|c| format!(": {c}"));
    let fields = problem
        .field_errors()
        .iter()
        .map(|e| format!(": {}", e.detail.en));
    let words: String = detail.into_iter().chain(fields).chain(cause).collect();
    let title = problem.title().en.clone();
    anyhow::Error::new(problem).context(format!("{title}{words}"))
}

pub(super) async fn programme(app: &App, wanted: &str) -> anyhow::Result<ProgrammeId> {
    if let Ok(id) = ProgrammeId::parse(wanted) {
        return Ok(id);
    }
    let mut conn = app.begin(&Scope::everything()).await?;
    let named = reports::programmes_named(&mut conn, wanted).await?;
    match named.as_slice() {
        [] => bail!("no programme is called {wanted}"),
        [(id, _)] => Ok(*id),
        several => {
            let ids = several
                .iter()
                .map(|(id, year)| format!("\n  {id} ({year})"));
            let ids: String = ids.collect();
            bail!("several programmes are called {wanted}; name one by its id:{ids}")
        }
    }
}

/// What leaves the system is in the trail before it is on disk.
async fn record_and_write(
    app: &App,
    order: &Order,
    produced: Produced,
    out: &Path,
    as_json: bool,
) -> anyhow::Result<String> {
    let mut file = if as_json {
        produced.json
    } else {
        produced.xlsx
    };
    let digest = hex::encode(digest_of(&mut file)?);
    let request_id = RequestId(app.fresh_id());
    let mut act = Act::begin_conditional(app, &operator(), request_id).await?;
    let entry = Entry::new("report.produced", "report", app.fresh_id()).changed(json!({
        "kind": order.kind.key(),
        "programme_id": order.programme_id,
        "as_of": order.as_of,
        "language": order.language.key(),
        "definition": order.kind.definition(),
        "rows": produced.rows,
        "sha256": digest,
    }));
    audit::record(app, &mut act, &entry).await?;
    act.conclude(()).await?;
    let mut target =
        File::create(out).with_context(|| format!("cannot write {}", out.display()))?;
    std::io::copy(&mut file, &mut target)
        .with_context(|| format!("cannot write {}", out.display()))?;
    target.sync_all()?;
    Ok(digest)
}

/// Reads the file through and stands at its beginning again.
fn digest_of(file: &mut File) -> std::io::Result<[u8; 32]> {
    let mut digest = Sha256::new();
    let mut piece = vec![0; 1 << 16];
    loop {
        let read = file.read(&mut piece)?;
        if read == 0 {
            break;
        }
        digest.update(&piece[..read]);
    }
    file.rewind()?;
    Ok(digest.finalize().into())
}
