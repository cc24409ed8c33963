//! What is sealed of a request: the value that a field should have, and what a refusal was
//! explained with.

use super::model::{Correction, CorrectionField};
use crate::{
    App,
    households::{GivenDocument, number_of},
    http::Problem,
    values::{
        DataRequestId, Day, IdDocument, IdDocumentKind, OtherIdNumber, PersonName, Phone,
        PlaceName, Relation, ValueError, masked_address, masked_name, masked_phone,
    },
};

/// What the ciphertexts are bound to, together with the id of the request.
pub(crate) const PROPOSED: &str = "personal_data_request.proposed_sealed";
pub(crate) const NOTE: &str = "personal_data_request.refusal_note_sealed";

/// Seals a text for one column of a request.
pub(super) fn seal(app: &App, column: &'static str, id: DataRequestId, clear: &str) -> Vec<u8> {
    let nonce = app.entropy.bytes();
    app.keys.seal(column, id.0, clear.as_bytes(), nonce)
}

/// The text again.
pub(super) fn open(
    app: &App,
    column: &'static str,
    id: DataRequestId,
    sealed: &[u8],
) -> Result<String, Problem> {
    let clear = app.keys.open(column, id.0, sealed);
    let clear = clear.map_err(Problem::internal)?;
    String::from_utf8(clear.to_vec()).map_err(Problem::internal)
}

/// A correction as the text that is sealed; `document` is that of it, checked.
pub(super) fn text_of(correction: &Correction, document: Option<&IdDocument>) -> String {
    match correction {
        Correction::Name(name) => name.to_string(),
        Correction::BirthOn(day) => day.to_string(),
        Correction::Relation(relation) => relation.as_str().to_owned(),
        Correction::Phone(phone) => phone.to_string(),
        Correction::Address(address) => address.to_string(),
        Correction::Document(_) => {
            let (kind, number) = document.map_or(("none", None), number_of);
            [Some(kind), number]
                .into_iter()
                .flatten()
                .collect::<Vec<_>>()
                .join(" ")
        }
    }
}

/// The correction again.
pub(super) fn read(field: CorrectionField, text: &str) -> Result<Correction, Problem> {
    let read = || -> Result<Correction, ValueError> {
        Ok(match field {
            CorrectionField::Name => Correction::Name(PersonName::parse(text)?),
            CorrectionField::BirthOn => Correction::BirthOn(Day::parse(text)?),
            CorrectionField::Relation => Correction::Relation(Relation::parse(text)?),
            CorrectionField::Phone => Correction::Phone(Phone::parse(text)?),
            CorrectionField::Address => Correction::Address(PlaceName::parse(text)?),
            CorrectionField::Document => {
                let (kind, number) = document(text);
                let number = number.map(OtherIdNumber::parse).transpose()?;
                Correction::Document(GivenDocument { kind, number })
            }
        })
    };
    read().map_err(Problem::internal)
}

/// The value as everybody may see it.
pub(super) fn masked(field: CorrectionField, text: &str) -> String {
    match field {
        CorrectionField::Name => masked_name(text),
        CorrectionField::Phone => masked_phone(text),
        CorrectionField::Address => masked_address(text),
        CorrectionField::Relation => text.to_owned(),
        // The year.
        CorrectionField::BirthOn => text.chars().take(4).collect(),
        CorrectionField::Document => {
            let (kind, number) = document(text);
            let document = IdDocument::parse(kind, number).ok();
            document
                .and_then(|known| known.masked())
                .unwrap_or_default()
        }
    }
}

fn document(text: &str) -> (IdDocumentKind, Option<&str>) {
    const KINDS: [(&str, IdDocumentKind); 5] = [
        ("citizen_number", IdDocumentKind::CitizenNumber),
        ("passport", IdDocumentKind::Passport),
        (
            "hong_kong_macau_permit",
            IdDocumentKind::HongKongMacauPermit,
        ),
        ("taiwan_permit", IdDocumentKind::TaiwanPermit),
        (
            "foreign_residence_permit",
            IdDocumentKind::ForeignResidencePermit,
        ),
    ];
    let (kind, number) = text.split_once(' ').unwrap_or((text, ""));
    let known = KINDS.iter().find(|(key, _)| *key == kind);
    let kind = known.map_or(IdDocumentKind::None, |(_, kind)| *kind);
    (kind, (!number.is_empty()).then_some(number))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_sealed_reads_again_and_is_shown_masked() {
        let all = [
            (CorrectionField::Name, "张小三", "张*三"),
            (CorrectionField::BirthOn, "1980-01-02", "1980"),
            (CorrectionField::Relation, "10", "10"),
            (CorrectionField::Phone, "13800001234", "138****1234"),
            (
                CorrectionField::Address,
                "大沟村 12 号 2 单元 501 室",
                "大沟村 12 号***",
            ),
            (
                CorrectionField::Document,
                "citizen_number 11010519491231002X",
                "110*************2X",
            ),
            (CorrectionField::Document, "none", ""),
        ];
        for (field, text, shown) in all {
            let correction = read(field, text).unwrap();
            let document = match &correction {
                Correction::Document(given) => {
                    let number = given.number.as_ref().map(OtherIdNumber::expose);
                    Some(IdDocument::parse(given.kind, number).unwrap())
                }
                _ => None,
            };
            assert_eq!(text_of(&correction, document.as_ref()), text);
            assert_eq!(masked(field, text), shown, "{field:?}");
        }
    }
}
