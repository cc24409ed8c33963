//! The program as somebody types it: what it prints, what it writes, how it ends.

use std::{
    path::PathBuf,
    process::{Command, Output},
};

use anju::{imports::ImportKind, reports::ReportKind};
use clap::ValueEnum as _;
use serde_json::{Value, json};
use sha2::{Digest as _, Sha256};

use crate::support::{Person, Town, citizen_number};

/// The program alone, with nothing of the environment of the tests.
fn anju(words: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_anju"));
    command.env_clear().args(words);
    command
}

/// A machine beside the database of a town, with a folder to work in.
struct Desk {
    town: Town,
    folder: tempfile::TempDir,
}

impl Desk {
    async fn new() -> Self {
        let (town, folder) = (Town::new().await, tempfile::tempdir().unwrap());
        Town::put_ring(&folder.path().join("ring.toml"));
        Self { town, folder }
    }

    fn file(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    fn put(&self, name: &str, text: &str) {
        std::fs::write(self.file(name), text).unwrap();
    }

    fn command(&self, words: &[&str]) -> Command {
        let mut command = anju(words);
        command
            .current_dir(self.folder.path())
            .env("DATABASE_URL", self.town.owner_url())
            .env("ANJU_DATA_DIR", self.file("data"))
            .env("ANJU_KEY_FILE", self.file("ring.toml"));
        command
    }

    fn run(&self, words: &[&str]) -> Told {
        Told::from(self.command(words).output().unwrap())
    }

    /// A key made at the machine, as `anju key create` prints it.
    fn key(&self, role: &str) -> String {
        let made = self.run(&["key", "create", "--role", role, "--label", "窗口电脑"]);
        assert_eq!(made.code, 0, "{}", made.err);
        made.out
    }

    async fn programme(&self) -> Value {
        let programme = self.town.programme().await;
        self.town.parcel(&programme, "DJGD").await;
        programme
    }
}

/// How a command ended and what it said.
struct Told {
    code: i32,
    out: String,
    err: String,
}

impl From<Output> for Told {
    fn from(output: Output) -> Self {
        let text = |bytes| String::from_utf8(bytes).unwrap().trim_end().to_owned();
        Self {
            code: output.status.code().unwrap(),
            out: text(output.stdout),
            err: text(output.stderr),
        }
    }
}

const HEADINGS: &str = "地块编号,户编号,户主姓名,房屋坐落,联系电话,证件号码,认定面积,用途";

fn roster(areas: &[&str]) -> String {
    let line = |(number, area): (u8, &&str)| {
        let document = citizen_number(&format!("cli-{number}"));
        format!("DJGD,000{number},张小三,大沟村 {number} 号,,{document},{area},住宅")
    };
    let lines: Vec<_> = (1..).zip(areas).map(line).collect();
    format!("{HEADINGS}\n{}", lines.join("\n"))
}

async fn households(person: &Person) -> usize {
    let reply = person.get("/v1/households").send().await.ok(200);
    reply.items().len()
}

#[tokio::test]
async fn a_good_file_is_written_and_a_validation_writes_nothing() {
    let desk = Desk::new().await;
    let programme = desk.programme().await;
    desk.put("花名册.csv", &roster(&["120.50", "88.00"]));
    let key = desk.key("case_officer");
    let name = programme["name"].as_str().unwrap();
    let import = |log: &str, more: &[&str]| {
        let words = ["import", "roster", "花名册.csv", "--programme", name];
        let mut command = desk.command(&[&words[..], more].concat());
        command.env("ANJU_KEY", &key).env("ANJU_LOG", log);
        Told::from(command.output().unwrap())
    };
    let looked = import("debug", &["--validate"]);
    assert_eq!(looked.code, 0, "{}", looked.err);
    let counted = "2 rows: 2 new, 0 changed, 0 unchanged, 0 refused";
    let nothing = "only looked at; nothing was written";
    assert_eq!(looked.out, format!("{counted}\n{nothing}"));
    assert_eq!(households(&desk.town.officer()).await, 0);

    let written = import("info", &[]);
    assert_eq!(written.code, 0, "{}", written.err);
    assert_eq!(written.out, format!("{counted}\nwritten"));
    assert_eq!(households(&desk.town.officer()).await, 2);
    let logged = [&looked, &written].map(|told| told.err.contains("request done"));
    assert_eq!(
        logged,
        [true, false],
        "the program's own requests are for debug"
    );
    let me = desk.town.bearer(&key).get("/v1/me").send().await.ok(200);
    let path = "/v1/audit-events?action=import.committed";
    let trail = desk.town.auditor().get(path).send().await.ok(200);
    assert_eq!(trail.items().len(), 1);
    assert_eq!(trail.items()[0]["client_id"], me.json["key_id"]);
}

#[tokio::test]
async fn a_bad_file_fails_with_its_mistakes_on_standard_error_and_writes_nothing() {
    let desk = Desk::new().await;
    let programme = desk.programme().await;
    let key = desk.key("case_officer");
    let id = programme["id"].as_str().unwrap();
    let import = |file: &str, more: &[&str]| {
        let words = ["import", "roster", file, "--programme", id, "--key", &key];
        desk.run(&[&words[..], more].concat())
    };
    desk.put("三位小数.csv", &roster(&["120.50", "88.005"]));
    for (mode, last) in [
        (&[][..], "anju: nothing was written"),
        (
            &["--validate"][..],
            "anju: 1 rows would be refused; nothing was written",
        ),
    ] {
        let told = import("三位小数.csv", mode);
        assert_eq!(told.code, 1, "{}", told.out);
        assert!(told.out.starts_with("2 rows: 1 new"), "{}", told.out);
        assert!(told.out.ends_with("1 refused"), "{}", told.out);
        assert!(
            told.err
                .contains("row 3: Recognised area: area has at most"),
            "{}",
            told.err
        );
        assert!(told.err.ends_with(last), "{}", told.err);
    }
    desk.put("少一列.csv", "地块编号,户编号\nDJGD,0001");
    let told = import("少一列.csv", &[]);
    let (code, last) = (told.code, told.err.lines().last());
    let column = "  the required column \"Address\" is missing";
    assert_eq!((code, last), (1, Some(column)), "{}", told.err);
    let told = import("没有.csv", &[]);
    assert!(told.err.contains("cannot read 没有.csv"), "{}", told.err);
    assert_eq!((told.code, told.out.as_str()), (1, ""));
    let words = ["import", "roster", "少一列.csv", "--programme", id];
    let told = desk.run(&[&words[..], &["--key", "anju_no_key"]].concat());
    assert_eq!(told.code, 1, "a key that is none");
    assert!(told.err.contains("anju: Not signed in"), "{}", told.err);
    assert_eq!(households(&desk.town.officer()).await, 0);
}

#[tokio::test]
async fn a_report_is_a_file_with_the_digest_that_was_printed() {
    let desk = Desk::new().await;
    let programme = desk.programme().await;
    let name = programme["name"].as_str().unwrap();
    let report = |more: &[&str]| {
        let words = ["report", "signing-progress", "--programme", name];
        desk.run(&[&words[..], &["--as-of", "2018-03-05"], more].concat())
    };
    for (more, file) in [
        (&[][..], "签约进度表-2018-03-05.xlsx"),
        (&["--out", "rates.json"][..], "rates.json"),
    ] {
        let told = report(more);
        assert_eq!(told.code, 0, "{}", told.err);
        let bytes = std::fs::read(desk.file(file)).unwrap();
        let digest = hex::encode(Sha256::digest(&bytes));
        assert_eq!(told.out, format!("{file} (1 rows)\nsha256 {digest}"));
        let path = "/v1/audit-events?action=report.produced";
        let trail = desk.town.auditor().get(path).send().await.ok(200);
        assert_eq!(trail.items()[0]["role"], "operator");
    }
    let bytes = std::fs::read(desk.file("rates.json")).unwrap();
    let document: Value = serde_json::from_slice(&bytes).unwrap();
    assert_eq!(document["kind"], "signing-progress");
    let told = report(&["--out", "rates.pdf"]);
    assert!(
        told.err.contains("must end in .xlsx or .json"),
        "{}",
        told.err
    );
    assert_eq!(told.code, 1);
    let words = ["report", "household-ledger", "--programme", "没有此计划"];
    let told = desk.run(&words);
    assert!(told.err.contains("没有此计划"), "{}", told.err);
    assert_eq!(told.code, 1);
}

#[tokio::test]
async fn a_key_is_printed_once_and_works() {
    let desk = Desk::new().await;
    let secret = desk.key("district_admin");
    assert_eq!(secret.lines().count(), 1, "nothing but the key: {secret}");
    let holder = desk.town.bearer(&secret);
    let me = holder.get("/v1/me").send().await.ok(200).json;
    assert_eq!(me["posts"][0]["role"], "district_admin");
    let kept = "api_key k where k.label = '窗口电脑'";
    assert_eq!(desk.town.count(kept).await, 1);
    let owner = desk.town.owner().await;
    let rows: Vec<String> = sqlx::query_scalar("select k::text from api_key k")
        .fetch_all(&owner)
        .await
        .unwrap();
    let hidden = secret.splitn(3, '_').nth(2).unwrap();
    assert!(rows.iter().all(|row| !row.contains(hidden)));
    let told = desk.run(&["key", "create", "--role", "mayor", "--label", "x"]);
    assert_eq!(told.code, 2);
    assert!(told.err.contains("district_admin"), "{}", told.err);
}

#[test]
fn the_contract_is_printed_as_it_is_committed() {
    let told = anju(&["openapi"]).output().unwrap();
    assert!(told.status.success());
    let committed = include_bytes!("../openapi/anju-v1.json");
    assert!(
        told.stdout == committed,
        "refresh it with `cargo run -- openapi --write`"
    );
}

#[test]
fn help_names_every_command_and_every_setting() {
    let told = Told::from(anju(&["--help"]).output().unwrap());
    assert_eq!(told.code, 0, "{}", told.err);
    let commands = [
        "serve", "demo", "migrate", "openapi", "import", "report", "key", "backup", "restore",
    ];
    for command in commands {
        let line = told.out.lines().find(|line| {
            let mut words = line.split_whitespace();
            words.next() == Some(command) && words.next().is_some()
        });
        assert!(line.is_some(), "{command} is explained in\n{}", told.out);
        let own = Told::from(anju(&[command, "--help"]).output().unwrap());
        assert_eq!(own.code, 0, "{command}: {}", own.err);
    }
    for (name, ..) in anju::config::SETTINGS {
        assert!(told.out.contains(name), "{name}");
    }
    let told = Told::from(anju(&[]).output().unwrap());
    assert_eq!(told.code, 2, "no command is no command");
}

#[test]
fn kinds_are_called_on_the_command_line_as_in_the_contract() {
    let typed = |value: Option<clap::builder::PossibleValue>| value.unwrap().get_name().to_owned();
    for kind in ImportKind::value_variants() {
        assert_eq!(typed(kind.to_possible_value()), kind.key());
    }
    for kind in ReportKind::value_variants() {
        assert_eq!(typed(kind.to_possible_value()), kind.key());
    }
    let contract: Value = serde_json::from_str(include_str!("../openapi/anju-v1.json")).unwrap();
    let schemas = &contract["components"]["schemas"];
    let imports = [
        "roster",
        "agreements",
        "flats",
        "inspection-points",
        "needs",
    ];
    assert_eq!(schemas["ImportKind"]["enum"], json!(imports));
    let reports = ["signing-progress", "household-ledger"];
    assert_eq!(schemas["ReportKind"]["enum"], json!(reports));
}
