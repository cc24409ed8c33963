//! Answers of writes.

use poem::{IntoResponse, Response, http::StatusCode};
use poem_openapi::{
    ApiResponse,
    registry::{MetaMediaType, MetaResponse, MetaResponses, MetaSchema, Registry},
    types::{ToJSON, Type},
};

use super::{
    body::{encode, json_response},
    version::{etag, etag_header, header},
};

/// An answer as it can be stored beside an idempotency key: status, two headers, body.
#[derive(Debug, Clone)]
pub struct Reply {
    pub status: u16,
    pub etag: Option<String>,
    pub location: Option<String>,
    pub body: Option<String>,
}

impl Reply {
    pub(super) fn into_response(self) -> Response {
        let mut response = self.body.map_or_else(|| ().into_response(), json_response);
        response.set_status(StatusCode::from_u16(self.status).expect("only our own statuses"));
        for (name, value) in [("etag", self.etag), ("location", self.location)] {
            if let Some(value) = value.and_then(|v| v.parse().ok()) {
                response.headers_mut().insert(name, value);
            }
        }
        response
    }
}

/// What an [`super::Act`] can store and repeat.
pub trait Storable {
    fn reply(&self) -> Reply;
}

/// 201 with the new object, its version and its address.
#[derive(Debug)]
pub struct Created<T> {
    pub value: T,
    pub version: i32,
    pub location: String,
}

impl<T: ToJSON> Storable for Created<T> {
    fn reply(&self) -> Reply {
        Reply {
            status: 201,
            etag: Some(etag(self.version)),
            location: Some(self.location.clone()),
            body: Some(encode(&self.value)),
        }
    }
}

impl<T: ToJSON> IntoResponse for Created<T> {
    fn into_response(self) -> Response {
        self.reply().into_response()
    }
}

impl<T: ToJSON> ApiResponse for Created<T> {
    fn meta() -> MetaResponses {
        let mut response = response_of::<T>(201, "Created; `Location` is its address.");
        response.headers = vec![etag_header(), location_header()];
        MetaResponses {
            responses: vec![response],
        }
    }

    fn register(registry: &mut Registry) {
        T::register(registry);
    }
}

/// 202: accepted as a job, which `Location` shows.
#[derive(Debug)]
pub struct Accepted<T> {
    pub value: T,
    pub location: String,
}

impl<T: ToJSON> Storable for Accepted<T> {
    fn reply(&self) -> Reply {
        let location = Some(self.location.clone());
        Reply {
            status: 202,
            etag: None,
            location,
            body: Some(encode(&self.value)),
        }
    }
}

impl<T: ToJSON> IntoResponse for Accepted<T> {
    fn into_response(self) -> Response {
        self.reply().into_response()
    }
}

impl<T: ToJSON> ApiResponse for Accepted<T> {
    fn meta() -> MetaResponses {
        let mut response = response_of::<T>(202, "Accepted; `Location` shows the progress.");
        response.headers = vec![location_header()];
        MetaResponses {
            responses: vec![response],
        }
    }

    fn register(registry: &mut Registry) {
        T::register(registry);
    }
}

/// 204: done, nothing to show.
#[derive(Debug, Clone, Copy)]
pub struct NoContent;

impl Storable for NoContent {
    fn reply(&self) -> Reply {
        Reply {
            status: 204,
            etag: None,
            location: None,
            body: None,
        }
    }
}

impl IntoResponse for NoContent {
    fn into_response(self) -> Response {
        StatusCode::NO_CONTENT.into_response()
    }
}

impl ApiResponse for NoContent {
    fn meta() -> MetaResponses {
        MetaResponses {
            responses: vec![MetaResponse {
                description: "Done.",
                status: Some(204),
                status_range: None,
                content: vec![],
                headers: vec![],
            }],
        }
    }

    fn register(_registry: &mut Registry) {}
}

fn location_header() -> poem_openapi::registry::MetaHeader {
    let mut schema = MetaSchema::new_with_format("string", "uri-reference");
    schema.example = Some("/v1/parcels/01890a5d-ac96-774b-bcce-b302099a8057".into());
    header("Location", "Where it can be read.", schema)
}

fn response_of<T: Type>(status: u16, description: &'static str) -> MetaResponse {
    MetaResponse {
        description,
        status: Some(status),
        status_range: None,
        content: vec![MetaMediaType {
            content_type: "application/json",
            schema: T::schema_ref(),
        }],
        headers: vec![],
    }
}
