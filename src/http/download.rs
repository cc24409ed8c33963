//! File answers: RFC 6266 names, streamed bodies.

use poem::{Body, IntoResponse, Response};
use poem_openapi::{
    ApiResponse,
    registry::{MetaMediaType, MetaResponse, MetaResponses, MetaSchema, MetaSchemaRef, Registry},
};

use super::version::header;

/// The kinds of files Anju sends.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum MediaType {
    Xlsx,
    Json,
}

impl MediaType {
    pub fn essence(self) -> &'static str {
        match self {
            Self::Xlsx => "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
            Self::Json => "application/json",
        }
    }

    pub fn extension(self) -> &'static str {
        match self {
            Self::Xlsx => "xlsx",
            Self::Json => "json",
        }
    }
}

/// A file to save under a name that may be Chinese.
#[derive(Debug)]
pub struct Download {
    pub body: Body,
    pub media_type: MediaType,
    /// Without extension, for example `签约进度-2018-06-30`.
    pub name: String,
}

/// `filename*` for everyone, an ASCII `filename` for those who do not know it.
fn disposition(name: &str, extension: &str) -> String {
    let plain: String = name
        .chars()
        .map(|c| {
            if c.is_ascii_alphanumeric() || "-_.".contains(c) {
                c
            } else {
                '_'
            }
        })
        .collect();
    let encoded: String = format!("{name}.{extension}")
        .bytes()
        .map(|b| match b {
            b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b'-' | b'_' | b'.' => {
                char::from(b).to_string()
            }
            other => format!("%{other:02X}"),
        })
        .collect();
    format!("attachment; filename=\"{plain}.{extension}\"; filename*=UTF-8''{encoded}")
}

impl IntoResponse for Download {
    fn into_response(self) -> Response {
        Response::builder()
            .content_type(self.media_type.essence())
            .header(
                "content-disposition",
                disposition(&self.name, self.media_type.extension()),
            )
            .body(self.body)
    }
}

impl ApiResponse for Download {
    fn meta() -> MetaResponses {
        let binary =
            MetaSchemaRef::Inline(Box::new(MetaSchema::new_with_format("string", "binary")));
        let media = |media: MediaType| MetaMediaType {
            content_type: media.essence(),
            schema: binary.clone(),
        };
        let mut disposition = MetaSchema::new("string");
        disposition.example = Some("attachment; filename=\"list.xlsx\"".into());
        MetaResponses {
            responses: vec![MetaResponse {
                description: "The file.",
                status: Some(200),
                status_range: None,
                content: vec![media(MediaType::Xlsx)],
                headers: vec![header(
                    "Content-Disposition",
                    "The name to save it under.",
                    disposition,
                )],
            }],
        }
    }

    fn register(_registry: &mut Registry) {}
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_chinese_name_travels_encoded_with_an_ascii_fallback() {
        assert_eq!(
            disposition("签约 1", "xlsx"),
            "attachment; filename=\"___1.xlsx\"; filename*=UTF-8''%E7%AD%BE%E7%BA%A6%201.xlsx"
        );
    }
}
