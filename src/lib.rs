//! Anju (安居): case management for district redevelopment.

/// What cases are made of: ids, money, areas, days, checked texts. Each knows its wire form.
pub mod values;
