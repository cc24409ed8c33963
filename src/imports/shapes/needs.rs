//! Needs after the move (入学、就医需求): one row per need of a person.

use super::{HOUSEHOLD_NO, PARCEL_CODE, optional, required};
use crate::sheets::{Column, TableShape};

pub(super) const SHAPE: TableShape = TableShape {
    kind: "needs",
    zh: "需求清单",
    en: "Needs",
    columns: &[
        PARCEL_CODE,
        HOUSEHOLD_NO,
        Column {
            aliases: &["人员姓名", "姓名", "家庭成员", "name"],
            hint_zh: "该户家庭成员的姓名",
            hint_en: "a person of the household, by name",
            example: "张小四",
            ..required("person_name", "人员", "Person")
        },
        Column {
            aliases: &["类型", "需求类别", "need kind", "need"],
            hint_zh: "入学 或 就医",
            hint_en: "schooling or medical",
            example: "入学",
            ..required("kind", "需求类型", "Kind")
        },
        Column {
            aliases: &["期限", "办结期限", "截止日期", "due date", "deadline"],
            hint_zh: "例如 2018-08-31",
            hint_en: "for example 2018-08-31",
            example: "2018-08-31",
            ..required("due_on", "办理期限", "Due on")
        },
        Column {
            aliases: &["说明", "备注", "具体需求", "details", "remark"],
            hint_zh: "加密保存，只有需求窗口可见",
            hint_en: "kept encrypted, read by the needs desk only",
            example: "转入回迁片区小学三年级",
            ..optional("detail", "需求说明", "Detail")
        },
    ],
};
