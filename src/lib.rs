//! Anju (安居): case management for district redevelopment.

/// Tables in and out: workbooks and CSV files, read and written row by row.
pub mod sheets;
