//! The columns of every kind of file, as people head them.

mod agreements;
mod flats;
mod inspection_points;
mod needs;
mod roster;

use super::model::ImportKind;
use crate::sheets::{Column, TableShape};

/// What a file of a kind looks like.
pub fn shape_of(kind: ImportKind) -> &'static TableShape {
    match kind {
        ImportKind::Roster => &roster::SHAPE,
        ImportKind::Agreements => &agreements::SHAPE,
        ImportKind::Flats => &flats::SHAPE,
        ImportKind::InspectionPoints => &inspection_points::SHAPE,
        ImportKind::Needs => &needs::SHAPE,
    }
}

/// A column people must fill in.
const fn required(key: &'static str, zh: &'static str, en: &'static str) -> Column {
    column(key, zh, en, true)
}

/// A column people may leave out.
const fn optional(key: &'static str, zh: &'static str, en: &'static str) -> Column {
    column(key, zh, en, false)
}

const fn column(key: &'static str, zh: &'static str, en: &'static str, required: bool) -> Column {
    Column {
        key,
        zh,
        en,
        aliases: &[],
        required,
        hint_zh: "",
        hint_en: "",
        example: "",
    }
}

/// Which parcel a row belongs to; the same in every kind that has it.
const PARCEL_CODE: Column = Column {
    aliases: &["地块代码", "地块号", "地块", "改造地块编号", "parcel"],
    hint_zh: "本计划内地块的编号",
    hint_en: "the code of a parcel of the programme",
    example: "DJGD",
    ..required("parcel_code", "地块编号", "Parcel code")
};

/// Which household a row is about; the same in every kind that has it.
const HOUSEHOLD_NO: Column = Column {
    aliases: &[
        "户号",
        "户序号",
        "被征收户编号",
        "household number",
        "household",
    ],
    hint_zh: "地块内唯一，例如 0012",
    hint_en: "unique in the parcel, for example 0012",
    example: "0012",
    ..required("household_no", "户编号", "Household no.")
};

/// What offices note beside a row; nothing of it is read.
const REMARK: Column = Column {
    aliases: &["说明", "备注说明", "remarks", "note"],
    hint_zh: "供本单位使用，导入时不读取",
    hint_en: "for the office's own use; not read by the import",
    ..optional("remark", "备注", "Remark")
};

/// Where a flat stands.
const ESTATE: Column = Column {
    aliases: &["小区", "小区名称", "安置房小区", "estate name"],
    hint_zh: "安置小区的名称",
    hint_en: "the name of the resettlement estate",
    example: "安和家园",
    ..required("estate", "安置小区", "Estate")
};

const BUILDING: Column = Column {
    aliases: &["楼号", "楼", "楼栋号", "building name"],
    hint_zh: "小区内唯一，例如 3号楼",
    hint_en: "unique in the estate, for example 3号楼",
    example: "3号楼",
    ..required("building", "楼栋", "Building")
};

const FLAT_NO: Column = Column {
    aliases: &["户室号", "室号", "房间号", "flat", "flat number", "unit no"],
    hint_zh: "楼内唯一，例如 2-501",
    hint_en: "unique in the building, for example 2-501",
    example: "2-501",
    ..required("flat_no", "房号", "Flat no.")
};

#[cfg(test)]
mod tests {
    use super::*;

    const KINDS: [ImportKind; 5] = [
        ImportKind::Roster,
        ImportKind::Agreements,
        ImportKind::Flats,
        ImportKind::InspectionPoints,
        ImportKind::Needs,
    ];

    #[test]
    fn no_heading_means_two_columns() {
        for kind in KINDS {
            let ambiguous = shape_of(kind).ambiguous_headings();
            assert!(ambiguous.is_empty(), "{kind:?}: {ambiguous:?}");
        }
    }

    #[test]
    fn every_column_says_in_both_languages_what_to_write() {
        for column in KINDS.iter().flat_map(|kind| shape_of(*kind).columns) {
            assert!(!column.hint_zh.is_empty(), "{}", column.key);
            assert!(!column.hint_en.is_empty(), "{}", column.key);
        }
    }
}
