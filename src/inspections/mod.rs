//! Inspections of flats (分户验收) and their defects (质量问题).
//!
//! The result of an *inspection* is computed from measured points and tolerances, never typed in.
//! A *defect* is rectified by one person and re-checked by another. Both are recorded while the
//! flat is locked, so that a hand-over either sees them or came before. Tables: `inspection`,
//! `inspection_item`, `defect`.

mod api;
mod defects;
mod export;
mod import;
mod judgement;
mod model;
mod rules;
mod store;

pub use api::InspectionsApi;
pub use defects::{Defect, DefectExportsApi, DefectSeverity, DefectStatus, DefectsApi};
pub use export::InspectionExportsApi;
pub use import::{PointsRow, compare_points, import_points};
pub use model::{Inspection, InspectionResult};
