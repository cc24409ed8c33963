//! Identity documents on their way into the database and, masked, out of it again.

use serde_json::{Value, json};

use crate::{
    App,
    http::Problem,
    privacy::KeyRing,
    values::{Day, HouseholdId, IdDocument, IdDocumentKind, PersonId},
};

/// What a ciphertext is bound to, together with the id of the person.
pub(crate) const SEALED: &str = "person.id_sealed";
const FINGERPRINT: &str = "person.id_fingerprint";
const LAST_SIX: &str = "person.last_six_hash";

/// A document as its four columns hold it; all but the kind are absent without a document.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct SealedDocument {
    pub(super) kind: IdDocumentKind,
    pub(super) sealed: Option<Vec<u8>>,
    pub(super) fingerprint: Option<Vec<u8>>,
    pub(super) last_six_hash: Option<Vec<u8>>,
}

/// Seals a document for one person of one household.
pub(super) fn seal(
    app: &App,
    household: HouseholdId,
    person: PersonId,
    document: &IdDocument,
) -> SealedDocument {
    let Some(number) = document.expose() else {
        return SealedDocument {
            kind: document.kind(),
            sealed: None,
            fingerprint: None,
            last_six_hash: None,
        };
    };
    let nonce = app.entropy.bytes();
    // A number of five characters opens no lookup: nobody can type six of it.
    let last_six = document.last_six().unwrap_or(number);
    SealedDocument {
        kind: document.kind(),
        sealed: Some(app.keys.seal(SEALED, person.0, number.as_bytes(), nonce)),
        fingerprint: fingerprint(&app.keys, document).map(Vec::from),
        last_six_hash: Some(last_six_hash(&app.keys, household, last_six).to_vec()),
    }
}

/// The keyed hash by which the same document is found again in any household; `None` without one.
pub fn fingerprint(keys: &KeyRing, document: &IdDocument) -> Option<[u8; 32]> {
    let number = document.expose()?;
    // The same letters and digits on two kinds of document are two people.
    let value = zeroize::Zeroizing::new(format!("{} {number}", kind_key(document.kind())));
    Some(keys.fingerprint(FINGERPRINT, value.as_bytes()))
}

/// The keyed hash of a household and the last six characters of a document number, upper-cased:
/// what a resident's second factor is compared with.
pub fn last_six_hash(keys: &KeyRing, household: HouseholdId, last_six: &str) -> [u8; 32] {
    let mut value = zeroize::Zeroizing::new(Vec::with_capacity(16 + 20));
    value.extend_from_slice(household.0.as_bytes());
    value.extend(last_six.bytes().map(|b| b.to_ascii_uppercase()));
    keys.fingerprint(LAST_SIX, &value)
}

/// The number in clear, for a disclosure.
pub(super) fn clear(
    keys: &KeyRing,
    person: PersonId,
    sealed: Option<&[u8]>,
) -> Result<Option<String>, Problem> {
    let Some(sealed) = sealed else {
        return Ok(None);
    };
    let clear = keys
        .open(SEALED, person.0, sealed)
        .map_err(Problem::internal)?;
    let number = std::str::from_utf8(&clear).map_err(Problem::internal)?;
    Ok(Some(number.to_owned()))
}

/// The number as internal screens show it.
pub(super) fn masked(
    keys: &KeyRing,
    person: PersonId,
    kind: IdDocumentKind,
    sealed: Option<&[u8]>,
) -> Result<Option<String>, Problem> {
    let Some(sealed) = sealed else {
        return Ok(None);
    };
    let clear = keys
        .open(SEALED, person.0, sealed)
        .map_err(Problem::internal)?;
    let number = std::str::from_utf8(&clear).map_err(Problem::internal)?;
    let document = IdDocument::parse(kind, Some(number)).map_err(Problem::internal)?;
    Ok(document.masked())
}

/// The day of birth that a document states; only a citizen number does.
pub(super) fn birth_on(document: &IdDocument) -> Option<Day> {
    match document {
        IdDocument::CitizenNumber(number) => Day::new(number.birth_on()).ok(),
        IdDocument::Other(..) | IdDocument::None => None,
    }
}

/// The fields of a request with the fingerprints of its documents: what the trail commits to in
/// place of the numbers, which bodies never write back.
pub(super) fn committed<'a>(
    keys: &KeyRing,
    mut fields: Value,
    documents: impl IntoIterator<Item = &'a IdDocument>,
) -> Value {
    let fingerprints = documents
        .into_iter()
        .map(|document| fingerprint(keys, document).map(hex::encode));
    fields["document_fingerprints"] = json!(fingerprints.collect::<Vec<_>>());
    fields
}

/// The name of a kind on the wire.
pub(super) fn kind_key(kind: IdDocumentKind) -> &'static str {
    match kind {
        IdDocumentKind::CitizenNumber => "citizen_number",
        IdDocumentKind::Passport => "passport",
        IdDocumentKind::HongKongMacauPermit => "hong_kong_macau_permit",
        IdDocumentKind::TaiwanPermit => "taiwan_permit",
        IdDocumentKind::ForeignResidencePermit => "foreign_residence_permit",
        IdDocumentKind::None => "none",
    }
}
