//! The words of inspections.

use poem_openapi::{Enum, Object};

use crate::values::{Day, FlatId, InspectionId, Instant, Label, Measure, PersonName};

/// What the measured points say.
#[derive(Debug, Clone, Copy, PartialEq, Eq, sqlx::Type, Enum, serde::Serialize)]
#[sqlx(type_name = "inspection_result", rename_all = "snake_case")]
#[serde(rename_all = "snake_case")]
#[oai(rename_all = "snake_case")]
pub enum InspectionResult {
    /// Every point of every item lies within its tolerance (合格).
    Passed,
    /// At least one does not (不合格).
    Failed,
}

impl InspectionResult {
    /// The words people read.
    pub fn words(self) -> crate::sheets::Bilingual {
        match self {
            Self::Passed => ("合格", "passed"),
            Self::Failed => ("不合格", "failed"),
        }
    }
}

/// An inspection of a flat (分户验收).
#[derive(Debug, Clone, Object)]
pub struct Inspection {
    pub id: InspectionId,
    pub flat_id: FlatId,
    pub inspected_on: Day,
    /// Who measured, as written on the form.
    pub inspector: String,
    /// Computed from the items.
    pub result: InspectionResult,
    pub recorded_at: Instant,
    pub version: i32,
}

/// An inspection with everything that was measured.
#[derive(Debug, Clone, Object)]
pub struct InspectionForm {
    #[oai(flatten)]
    pub inspection: Inspection,
    /// In the order of the form.
    pub items: Vec<InspectedItem>,
}

/// One item of an inspection, judged.
#[derive(Debug, Clone, Object)]
#[oai(skip_serializing_if_is_none)]
pub struct InspectedItem {
    pub item: String,
    /// Where the requirement is written, for example GB 50210.
    pub standard: Option<String>,
    /// The unit of all numbers of the item, for example `mm`.
    pub unit: String,
    /// The least a point may be.
    pub lower: Option<Measure>,
    /// The most a point may be.
    pub upper: Option<Measure>,
    /// The most by which the largest and the smallest point may differ (极差).
    pub range_max: Option<Measure>,
    pub points: Vec<Measure>,
    /// Every point lies within its limits and all lie close enough together.
    pub passed: bool,
    /// Which points lie outside their limits, counted from 1 as on the form.
    pub failed_points: Vec<u32>,
    /// The points lie close enough together, or nothing is required of that.
    pub range_passed: bool,
}

/// What was measured of one item.
#[derive(Debug, Clone, PartialEq, Eq, Object)]
#[oai(rename = "NewInspectionItem")]
pub struct MeasuredItem {
    /// What was measured, for example `客厅净高`; once in an inspection.
    pub item: Label,
    /// Where the requirement is written, for example GB 50210.
    pub standard: Option<Label>,
    /// The unit of all numbers of the item, for example `mm`.
    pub unit: Label,
    /// The least a point may be. At least one of `lower`, `upper` and `range_max` is needed.
    pub lower: Option<Measure>,
    /// The most a point may be.
    pub upper: Option<Measure>,
    /// The most by which the largest and the smallest point may differ (极差).
    pub range_max: Option<Measure>,
    /// 1 to 200 measured points.
    #[oai(validator(min_items = 1, max_items = 200))]
    pub points: Vec<Measure>,
}

/// An inspection to be recorded. Its result is computed, nobody sends it.
#[derive(Debug, Clone, Object)]
pub struct NewInspection {
    pub flat_id: FlatId,
    /// Today or earlier.
    pub inspected_on: Day,
    /// Who measured, as written on the form.
    pub inspector: PersonName,
    /// 1 to 100 items.
    #[oai(validator(min_items = 1, max_items = 100))]
    pub items: Vec<MeasuredItem>,
}
