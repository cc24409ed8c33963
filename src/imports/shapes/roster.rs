//! The roster (入户调查花名册): one row per household with its holder and its house.

use super::{HOUSEHOLD_NO, PARCEL_CODE, REMARK, optional, required};
use crate::sheets::{Column, TableShape};

pub(super) const SHAPE: TableShape = TableShape {
    kind: "roster",
    zh: "户籍花名册",
    en: "Roster",
    columns: &[
        PARCEL_CODE,
        HOUSEHOLD_NO,
        Column {
            aliases: &[
                "户主",
                "姓名",
                "被征收人",
                "被征收人姓名",
                "产权人",
                "holder",
                "name",
            ],
            hint_zh: "最多 60 个字",
            hint_en: "at most 60 characters",
            example: "张小三",
            ..required("holder_name", "户主姓名", "Holder name")
        },
        Column {
            aliases: &["地址", "住址", "坐落", "房屋地址", "房屋位置"],
            hint_zh: "门牌或方位",
            hint_en: "house number or place",
            example: "东大沟村 12 号",
            ..required("address", "房屋坐落", "Address")
        },
        Column {
            aliases: &["电话", "手机", "手机号", "联系方式", "telephone", "mobile"],
            hint_zh: "5 至 20 位数字，可含空格和 -",
            hint_en: "5 to 20 digits, with spaces or hyphens",
            example: "0531-00000000",
            ..optional("phone", "联系电话", "Phone")
        },
        Column {
            aliases: &["证件种类", "身份证件类型", "id type", "document type"],
            hint_zh: "居民身份证（不填即为此）、护照、港澳通行证、台湾通行证、外国人永久居留身份证、无",
            hint_en: "citizen_number (when empty), passport, hong_kong_macau_permit, \
                      taiwan_permit, foreign_residence_permit, none",
            example: "居民身份证",
            ..optional("id_kind", "证件类型", "Document kind")
        },
        Column {
            aliases: &[
                "身份证号",
                "身份证号码",
                "公民身份号码",
                "证件号",
                "citizen number",
            ],
            hint_zh: "身份证为 18 位，校验位须正确；请用文本格式，避免被改写",
            hint_en: "18 characters with a correct check digit; keep the cell as text",
            example: "11010519491231002X",
            ..optional("id_number", "证件号码", "Document no.")
        },
        Column {
            aliases: &[
                "产权证",
                "房产证号",
                "不动产权证号",
                "证号",
                "certificate number",
            ],
            hint_zh: "没有则不填",
            hint_en: "empty when there is none",
            example: "济房权证中字第000123号",
            ..optional("certificate_no", "产权证号", "Certificate no.")
        },
        Column {
            aliases: &["证载建筑面积", "产权面积", "证件面积"],
            hint_zh: "平方米，最多两位小数；三项面积至少填一项",
            hint_en: "m², at most two decimals; at least one of the three areas",
            example: "118.00",
            ..optional("certificate_area_m2", "证载面积", "Certificate area")
        },
        Column {
            aliases: &["实测建筑面积", "测绘面积", "测量面积"],
            hint_zh: "平方米，最多两位小数",
            hint_en: "m², at most two decimals",
            example: "121.30",
            ..optional("measured_area_m2", "实测面积", "Measured area")
        },
        Column {
            aliases: &["认定建筑面积", "确认面积", "recognized area"],
            hint_zh: "平方米，最多两位小数；签约率按此面积计算",
            hint_en: "m², at most two decimals; the signing rate counts this one",
            example: "120.50",
            ..optional("recognised_area_m2", "认定面积", "Recognised area")
        },
        Column {
            aliases: &["房屋用途", "实际用途", "房屋性质"],
            hint_zh: "住宅（不填即为此）、商业、生产、仓储、混合、其他",
            hint_en: "residential (when empty), commercial, production, storage, mixed, other",
            example: "住宅",
            ..optional("structure_use", "用途", "Use")
        },
        REMARK,
    ],
};
