//! People who send requests and look at the answers.

use std::{
    net::SocketAddr,
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
};

use poem::{
    Addr, Endpoint as _, Request, RequestParts,
    endpoint::BoxEndpoint,
    http::{HeaderMap, Method, StatusCode, uri::Scheme},
    web::{LocalAddr, RemoteAddr},
};
use serde_json::Value;

use super::watch;

/// Somebody with a bearer token, or nobody.
#[derive(Clone)]
pub struct Person {
    service: Arc<BoxEndpoint<'static>>,
    token: Option<String>,
}

impl Person {
    pub fn new(service: Arc<BoxEndpoint<'static>>, token: Option<String>) -> Self {
        Self { service, token }
    }

    pub fn get(&self, path: &str) -> Errand {
        self.errand(Method::GET, path)
    }

    /// With a fresh idempotency key.
    pub fn post(&self, path: &str, body: &Value) -> Errand {
        self.errand(Method::POST, path).key(&fresh_key()).json(body)
    }

    /// A POST without a body.
    pub fn act(&self, path: &str) -> Errand {
        self.errand(Method::POST, path).key(&fresh_key())
    }

    pub fn put(&self, path: &str, body: &Value) -> Errand {
        self.errand(Method::PUT, path).json(body)
    }

    pub fn delete(&self, path: &str) -> Errand {
        self.errand(Method::DELETE, path)
    }

    pub fn errand(&self, method: Method, path: &str) -> Errand {
        let mut errand = Errand {
            service: Arc::clone(&self.service),
            method,
            path: path.to_owned(),
            headers: vec![],
            body: vec![],
            address: None,
        };
        if let Some(token) = &self.token {
            errand = errand.header("authorization", &format!("Bearer {token}"));
        }
        errand
    }
}

pub fn fresh_key() -> String {
    static NEXT: AtomicU64 = AtomicU64::new(1);
    format!("test-{}", NEXT.fetch_add(1, Ordering::Relaxed))
}

/// A request being written.
pub struct Errand {
    service: Arc<BoxEndpoint<'static>>,
    method: Method,
    path: String,
    headers: Vec<(String, String)>,
    body: Vec<u8>,
    address: Option<SocketAddr>,
}

impl Errand {
    /// Replaces a header.
    pub fn header(mut self, name: &str, value: &str) -> Self {
        self.headers.retain(|(n, _)| n != name);
        self.headers.push((name.to_owned(), value.to_owned()));
        self
    }

    /// Adds another line of a header.
    pub fn and(mut self, name: &str, value: &str) -> Self {
        self.headers.push((name.to_owned(), value.to_owned()));
        self
    }

    pub fn without(mut self, name: &str) -> Self {
        self.headers.retain(|(n, _)| n != name);
        self
    }

    /// The idempotency key.
    pub fn key(self, key: &str) -> Self {
        self.header("idempotency-key", key)
    }

    /// The version that was seen: a number, or a quoted tag.
    pub fn if_match(self, version: &Value) -> Self {
        let tag = match version {
            Value::String(tag) => tag.clone(),
            number => format!("\"{number}\""),
        };
        self.header("if-match", &tag)
    }

    /// The address at the other end of the connection, such as `192.0.2.1:9`.
    pub fn from(mut self, address: &str) -> Self {
        self.address = Some(address.parse().unwrap());
        self
    }

    pub fn english(self) -> Self {
        self.header("accept-language", "en")
    }

    pub fn json(self, body: &Value) -> Self {
        let mut errand = self.header("content-type", "application/json");
        errand.body = body.to_string().into_bytes();
        watch::remember(body);
        errand
    }

    pub fn body(self, content_type: &str, body: impl Into<Vec<u8>>) -> Self {
        let mut errand = self.header("content-type", content_type);
        errand.body = body.into();
        errand
    }

    pub async fn send(self) -> Reply {
        let mut request = poem::http::Request::builder()
            .method(self.method)
            .uri(&self.path);
        for (name, value) in &self.headers {
            request = request.header(name.as_str(), value.as_str());
        }
        let (head, ()) = request.body(()).unwrap().into_parts();
        let peer = self.address.map(Addr::from).unwrap_or_default();
        let parts = (head, LocalAddr::default(), RemoteAddr(peer), Scheme::HTTP);
        let request = Request::from_parts(RequestParts::from(parts), self.body.into());
        let mut response = self.service.get_response(request).await;
        let headers = std::mem::take(response.headers_mut());
        let status = response.status();
        let bytes = response.into_body().into_vec().await.unwrap();
        let json = serde_json::from_slice(&bytes).unwrap_or(Value::Null);
        let reply = Reply {
            path: self.path,
            status,
            headers,
            json,
            bytes,
        };
        reply.keeps_people_in_bodies();
        reply
    }
}

/// An answer being looked at.
pub struct Reply {
    path: String,
    pub status: StatusCode,
    pub headers: HeaderMap,
    /// Null when the body is not JSON.
    pub json: Value,
    pub bytes: Vec<u8>,
}

impl Reply {
    /// Fails the test unless the status is this one.
    #[track_caller]
    pub fn ok(self, status: u16) -> Self {
        assert_eq!(
            self.status,
            status,
            "{} answered {}",
            self.path,
            self.text()
        );
        self
    }

    /// Fails the test unless this is a problem document with the status and the code.
    #[track_caller]
    #[expect(
        clippy::wrong_self_convention,
        reason = "reads as a sentence: the reply is a problem"
    )]
    pub fn is_problem(self, status: u16, code: &str) -> Self {
        assert_eq!(
            self.status,
            status,
            "{} answered {}",
            self.path,
            self.text()
        );
        assert_eq!(
            self.header("content-type"),
            "application/problem+json",
            "{}",
            self.path
        );
        assert_eq!(
            self.json["code"],
            code,
            "{} answered {}",
            self.path,
            self.text()
        );
        assert_eq!(self.json["status"], status);
        for member in ["type", "title", "detail", "instance", "request_id"] {
            assert!(self.json[member].is_string(), "{member} in {}", self.text());
        }
        self
    }

    /// Fails the test if something of a person stands where it is kept or seen by others: in the
    /// address asked for, in a header, in the place of a problem, in the trail.
    fn keeps_people_in_bodies(&self) {
        watch::beside_a_body("the address of a request", &self.path);
        for value in self.headers.values() {
            watch::beside_a_body("a header", &String::from_utf8_lossy(value.as_bytes()));
        }
        if self.path.starts_with("/v1/audit-events") {
            watch::beside_a_body("a record of the trail", &self.text());
        }
        let instance = self.json["instance"].as_str().unwrap_or_default();
        watch::beside_a_body("where a problem is", instance);
    }

    /// The pointers of a problem's errors, in order.
    pub fn pointers(&self) -> Vec<&str> {
        let errors = self.json["errors"].as_array().into_iter().flatten();
        errors.filter_map(|e| e["pointer"].as_str()).collect()
    }

    pub fn header(&self, name: &str) -> &str {
        self.headers
            .get(name)
            .map_or("", |v| v.to_str().unwrap_or("?"))
    }

    pub fn text(&self) -> String {
        String::from_utf8_lossy(&self.bytes).into_owned()
    }

    /// The `items` of a page.
    pub fn items(&self) -> &Vec<Value> {
        self.json["items"].as_array().expect("a page has items")
    }
}
