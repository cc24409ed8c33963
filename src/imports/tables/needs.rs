//! Schooling and medical needs.

use std::borrow::Cow;

use super::{Ground, Outcome, Parcels, Table, outcome, parcel};
use crate::{
    http::{Act, Problem},
    imports::cells::{Cells, day, one_of, spelt},
    needs::{
        NeedKind,
        bulk::{self, NeedRow},
    },
    values::{Note, Number, PersonName, masked_name},
};

const KINDS: &[(&[&str], NeedKind)] = &[
    (
        &["schooling", "入学", "上学", "子女上学", "就学"],
        NeedKind::Schooling,
    ),
    (&["medical", "就医", "医疗", "医疗卫生"], NeedKind::Medical),
];

pub(in crate::imports) struct Needs;

impl Table for Needs {
    type Row = NeedRow;
    type Known = Parcels;

    const ONCE: &'static [&'static [&'static str]] =
        &[&["parcel_code", "household_no", "person_name", "kind"]];

    fn read(cells: &mut Cells<'_>, parcels: &Parcels) -> Option<NeedRow> {
        let parcel_id = parcel(cells, parcels);
        let household_no = cells.required("household_no", Number::parse);
        let person_name = cells.required("person_name", PersonName::parse);
        let kind = cells.required("kind", |text| one_of(text, KINDS));
        let due_on = cells.required("due_on", day);
        let detail = cells.optional("detail", Note::parse);
        Some(NeedRow {
            parcel_id: parcel_id?,
            household_no: household_no?,
            person_name: person_name?,
            kind: kind?,
            due_on: due_on?,
            detail: detail?,
        })
    }

    fn spelt<'a>(field: &str, text: &'a str) -> Cow<'a, str> {
        match one_of(text, KINDS) {
            Ok(kind) if field == "kind" => kind.key().into(),
            _ => spelt(text),
        }
    }

    /// Parcel, household, person, kind: the person masked.
    fn shown(key: &str) -> String {
        let masked = |(at, part)| match at {
            2 => masked_name(part),
            _ => part.to_owned(),
        };
        let parts: Vec<String> = key.split(" / ").enumerate().map(masked).collect();
        parts.join(" / ")
    }

    async fn judge(
        &mut self,
        act: &mut Act,
        ground: &Ground,
        rows: Vec<NeedRow>,
        write: bool,
    ) -> Result<Vec<Outcome>, Problem> {
        let outcomes = if write {
            bulk::write(act, &ground.app, &ground.scope, &rows).await?
        } else {
            bulk::compare(act, &ground.app, &ground.scope, &rows).await?
        };
        Ok(outcomes.into_iter().map(outcome).collect())
    }
}
