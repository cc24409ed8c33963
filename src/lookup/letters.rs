//! The printable letters (查询码通知单): one household, one sheet of A4. Written once, kept nowhere.

use std::fmt::Write as _;

use base64::{Engine as _, engine::general_purpose::STANDARD};
use poem::{IntoResponse, Response};
use poem_openapi::{
    ApiResponse,
    registry::{MetaMediaType, MetaResponse, MetaResponses, MetaSchema, MetaSchemaRef, Registry},
};
use sha2::{Digest as _, Sha256};

use crate::{
    parcels::Parcel,
    values::{Day, LookupCode, MaskedName},
};

const STYLE: &str = include_str!("letters.css");

/// What one household is sent.
#[derive(Debug)]
pub(super) struct Letter {
    pub(super) household_no: String,
    /// Masked: the number tells whose letter it is.
    pub(super) holder_name: MaskedName,
    pub(super) lookup_code: LookupCode,
}

/// The letters of one parcel.
#[derive(Debug)]
pub(super) struct LetterSet {
    pub(super) parcel: Parcel,
    pub(super) page_address: Option<String>,
    pub(super) issued_on: Day,
    /// Households that are due a letter and not in this set.
    pub(super) left: i64,
    pub(super) letters: Vec<Letter>,
}

/// A text inside an element or a quoted attribute.
fn escaped(text: &str) -> String {
    let mut safe = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '&' => safe.push_str("&amp;"),
            '<' => safe.push_str("&lt;"),
            '>' => safe.push_str("&gt;"),
            '"' => safe.push_str("&quot;"),
            '\'' => safe.push_str("&#39;"),
            other => safe.push(other),
        }
    }
    safe
}

impl LetterSet {
    fn page(&self) -> String {
        let parcel = escaped(&self.parcel.name);
        let (count, left) = (self.letters.len(), self.left);
        let rest = if left > 0 {
            format!("还有 {left} 户，请再提交一次，继续打印。")
        } else {
            String::new()
        };
        let mut page = format!(
            "<!doctype html>\n<html lang=\"zh-CN\">\n<head>\n<meta charset=\"utf-8\">\n\
             <title>查询码通知单 {parcel}</title>\n<style>{STYLE}</style>\n</head>\n<body>\n\
             <p class=\"screen\">{parcel}：{count} 份通知单。查询码只显示这一次，系统不保存，\
             请立即打印，当面或密封送达。{rest}</p>\n"
        );
        for letter in &self.letters {
            self.write(letter, &mut page);
        }
        page.push_str("</body>\n</html>\n");
        page
    }

    fn write(&self, letter: &Letter, page: &mut String) {
        let (parcel, day) = (escaped(&self.parcel.name), self.issued_on);
        let (number, holder) = (
            escaped(&letter.household_no),
            escaped(letter.holder_name.as_str()),
        );
        let code = letter.lookup_code.printed();
        let office = self.office();
        let open = self.page_address.as_deref().map_or_else(
            || "用手机打开住户查询网页，网址请问村改造办公室。".to_owned(),
            |address| format!("用手机打开网页：<b>{}</b>", escaped(address)),
        );
        let synthetic = if self.parcel.synthetic {
            "<p class=\"synthetic\">演示数据 / 合成数据，非真实住户</p>\n"
        } else {
            ""
        };
        write!(
            page,
            "<section class=\"letter\">\n{synthetic}<h1>查询码通知单</h1>\n\
             <dl>\n<div><dt>户主</dt><dd>{holder}</dd></div>\n\
             <div><dt>户号</dt><dd>{number}</dd></div>\n\
             <div><dt>片区</dt><dd>{parcel}</dd></div>\n</dl>\n\
             <p class=\"label\">您家的查询码</p>\n<p class=\"code\">{code}</p>\n\
             <h2>怎么查</h2>\n<ol>\n<li>{open}</li>\n\
             <li>填写上面的查询码。大写小写都行，横杠可以不填。</li>\n\
             <li>填写家里任何一位成年人证件号码的最后六位：身份证、护照或通行证都行。</li>\n\
             <li>能看到您家办到哪一步、下一步办什么、协议、安置房，以及上学、看病的安排。</li>\n\
             <li>不会用手机的，请网格员代查。</li>\n</ol>\n\
             <h2>会记下什么</h2>\n<p>每次查询都会记下时间，以及是住户自己查还是网格员代查；代查的还\
             记下网格员姓名。您在查询结果里能看到这些记录。查询不收费，也不会要您的银行卡号、密码或\
             短信验证码。</p>\n\
             <h2>请保管好</h2>\n<p>不要把查询码告诉别人。丢了，或者担心别人看到了，带上身份证找{office}\
             换一个新的，旧的马上停用。</p>\n\
             <p class=\"office\">{office}　{day}</p>\n</section>\n"
        )
        .expect("a string takes any text");
    }

    /// Who to turn to, with the number if there is one.
    fn office(&self) -> String {
        let name = self.parcel.contact_name.as_deref();
        let name = escaped(name.unwrap_or("村改造办公室"));
        match &self.parcel.contact_phone {
            Some(phone) => format!("{name}（电话 {}）", escaped(phone)),
            None => name,
        }
    }
}

/// Nothing runs and nothing is loaded; the one style is known by its digest.
fn policy() -> String {
    let digest = STANDARD.encode(Sha256::digest(STYLE.as_bytes()));
    format!(
        "default-src 'none'; style-src 'sha256-{digest}'; base-uri 'none'; form-action 'none'; \
         frame-ancestors 'none'"
    )
}

impl IntoResponse for LetterSet {
    fn into_response(self) -> Response {
        Response::builder()
            .content_type("text/html; charset=utf-8")
            .header("content-security-policy", policy())
            .body(self.page())
    }
}

impl ApiResponse for LetterSet {
    fn meta() -> MetaResponses {
        MetaResponses {
            responses: vec![MetaResponse {
                description: "The letters, as a page to print.",
                status: Some(200),
                status_range: None,
                content: vec![MetaMediaType {
                    content_type: "text/html; charset=utf-8",
                    schema: MetaSchemaRef::Inline(Box::new(MetaSchema::new("string"))),
                }],
                headers: vec![],
            }],
        }
    }

    fn register(_registry: &mut Registry) {}
}
