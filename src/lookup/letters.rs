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
    http::escaped,
    parcels::Parcel,
    values::{Day, LookupCode, Phone, PlaceName},
};

const STYLE: &str = include_str!("letters.css");

/// Characters of names and addresses up to which a letter fits its sheet in large print; with
/// more it is set smaller.
const LARGE_PRINT_MAX: usize = 220;

/// What one household is sent.
#[derive(Debug)]
pub(super) struct Letter {
    pub(super) household_no: String,
    pub(super) holder_name: String,
    pub(super) address: String,
    pub(super) lookup_code: LookupCode,
}

/// The letters of one parcel.
#[derive(Debug)]
pub(super) struct LetterSet {
    pub(super) parcel: Parcel,
    pub(super) authority: PlaceName,
    pub(super) authority_phone: Phone,
    pub(super) page_address: Option<String>,
    pub(super) issued_on: Day,
    /// Households that are due a letter and not in this set.
    pub(super) left: i64,
    pub(super) letters: Vec<Letter>,
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
        let size = if self.length(letter) > LARGE_PRINT_MAX {
            " long"
        } else {
            ""
        };
        let synthetic = if self.parcel.synthetic {
            "<p class=\"synthetic\">演示数据 / 合成数据，非真实住户</p>\n"
        } else {
            ""
        };
        let (holder, number) = (escaped(&letter.holder_name), escaped(&letter.household_no));
        let (address, parcel) = (escaped(&letter.address), escaped(&self.parcel.name));
        let code = letter.lookup_code.printed();
        write!(
            page,
            "<section class=\"letter{size}\">\n{synthetic}<h1>查询码通知单</h1>\n\
             <dl>\n<div><dt>户主</dt><dd>{holder}</dd></div>\n\
             <div><dt>户号</dt><dd>{number}</dd></div>\n\
             <div><dt>地址</dt><dd>{address}</dd></div>\n\
             <div><dt>片区</dt><dd>{parcel}</dd></div>\n</dl>\n\
             <p class=\"label\">您家的查询码</p>\n<p class=\"code\">{code}</p>\n"
        )
        .expect("a string takes any text");
        self.explain(page);
        self.sign(page);
    }

    /// How to look the case up, what is recorded, and how to keep the code.
    fn explain(&self, page: &mut String) {
        let open = self.page_address.as_deref().map_or_else(
            || "用手机打开住户查询网页，网址请问改造（征收）办公室。".to_owned(),
            |address| format!("用手机打开网页：<b>{}</b>", escaped(address)),
        );
        let office = escaped(self.office());
        let phone = match &self.parcel.contact_phone {
            Some(phone) => format!("（电话 {}）", escaped(phone)),
            None => String::new(),
        };
        write!(
            page,
            "<h2>怎么查</h2>\n<ol>\n<li>{open}</li>\n\
             <li>填写上面的查询码。大写小写都行，横杠可以不填。</li>\n\
             <li>填写家里任何一位成年人证件号码的最后六位：身份证、护照或通行证都行。</li>\n\
             <li>能看到您家办到哪一步、下一步办什么、协议、安置房，以及上学、看病的安排。</li>\n\
             <li>不会用手机的，请网格员代查，或者拨打 12345 市民服务热线。</li>\n</ol>\n\
             <h2>会记下什么</h2>\n<p>每次查询都会记下时间，以及是住户自己查还是网格员代查；代查的还\
             记下网格员姓名。您在查询结果里能看到这些记录。查询不收费，也不会要您的银行卡号、密码或\
             短信验证码。</p>\n\
             <h2>请保管好</h2>\n<p>不要把查询码告诉别人。丢了，或者担心别人看到了，带上身份证找{office}\
             {phone}换一个新的，旧的马上停用。</p>\n"
        )
        .expect("a string takes any text");
    }

    /// Who stands behind the lookup and what it is for (PIPL §17), and who sends the letter.
    fn sign(&self, page: &mut String) {
        let authority = escaped(self.authority.as_str());
        let phone = escaped(self.authority_phone.as_str());
        let (office, day) = (escaped(self.office()), self.issued_on.in_chinese());
        write!(
            page,
            "<p class=\"authority\">本查询由{authority}提供，只用于向您告知拆迁安置办理情况；\
             查询记录按规定保存，您可以要求查阅或更正，电话{phone}。</p>\n\
             <p class=\"office\">{office}</p>\n<p class=\"day\">{day}</p>\n</section>\n"
        )
        .expect("a string takes any text");
    }

    /// Who to turn to.
    fn office(&self) -> &str {
        let name = self.parcel.contact_name.as_deref();
        name.unwrap_or("改造（征收）办公室")
    }

    /// Characters of what differs from letter to letter, the office counted twice as it is printed.
    fn length(&self, letter: &Letter) -> usize {
        let texts = [
            self.office(),
            self.office(),
            self.authority.as_str(),
            self.page_address.as_deref().unwrap_or_default(),
            &self.parcel.name,
            &letter.address,
            &letter.holder_name,
            &letter.household_no,
        ];
        texts.iter().map(|text| text.chars().count()).sum()
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
