//! Anju (安居): case management for district redevelopment.

/// Encryption of personal data at rest: the key ring, its file, sealed columns.
pub mod privacy;
/// What cases are made of: ids, money, areas, days, checked texts. Each knows its wire form.
pub mod values;
