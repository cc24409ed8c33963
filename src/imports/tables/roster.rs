//! Households with their holder and house.

use super::{Ground, Outcome, Parcels, Table, outcome, parcel};
use crate::{
    households::{RosterRow, StructureUse, compare_roster, import_roster},
    http::{Act, Language, Problem},
    imports::cells::{Cells, decimal, one_of},
    values::{Area, IdDocument, IdDocumentKind, Label, Number, PersonName, Phone, PlaceName},
};

const DOCUMENT_KINDS: &[(&[&str], IdDocumentKind)] = &[
    (
        &["citizen_number", "居民身份证", "身份证", "公民身份号码"],
        IdDocumentKind::CitizenNumber,
    ),
    (&["passport", "护照"], IdDocumentKind::Passport),
    (
        &[
            "hong_kong_macau_permit",
            "港澳通行证",
            "港澳居民来往内地通行证",
            "回乡证",
        ],
        IdDocumentKind::HongKongMacauPermit,
    ),
    (
        &[
            "taiwan_permit",
            "台湾通行证",
            "台湾居民来往大陆通行证",
            "台胞证",
        ],
        IdDocumentKind::TaiwanPermit,
    ),
    (
        &[
            "foreign_residence_permit",
            "外国人永久居留身份证",
            "外国人永久居留证",
        ],
        IdDocumentKind::ForeignResidencePermit,
    ),
    (&["none", "无", "无证件"], IdDocumentKind::None),
];

const USES: &[(&[&str], StructureUse)] = &[
    (
        &["residential", "住宅", "居住", "住房"],
        StructureUse::Residential,
    ),
    (
        &["commercial", "商业", "经营", "商铺", "办公"],
        StructureUse::Commercial,
    ),
    (
        &["production", "生产", "厂房", "工业"],
        StructureUse::Production,
    ),
    (&["storage", "仓储", "仓库"], StructureUse::Storage),
    (
        &["mixed", "混合", "商住", "商住两用", "住改非"],
        StructureUse::Mixed,
    ),
    (&["other", "其他", "其它"], StructureUse::Other),
];

/// A word of the contract as people read it, for the fields that have such words.
pub(in crate::imports) fn word_of(field: &str, key: &str, language: Language) -> Option<String> {
    fn of<T>(known: &[(&[&str], T)], key: &str, language: Language) -> Option<String> {
        let names = known.iter().map(|(names, _)| names);
        let names = names
            .into_iter()
            .find(|names| names.first() == Some(&key))?;
        Some(match language {
            Language::Chinese => (*names.get(1)?).to_owned(),
            Language::English => key.replace('_', " "),
        })
    }
    match field {
        "id_kind" => of(DOCUMENT_KINDS, key, language),
        "structure_use" => of(USES, key, language),
        _ => None,
    }
}

pub(in crate::imports) struct Roster;

impl Table for Roster {
    type Row = RosterRow;
    type Known = Parcels;

    const ONCE: &'static [&'static [&'static str]] = &[&["parcel_code", "household_no"]];
    const COUNTS_ABSENT: bool = true;

    fn read(cells: &mut Cells<'_>, parcels: &Parcels) -> Option<RosterRow> {
        let parcel_id = parcel(cells, parcels);
        let household_no = cells.required("household_no", Number::parse);
        let holder_name = cells.required("holder_name", PersonName::parse);
        let address = cells.required("address", PlaceName::parse);
        let phone = cells.optional("phone", Phone::parse);
        let document = document(cells);
        let structure_use = cells.optional("structure_use", |text| one_of(text, USES));
        let certificate_no = cells.optional("certificate_no", Label::parse);
        let mut area = |field| cells.optional(field, |text| Area::parse(&decimal(text)));
        let certificate_area_m2 = area("certificate_area_m2");
        let measured_area_m2 = area("measured_area_m2");
        let recognised_area_m2 = area("recognised_area_m2");
        Some(RosterRow {
            parcel_id: parcel_id?,
            household_no: household_no?,
            holder_name: holder_name?,
            address: address?,
            phone: phone?,
            relation: None,
            document: document?,
            structure_use: structure_use?,
            certificate_no: certificate_no?,
            certificate_area_m2: certificate_area_m2?,
            measured_area_m2: measured_area_m2?,
            recognised_area_m2: recognised_area_m2?,
        })
    }

    async fn judge(
        &mut self,
        act: &mut Act,
        ground: &Ground,
        rows: Vec<RosterRow>,
        write: bool,
    ) -> Result<Vec<Outcome>, Problem> {
        let (app, scope) = (&ground.app, &ground.scope);
        let outcomes = if write {
            import_roster(act, app, scope, &rows).await?
        } else {
            compare_roster(act, app, scope, &rows).await?
        };
        Ok(outcomes.into_iter().map(outcome).collect())
    }
}

/// The holder's document: a citizen number unless the row says another kind; the inner `None`
/// when the row is silent about it.
#[expect(
    clippy::option_option,
    reason = "wrong and left out are two things, and both occur"
)]
fn document(cells: &mut Cells<'_>) -> Option<Option<IdDocument>> {
    let kind = cells.optional("id_kind", |text| one_of(text, DOCUMENT_KINDS))?;
    let number = cells.optional("id_number", |text| Ok(text.to_owned()))?;
    if kind.is_none() && number.is_none() {
        return Some(None);
    }
    let kind = kind.unwrap_or(IdDocumentKind::CitizenNumber);
    cells
        .keep("id_number", IdDocument::parse(kind, number.as_deref()))
        .map(Some)
}
