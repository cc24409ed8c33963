//! Anju (安居): case management for district redevelopment.

/// The private PostgreSQL, and backup and restore of any.
pub mod postgres;
