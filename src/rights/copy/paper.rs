//! A copy as a workbook: one line for every fact of the document, in words.

use std::fs::File;

use serde::de::DeserializeOwned;
use serde_json::{Map, Value};

use super::document::DataCopy;
use crate::{
    App,
    agreements::{AgreementStatus, VoidReason},
    households::{DisclosureReason, StructureUse},
    housing::ReleaseReason,
    http::{Language, Problem},
    lookup::LookupChannel,
    needs::model::{NeedKind, NeedOutcome, NeedStatus},
    rights::model::{Asker, CorrectionField, Kind, Proof, RefusalReason, State},
    sheets::{Bilingual, OutCell, TableFeed, TableSpec, Tabular, headings},
    staff::Role,
    values::{Day, IdDocumentKind, Instant, Relation},
};

/// One fact.
#[derive(Debug, Clone)]
pub(super) struct Fact {
    section: &'static str,
    /// Which of several, counted from one; none where there is one.
    number: Option<i64>,
    member: &'static str,
    value: String,
}

impl Tabular for Fact {
    const COLUMNS: &'static [Bilingual] = &[
        ("类别", "Section"),
        ("序号", "No."),
        ("项目", "Item"),
        ("内容", "Content"),
    ];

    fn cells(&self, _language: Language) -> Vec<OutCell> {
        vec![
            OutCell::text(self.section),
            OutCell::maybe(self.number, OutCell::Integer),
            OutCell::text(self.member),
            OutCell::text(&self.value),
        ]
    }
}

/// In the order in which they are read.
const SECTIONS: &[(&str, Bilingual)] = &[
    ("person", ("本人", "Person")),
    ("household", ("住户", "Household")),
    ("structures", ("房屋", "Structures")),
    ("others", ("同户其他人员", "Others of the household")),
    ("agreements", ("补偿安置协议", "Agreements")),
    ("flats", ("安置房", "Flats")),
    ("released_flats", ("已退安置房", "Flats given back")),
    ("needs", ("上学、就医需求", "Needs")),
    ("lookups", ("查询记录", "Lookups")),
    ("lookup_codes", ("查询码发放记录", "Lookup codes")),
    ("disclosures", ("明文查看记录", "Disclosures")),
    ("requests", ("个人信息权利请求", "Requests")),
];

