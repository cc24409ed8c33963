//! Measured points of inspections (实测实量): one row per item of an inspection of a flat.

use super::{BUILDING, ESTATE, FLAT_NO, REMARK, optional, required};
use crate::sheets::{Column, TableShape};

pub(super) const SHAPE: TableShape = TableShape {
    kind: "inspection-points",
    zh: "实测实量",
    en: "Inspection points",
    columns: &[
        ESTATE,
        BUILDING,
        FLAT_NO,
        Column {
            aliases: &["检测日期", "测量日期", "inspection date"],
            hint_zh: "例如 2018-06-12，不能晚于今天；同一套房同一天同一检查人的各行为一次检查",
            hint_en: "for example 2018-06-12, not after today; rows of one flat, day and \
                      inspector are one inspection",
            example: "2018-06-12",
            ..required("inspected_on", "检查日期", "Inspected on")
        },
        Column {
            aliases: &["检查员", "检测人", "测量人"],
            hint_zh: "现场测量人",
            hint_en: "who measured",
            example: "李明",
            ..required("inspector", "检查人", "Inspector")
        },
        Column {
            aliases: &["项目", "检测项目", "实测项目"],
            hint_zh: "例如 室内净高",
            hint_en: "for example 室内净高 (clear height)",
            example: "室内净高",
            ..required("item", "检查项目", "Item")
        },
        Column {
            aliases: &["标准", "规范", "依据标准"],
            hint_zh: "条文出处，没有则不填",
            hint_en: "where the requirement is written; may be empty",
            example: "GB 50096",
            ..optional("standard", "依据", "Standard")
        },
        Column {
            aliases: &["计量单位"],
            hint_zh: "例如 mm",
            hint_en: "for example mm",
            example: "mm",
            ..required("unit", "单位", "Unit")
        },
        Column {
            aliases: &["下限", "最小值", "lower limit", "minimum"],
            hint_zh: "最多两位小数；上下限与极差至少填一项",
            hint_en: "at most two decimals; at least one of the limits or the range",
            example: "2780",
            ..optional("lower", "允许下限", "Lower")
        },
        Column {
            aliases: &["上限", "最大值", "upper limit", "maximum"],
            hint_zh: "最多两位小数",
            hint_en: "at most two decimals",
            example: "2820",
            ..optional("upper", "允许上限", "Upper")
        },
        Column {
            aliases: &["允许极差", "极差限值", "maximum range"],
            hint_zh: "最大值与最小值之差的上限",
            hint_en: "how far the largest point may lie above the smallest",
            example: "20",
            ..optional("range_max", "极差", "Range")
        },
        Column {
            aliases: &[
                "测点值",
                "测量值",
                "实测数据",
                "测点",
                "values",
                "measurements",
            ],
            hint_zh: "各测点的值，用分号、逗号、顿号或空格分开，1 至 200 个",
            hint_en: "the points, separated by semicolons, commas or spaces, 1 to 200",
            example: "2803;2795;2801.5",
            ..required("points", "实测值", "Points")
        },
        REMARK,
    ],
};
