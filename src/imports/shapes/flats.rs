//! Flats (安置房源): one row per flat; estates and buildings come with them.

use super::{BUILDING, ESTATE, FLAT_NO, REMARK, optional, required};
use crate::sheets::{Column, TableShape};

pub(super) const SHAPE: TableShape = TableShape {
    kind: "flats",
    zh: "安置房源",
    en: "Flats",
    columns: &[
        ESTATE,
        BUILDING,
        FLAT_NO,
        Column {
            aliases: &["建筑面积", "房屋面积", "户型面积", "floor area"],
            hint_zh: "平方米，最多两位小数",
            hint_en: "m², at most two decimals",
            example: "98.60",
            ..required("area_m2", "面积", "Area")
        },
        Column {
            aliases: &["总层数", "楼层数", "地上层数", "storeys"],
            hint_zh: "整栋楼的层数，1 至 100；新楼栋必填",
            hint_en: "floors of the whole building, 1 to 100; needed for a new building",
            example: "18",
            ..optional("floors", "层数", "Floors")
        },
        REMARK,
    ],
};