/// What the members are called; one that is not here is not in the document.
const MEMBERS: &[(&str, Bilingual)] = &[
    ("id", ("标识", "Id")),
    ("name", ("姓名", "Name")),
    ("relation", ("与户主关系", "Relation to the head")),
    ("holder", ("产权人", "Holds the property")),
    ("id_kind", ("证件类型", "Document")),
    ("id_number", ("证件号码", "Number of the document")),
    ("birth_on", ("出生日期", "Born on")),
    ("programme_name", ("改造项目", "Programme")),
    ("parcel_name", ("地块", "Parcel")),
    ("household_no", ("户号", "Household")),
    ("holder_name", ("户主（产权人）姓名", "Holder")),
    ("address", ("地址", "Address")),
    ("registered_at", ("登记时间", "Registered at")),
    ("phone", ("联系电话", "Telephone")),
    ("seq", ("房屋序号", "Structure")),
    ("used_for", ("用途", "Used for")),
    ("certificate_no", ("产权证号", "Certificate")),
    (
        "certificate_area_m2",
        ("证载面积（㎡）", "Certificate area (m²)"),
    ),
    ("measured_area_m2", ("实测面积（㎡）", "Measured area (m²)")),
    (
        "recognised_area_m2",
        ("认定面积（㎡）", "Recognised area (m²)"),
    ),
    ("floor_area_m2", ("建筑面积（㎡）", "Floor area (m²)")),
    ("area_m2", ("建筑面积（㎡）", "Floor area (m²)")),
    ("built_year", ("建成年份", "Built in")),
    ("agreement_no", ("协议编号", "Agreement")),
    ("status", ("状态", "State")),
    ("state", ("状态", "State")),
    ("amount", ("协议金额（元）", "Amount (CNY)")),
    ("signed_on", ("签订日期", "Signed on")),
    ("voided_on", ("作废日期", "Void from")),
    ("void_reason", ("作废原因", "Void because")),
    ("estate", ("小区", "Estate")),
    ("building", ("楼栋", "Building")),
    ("flat_no", ("房号", "Flat")),
    ("assigned_on", ("选定日期", "Assigned on")),
    ("handed_over_on", ("交房日期", "Handed over on")),
    ("keys", ("钥匙（把）", "Keys")),
    ("released_on", ("退房日期", "Given back on")),
    ("reason", ("事由", "Reason")),
    ("kind", ("种类", "Kind")),
    ("due_on", ("期限", "Due on")),
    ("detail", ("具体内容", "Detail")),
    ("provider", ("承办单位", "Provider")),
    ("arranged_on", ("安排日期", "Arranged on")),
    ("outcome", ("办结方式", "Outcome")),
    ("closed_on", ("办结日期", "Closed on")),
    ("opened_at", ("查询时间", "Looked up at")),
    ("channel", ("查询方式", "By")),
    ("assistant", ("网格员", "Grid worker")),
    ("issued_at", ("发放时间", "Issued at")),
    ("revoked_at", ("停用时间", "Revoked at")),
    ("disclosed_at", ("查看时间", "Seen at")),
    ("role", ("查看人岗位", "Role")),
    ("unit", ("查看人单位", "Unit")),
    ("asked_by", ("申请人", "Asked by")),
    ("proof", ("核验方式", "Proof")),
    ("received_on", ("收到日期", "Received on")),
    ("field", ("更正项目", "Field")),
    ("proposed", ("更正内容", "Proposed")),
    ("decided_on", ("答复日期", "Decided on")),
    ("refusal", ("不予办理理由", "Refused because")),
    ("refusal_note", ("不予办理说明", "Note of the refusal")),
];

fn of(language: Language, (zh, en): Bilingual) -> &'static str {
    match language {
        Language::Chinese => zh,
        Language::English => en,
    }
}

/// The name of a copy's files, without extension: nobody's name is in it.
pub(super) fn file_name(day: Day) -> String {
    format!("个人信息副本-{day}")
}

/// Every fact of a copy, in words.
pub(super) fn rows(app: &App, copy: &DataCopy, language: Language) -> Vec<Fact> {
    let mut document = serde_json::to_value(copy).expect("a copy is plain data");
    let structures = document["household"]
        .as_object_mut()
        .and_then(|household| household.remove("structures"));
    document["structures"] = structures.unwrap_or_default();
    let mut facts = vec![];
    for (section, words) in SECTIONS {
        let mut add = |number, members: &Map<String, Value>| {
            for (member, name) in MEMBERS {
                let Some(value) = members.get(*member) else {
                    continue;
                };
                facts.push(Fact {
                    section: of(language, *words),
                    number,
                    member: of(language, *name),
                    value: told(app, section, member, value, language),
                });
            }
        };
        match &document[section] {
            Value::Object(members) => add(None, members),
            Value::Array(items) => {
                for (number, item) in (1..).zip(items) {
                    add(Some(number), item.as_object().unwrap_or(&Map::new()));
                }
            }
            _ => {}
        }
    }
    facts
}

/// A value in words: codes by their names, instants as the office reads them.
fn told(app: &App, section: &str, member: &str, value: &Value, language: Language) -> String {
    if let Some(words) = words(section, member, value) {
        return of(language, words).to_owned();
    }
    match value {
        Value::Bool(true) => of(language, ("是", "yes")).to_owned(),
        Value::Bool(false) => of(language, ("否", "no")).to_owned(),
        Value::String(text) if member.ends_with("_at") => {
            Instant::parse(text).map_or_else(|_| text.clone(), |at| app.clock.wall_time(at))
        }
        Value::String(text) if member == "relation" => {
            let relation = Relation::parse(text).ok();
            let name = relation.map(|relation| relation.name());
            name.map_or_else(|| text.clone(), |name| format!("{text} {name}"))
        }
        Value::String(text) => text.clone(),
        other => other.to_string(),
    }
}

