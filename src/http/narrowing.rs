//! What narrowed a list, in words for the file it became.

use serde_json::Value;
use sqlx::PgConnection;
use uuid::Uuid;

use super::Language;
use crate::{names, sheets::Bilingual, staff::Scope};

/// What people call the filters of lists.
const LABELS: [(&str, Bilingual); 26] = [
    ("programme_id", ("年度计划", "Programme")),
    ("parcel_id", ("地块", "Parcel")),
    ("household_id", ("住户", "Household")),
    ("household_no", ("户号", "Household")),
    ("estate_id", ("小区", "Estate")),
    ("building_id", ("楼栋", "Building")),
    ("flat_id", ("安置房", "Flat")),
    ("agreement_no", ("协议编号", "Agreement")),
    ("signed_from", ("签约日期自", "Signed from")),
    ("signed_to", ("签约日期至", "Signed to")),
    ("status", ("状态", "Status")),
    ("kind", ("类型", "Kind")),
    ("stage", ("阶段", "Step")),
    ("subdistrict", ("街道", "Subdistrict")),
    ("assigned", ("已分配", "Assigned")),
    ("handed_over", ("已交房", "Handed over")),
    ("result", ("结论", "Result")),
    ("severity", ("程度", "Severity")),
    ("overdue", ("逾期", "Overdue")),
    ("as_of", ("截至日期", "As of")),
    ("from", ("自", "From")),
    ("to", ("至", "To")),
    ("until", ("至", "Until")),
    ("action", ("操作", "Action")),
    ("object_id", ("对象标识", "Object id")),
    ("client_id", ("密钥标识", "Key id")),
];

/// `地块：大涧沟东村；状态：已签约`; 「全部」 when nothing was narrowed. `words` tells the coded
/// values, what they are called.
pub(super) async fn told(
    conn: &mut PgConnection,
    scope: &Scope,
    filter: &Value,
    words: &[(&str, Bilingual)],
    language: Language,
) -> sqlx::Result<String> {
    let pick = |(zh, en): Bilingual| match language {
        Language::Chinese => zh,
        Language::English => en,
    };
    let (colon, stop) = match language {
        Language::Chinese => ("：", "；"),
        Language::English => (": ", "; "),
    };
    let members = filter.as_object().into_iter().flatten();
    let mut parts = vec![];
    // What overdue is measured by narrows nothing by itself.
    for (field, value) in members.filter(|(field, _)| *field != "today") {
        let label = LABELS.iter().find(|(name, _)| name == field);
        let label = label.map_or(field.as_str(), |(_, label)| pick(*label));
        let coded = words.iter().find(|(name, _)| name == field);
        let id = value.as_str().and_then(|text| Uuid::try_parse(text).ok());
        let named = match id {
            Some(id) => names::of_filter(conn, scope, field, id).await?,
            None => None,
        };
        let shown = match (coded, named, value) {
            (Some((_, words)), ..) => pick(*words).to_owned(),
            (None, Some(name), _) => name,
            (None, None, Value::Bool(true)) => pick(("是", "yes")).to_owned(),
            (None, None, Value::Bool(false)) => pick(("否", "no")).to_owned(),
            (None, None, Value::String(text)) => text.clone(),
            (None, None, other) => other.to_string(),
        };
        parts.push(format!("{label}{colon}{shown}"));
    }
    Ok(if parts.is_empty() {
        pick(("全部", "everything")).to_owned()
    } else {
        parts.join(stop)
    })
}
