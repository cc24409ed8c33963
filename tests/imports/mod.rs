//! Files in: rosters and lists, everything or nothing, every mistake told.

mod findings;
mod kinds;
mod requests;
mod roster;
mod wild;

use anju::jobs::run_all;
use serde_json::Value;

use crate::support::{Person, Reply, Town, citizen_number};

/// The headings of a roster, in Chinese.
pub const ROSTER: &str =
    "地块编号,户编号,户主姓名,房屋坐落,联系电话,证件号码,产权证号,证载面积,实测面积,认定面积,用途";

/// One line of a roster.
pub fn household(number: &str, holder: &str, area: &str) -> String {
    let document = citizen_number(number);
    format!("DJGD,{number},{holder},大沟村 {number} 号,0531-12345678,{document},,,,{area},住宅")
}

pub fn csv(headings: &str, lines: &[String]) -> Vec<u8> {
    let mut text = headings.to_owned();
    for line in lines {
        text.push('\n');
        text.push_str(line);
    }
    text.into_bytes()
}

/// A form as a browser sends it.
fn form(fields: &[(&str, &str)], file: Option<(&str, &[u8])>) -> (String, Vec<u8>) {
    let boundary = "anju-test-boundary";
    let mut body = vec![];
    for (name, value) in fields {
        let part = format!(
            "--{boundary}\r\ncontent-disposition: form-data; name=\"{name}\"\r\n\r\n{value}\r\n"
        );
        body.extend(part.into_bytes());
    }
    if let Some((name, bytes)) = file {
        let part = format!(
            "--{boundary}\r\ncontent-disposition: form-data; name=\"file\"; filename=\"{name}\"\r\n\
             content-type: application/octet-stream\r\n\r\n"
        );
        body.extend(part.into_bytes());
        body.extend(bytes);
        body.extend(b"\r\n");
    }
    body.extend(format!("--{boundary}--\r\n").into_bytes());
    (format!("multipart/form-data; boundary={boundary}"), body)
}

/// A file on its way: who sends it, to which programme, as what.
pub struct Sending<'a> {
    pub town: &'a Town,
    pub person: Person,
    pub programme: &'a Value,
    pub kind: &'a str,
    pub name: &'a str,
}

fn roster<'a>(town: &'a Town, programme: &'a Value) -> Sending<'a> {
    Sending {
        town,
        person: town.officer(),
        programme,
        kind: "roster",
        name: "花名册.csv",
    }
}

impl Sending<'_> {
    async fn send(&self, mode: &str, bytes: &[u8]) -> Reply {
        let programme = self.programme["id"].as_str().unwrap();
        let fields = [
            ("kind", self.kind),
            ("mode", mode),
            ("programme_id", programme),
        ];
        let (content_type, body) = form(&fields, Some((self.name, bytes)));
        let errand = self.person.act("/v1/imports").body(&content_type, body);
        errand.send().await
    }

    /// Sends the file, runs its job, and reads the import.
    pub async fn through(&self, mode: &str, bytes: &[u8]) -> Value {
        let ordered = self.send(mode, bytes).await.ok(202).json;
        assert_eq!(run_all(&self.town.app).await.unwrap(), 1);
        let path = format!("/v1/imports/{}", ordered["id"].as_str().unwrap());
        self.person.get(&path).send().await.ok(200).json
    }

    pub async fn rows(&self, import: &Value, filter: &str) -> Vec<Value> {
        let id = import["id"].as_str().unwrap();
        let path = format!("/v1/imports/{id}/rows{filter}");
        self.person.get(&path).send().await.ok(200).items().clone()
    }

    async fn job(&self, import: &Value) -> Value {
        let path = format!("/v1/jobs/{}", import["job_id"].as_str().unwrap());
        self.person.get(&path).send().await.ok(200).json
    }
}

/// `[new, changed, unchanged, refused]`
fn counts(import: &Value) -> [i64; 4] {
    ["new", "changed", "unchanged", "refused"].map(|name| {
        import["totals"][name]
            .as_i64()
            .unwrap_or_else(|| panic!("no {name} in {import}"))
    })
}

/// Row, field and code of every mistake.
fn mistakes(rows: &[Value]) -> Vec<(i64, &str, &str)> {
    let told = rows.iter().flat_map(|row| {
        let findings = row["findings"].as_array().unwrap().iter();
        findings.map(|f| {
            let field = f["field"].as_str().unwrap_or("");
            (
                row["row_no"].as_i64().unwrap(),
                field,
                f["code"].as_str().unwrap(),
            )
        })
    });
    told.collect()
}
