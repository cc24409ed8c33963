//! Signed agreements (已签协议): one row per household.

use super::{HOUSEHOLD_NO, PARCEL_CODE, REMARK, required};
use crate::sheets::{Column, TableShape};

pub(super) const SHAPE: TableShape = TableShape {
    kind: "agreements",
    zh: "签约清单",
    en: "Agreements",
    columns: &[
        PARCEL_CODE,
        HOUSEHOLD_NO,
        Column {
            aliases: &["协议号", "合同编号", "补偿协议编号", "agreement number"],
            hint_zh: "全区唯一",
            hint_en: "unique in the district",
            example: "DJGD-2018-0012",
            ..required("agreement_no", "协议编号", "Agreement no.")
        },
        Column {
            aliases: &["协议面积", "补偿面积", "建筑面积", "area"],
            hint_zh: "平方米，最多两位小数",
            hint_en: "m², at most two decimals",
            example: "120.50",
            ..required("floor_area_m2", "签约面积", "Floor area")
        },
        Column {
            aliases: &["补偿款", "补偿总额", "协议金额", "金额", "compensation"],
            hint_zh: "元，最多两位小数",
            hint_en: "yuan, at most two decimals",
            example: "1250000.00",
            ..required("amount", "补偿金额", "Amount")
        },
        Column {
            aliases: &[
                "签订日期",
                "签署日期",
                "签约时间",
                "signing date",
                "date of signing",
            ],
            hint_zh: "例如 2018-03-05，不能晚于今天",
            hint_en: "for example 2018-03-05, not after today",
            example: "2018-03-05",
            ..required("signed_on", "签约日期", "Signed on")
        },
        REMARK,
    ],
};
