//! `anju import …`: the upload of the API, from the terminal.

use std::{
    fmt::Write as _,
    path::{Path, PathBuf},
};

use anyhow::{Context as _, bail};
use clap::Args;
use indicatif::ProgressBar;
use poem::{Body, Endpoint as _, Request, endpoint::BoxEndpoint, http::Method};
use serde_json::Value;
use tokio::io::AsyncReadExt as _;

use super::{
    home::at_home,
    out::{remark, say},
    report::programme,
};
use crate::{App, config::Config, imports::ImportKind, jobs};

const BOUNDARY: &str = "anju-import-boundary";

/// How many refused rows are named; all of them are in the findings of the import.
const REFUSED_SHOWN: usize = 20;

#[derive(Debug, Args)]
pub(super) struct ImportArgs {
    /// What the file holds
    #[arg(value_enum)]
    kind: ImportKind,
    /// XLSX or CSV
    file: PathBuf,
    /// The programme, by id or by name
    #[arg(long)]
    programme: String,
    /// Only tell what would happen to every row; fails when one would be refused
    #[arg(long)]
    validate: bool,
    /// The API key of whoever imports: the trail names it
    #[arg(long, env = "ANJU_KEY", hide_env_values = true)]
    key: String,
}

/// The API inside this process, called with one key.
struct Api {
    service: BoxEndpoint<'static>,
    key: String,
}

impl Api {
    async fn call(&self, request: poem::RequestBuilder, body: Body) -> anyhow::Result<Value> {
        let request = request
            .header("authorization", format!("Bearer {}", self.key))
            .header("accept-language", "en")
            .body(body);
        let response = self.service.get_response(request).await;
        let status = response.status();
        let answer: Value = serde_json::from_str(&response.into_body().into_string().await?)?;
        if !status.is_success() {
            bail!("{}", said(&answer));
        }
        Ok(answer)
    }

    async fn get(&self, path: &str) -> anyhow::Result<Value> {
        let request = Request::builder().method(Method::GET).uri(path.parse()?);
        self.call(request, Body::empty()).await
    }
}

pub(super) async fn import(config: Config, args: ImportArgs) -> anyhow::Result<()> {
    at_home(config, async |app| load(app, &args).await).await
}

async fn load(app: &App, args: &ImportArgs) -> anyhow::Result<()> {
    let api = Api {
        service: crate::own_service(app.clone()),
        key: args.key.clone(),
    };
    let programme = programme(app, &args.programme).await?.to_string();
    let queued = upload(app, &api, args, &programme).await?;
    let path = format!(
        "/v1/imports/{}",
        queued["id"].as_str().context("an import has an id")?
    );
    let done = finished(app, &api, &path).await?;
    tell(&api, &path, &done, args.validate).await
}

/// Streams the file into a form: it is never held whole.
async fn upload(app: &App, api: &Api, args: &ImportArgs, programme: &str) -> anyhow::Result<Value> {
    let shown = args.file.display();
    let file = tokio::fs::File::open(&args.file);
    let file = file.await.with_context(|| format!("cannot read {shown}"))?;
    let mode = if args.validate { "validate" } else { "commit" };
    let mut head = String::new();
    for (name, value) in [
        ("kind", args.kind.key()),
        ("mode", mode),
        ("programme_id", programme),
    ] {
        write!(
            head,
            "--{BOUNDARY}\r\ncontent-disposition: form-data; name=\"{name}\"\r\n\r\n{value}\r\n"
        )?;
    }
    write!(
        head,
        "--{BOUNDARY}\r\ncontent-disposition: form-data; name=\"file\"; filename=\"{}\"\r\n\
         content-type: application/octet-stream\r\n\r\n",
        plain_name(&args.file)
    )?;
    let tail = format!("\r\n--{BOUNDARY}--\r\n");
    let form = std::io::Cursor::new(head)
        .chain(file)
        .chain(std::io::Cursor::new(tail));
    let request = Request::builder()
        .method(Method::POST)
        .uri("/v1/imports".parse()?)
        .header("idempotency-key", app.fresh_id().to_string())
        .content_type(&format!("multipart/form-data; boundary={BOUNDARY}"));
    api.call(request, Body::from_async_read(form)).await
}

/// The name of the file without what would break the form.
fn plain_name(file: &Path) -> String {
    let name = file
        .file_name()
        .map(|n| n.to_string_lossy().into_owned())
        .unwrap_or_default();
    name.replace(['"', '\\', '\r', '\n'], "_")
}

/// Does the job here, or waits for the serving process that took it first.
async fn finished(app: &App, api: &Api, path: &str) -> anyhow::Result<Value> {
    // On anything but a terminal the spinner stays silent by itself.
    let waiting = ProgressBar::new_spinner();
    waiting.enable_steady_tick(std::time::Duration::from_millis(120));
    loop {
        jobs::run_all(app).await?;
        let import = api.get(path).await?;
        if !matches!(import["state"].as_str(), Some("queued" | "running")) {
            waiting.finish_and_clear();
            return Ok(import);
        }
        tokio::time::sleep(std::time::Duration::from_millis(200)).await;
    }
}

async fn tell(api: &Api, path: &str, done: &Value, validate: bool) -> anyhow::Result<()> {
    if done["totals"].is_null() {
        bail!("{}", why_not_read(api, done).await?);
    }
    let totals = &done["totals"];
    let count = |name: &str| totals[name].as_i64().unwrap_or_default();
    say!(
        "{} rows: {} new, {} changed, {} unchanged, {} refused",
        count("rows"),
        count("new"),
        count("changed"),
        count("unchanged"),
        count("refused"),
    );
    let refused = api
        .get(&format!(
            "{path}/rows?verdict=refused&limit={REFUSED_SHOWN}"
        ))
        .await?;
    for row in refused["items"].as_array().into_iter().flatten() {
        for finding in row["findings"].as_array().into_iter().flatten() {
            let field = [&finding["heading"], &finding["field"]];
            let field = field.into_iter().find_map(Value::as_str).unwrap_or("-");
            let detail = words(&finding["detail"]);
            remark!("  row {}: {field}: {detail}", row["row_no"]);
        }
    }
    if !refused["next"].is_null() {
        remark!("  and more: GET {path}/findings tells them all");
    }
    match (count("refused"), done["committed"] == true, validate) {
        (_, true, _) => say!("written"),
        (0, false, true) => say!("only looked at; nothing was written"),
        (refused, false, true) => bail!("{refused} rows would be refused; nothing was written"),
        (_, false, false) => bail!("nothing was written"),
    }
    Ok(())
}

/// What the job tells of a file whose rows were never judged.
async fn why_not_read(api: &Api, done: &Value) -> anyhow::Result<String> {
    let path = format!("/v1/jobs/{}", words(&done["job_id"]));
    let job = api.get(&path).await?;
    let told = said(&job["problem"]);
    Ok(if told.is_empty() {
        format!("nothing was read: the job is {}", words(&job["state"]))
    } else {
        told
    })
}

/// A problem in words: its title, what is the matter, and every mistake once.
fn said(problem: &Value) -> String {
    let mistakes = problem["errors"].as_array().into_iter().flatten();
    let told = [&problem["title"], &problem["detail"]].into_iter();
    let told = told.chain(mistakes.map(|mistake| &mistake["detail"]));
    let mut lines: Vec<&str> = vec![];
    for line in told.filter_map(Value::as_str) {
        if !lines.contains(&line) {
            lines.push(line);
        }
    }
    lines.join("\n  ")
}

fn words(value: &Value) -> &str {
    value.as_str().unwrap_or("-")
}
