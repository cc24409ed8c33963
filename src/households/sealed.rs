//! What the sealed columns of households are bound to, for who seals them anew.

pub(crate) use super::{disclosures::NOTE, documents::SEALED as DOCUMENT, names::SEALED as NAME};
