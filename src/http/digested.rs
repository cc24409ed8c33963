//! Stored files with their digest, so that a copy can be checked against the record.

use std::marker::PhantomData;

use base64::{Engine as _, engine::general_purpose::STANDARD};
use poem::{IntoResponse, Response, http::HeaderValue};
use poem_openapi::{
    ApiResponse,
    registry::{MetaMediaType, MetaResponse, MetaResponses, MetaSchema, MetaSchemaRef, Registry},
};

use super::{Download, MediaType, version::header};

/// What a stored file holds, for the contract.
pub trait Content: Send {
    const MEDIA_TYPE: MediaType;

    fn schema_ref() -> MetaSchemaRef;

    fn register(_registry: &mut Registry) {}
}

/// An XLSX workbook.
#[derive(Debug)]
pub struct Workbook;

impl Content for Workbook {
    const MEDIA_TYPE: MediaType = MediaType::Xlsx;

    fn schema_ref() -> MetaSchemaRef {
        MetaSchemaRef::Inline(Box::new(MetaSchema::new_with_format("string", "binary")))
    }
}

/// A stored file; `Repr-Digest` (RFC 9530) carries its SHA-256.
#[derive(Debug)]
pub struct Digested<C> {
    download: Download,
    digest: HeaderValue,
    content: PhantomData<fn() -> C>,
}

impl<C: Content> Digested<C> {
    /// `name` is without extension.
    pub fn new(body: poem::Body, name: String, sha256: &[u8]) -> Self {
        let digest = format!("sha-256=:{}:", STANDARD.encode(sha256));
        Self {
            download: Download {
                body,
                media_type: C::MEDIA_TYPE,
                name,
            },
            digest: digest.parse().expect("base64 is a header value"),
            content: PhantomData,
        }
    }
}

impl<C: Content> IntoResponse for Digested<C> {
    fn into_response(self) -> Response {
        let mut response = self.download.into_response();
        response.headers_mut().insert("repr-digest", self.digest);
        response
    }
}

impl<C: Content> ApiResponse for Digested<C> {
    fn meta() -> MetaResponses {
        let text = |example: &str| {
            let mut schema = MetaSchema::new("string");
            schema.example = Some(example.into());
            schema
        };
        let name = text("attachment; filename=\"report.xlsx\"");
        let digest = text("sha-256=:47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=:");
        MetaResponses {
            responses: vec![MetaResponse {
                description: "The file.",
                status: Some(200),
                status_range: None,
                content: vec![MetaMediaType {
                    content_type: C::MEDIA_TYPE.essence(),
                    schema: C::schema_ref(),
                }],
                headers: vec![
                    header("Content-Disposition", "The name to save it under.", name),
                    header("Repr-Digest", "SHA-256 of the file (RFC 9530).", digest),
                ],
            }],
        }
    }

    fn register(registry: &mut Registry) {
        C::register(registry);
    }
}