/// What a code is called.
fn words(section: &str, member: &str, value: &Value) -> Option<Bilingual> {
    fn read<T: DeserializeOwned>(value: &Value, words: fn(T) -> Bilingual) -> Option<Bilingual> {
        serde_json::from_value(value.clone()).ok().map(words)
    }
    match (section, member) {
        (_, "id_kind") => read(value, IdDocumentKind::words),
        (_, "used_for") => read(value, StructureUse::words),
        ("agreements", "status") => read(value, AgreementStatus::words),
        (_, "void_reason") => read(value, VoidReason::words),
        ("released_flats", "reason") => read(value, ReleaseReason::words),
        ("needs", "kind") => read(value, NeedKind::words),
        ("needs", "status") => read(value, NeedStatus::words),
        (_, "outcome") => read(value, NeedOutcome::words),
        (_, "channel") => read(value, LookupChannel::words),
        (_, "role") => read(value, Role::words),
        ("disclosures", "reason") => read(value, DisclosureReason::words),
        ("requests", "kind") => read(value, Kind::words),
        (_, "asked_by") => read(value, Asker::words),
        (_, "proof") => read(value, Proof::words),
        (_, "state") => read(value, State::words),
        (_, "field") => read(value, CorrectionField::words),
        (_, "refusal") => read(value, RefusalReason::words),
        _ => None,
    }
}

/// The workbook, at its beginning, and how many facts it has.
pub(super) async fn workbook(
    app: &App,
    copy: &DataCopy,
    language: Language,
) -> Result<(File, i64), Problem> {
    let title = of(language, ("个人信息副本", "Copy of personal data"));
    let lines = [
        (("文件", "File"), title.to_owned()),
        (("个人信息处理者", "Held by"), copy.authority.clone()),
        (("生成时间", "Produced at"), app.clock.wall_time(copy.produced_at)),
        (("请求标识", "Request"), copy.data_request_id.to_string()),
        (
            ("说明", "Note"),
            of(
                language,
                (
                    "依据个人信息保护法第45条提供；含敏感个人信息，请妥善保管。同户其他人员只列关系，姓名已隐去。",
                    "Given by PIPL 45. Keep it safe: it holds sensitive data. Of others of the \
                     household it tells the relation only.",
                ),
            )
            .to_owned(),
        ),
    ];
    let spec = TableSpec {
        title: title.to_owned(),
        headings: headings::<Fact>(language),
        about: lines
            .map(|(label, text)| (of(language, label).to_owned(), text))
            .into(),
        language,
        created_at: copy.produced_at.as_datetime(),
    };
    let facts = rows(app, copy, language);
    let count = i64::try_from(facts.len()).unwrap_or(i64::MAX);
    let mut feed = TableFeed::begin(spec, move |fact: Fact| Ok(fact.cells(language)));
    for fact in facts {
        if !feed.push(fact).await {
            break;
        }
    }
    let (file, _) = feed.finish().await.map_err(Problem::internal)?;
    Ok((file, count))
}

#[cfg(test)]
mod tests {
    use poem_openapi::types::Type as _;

    use super::*;

    #[test]
    fn every_member_of_a_copy_has_a_name() {
        let mut registry = poem_openapi::registry::Registry::new();
        DataCopy::register(&mut registry);
        let mut seen = 0;
        for (name, schema) in &registry.schemas {
            if !name.starts_with("Copied") {
                continue;
            }
            for (member, _) in &schema.properties {
                let nested = *member == "structures";
                let named = MEMBERS.iter().any(|(known, _)| known == member);
                assert!(nested || named, "{name}.{member}");
                seen += 1;
            }
        }
        assert!(seen > 60, "only {seen} members");
        let whole = &registry.schemas["DataCopy"];
        for (member, _) in &whole.properties {
            let head = ["format", "data_request_id", "produced_at", "authority"];
            let named = SECTIONS.iter().any(|(known, _)| known == member);
            assert!(head.contains(member) || named, "{member}");
        }
    }
}
