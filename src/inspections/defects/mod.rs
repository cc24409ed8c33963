//! Defects of flats (质量问题): found, rectified by one person, re-checked by another.

mod api;
mod export;
mod model;
mod rules;
mod store;

pub use api::DefectsApi;
pub use export::DefectExportsApi;
pub use model::{Defect, DefectSeverity, DefectStatus};
