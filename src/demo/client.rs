//! A client of the API inside the process: the same requests, the same answers.

use anyhow::{Context as _, bail};
use poem::{Endpoint as _, Request, endpoint::BoxEndpoint, http::Method};
use serde_json::Value;
use sha2::{Digest as _, Sha256};
use tokio_util::sync::CancellationToken;

use crate::{App, staff::Role};

/// The demo keys by role.
pub type Keys = std::collections::HashMap<&'static str, String>;

pub(super) struct Client<'a> {
    service: BoxEndpoint<'static>,
    keys: Keys,
    stop: &'a CancellationToken,
}

impl<'a> Client<'a> {
    /// After `stop` no request is sent any more.
    pub(super) fn new(app: &App, keys: Keys, stop: &'a CancellationToken) -> Self {
        Self {
            service: crate::own_service(app.clone()),
            keys,
            stop,
        }
    }

    /// POSTs JSON as somebody of a role; `version` goes into `If-Match`.
    ///
    /// The same request has the same key every time, so that a load that goes on after it was
    /// interrupted repeats nothing: what was done already is answered as it was then.
    pub(super) async fn post(
        &self,
        role: Role,
        path: &str,
        version: Option<&Value>,
        body: &Value,
    ) -> anyhow::Result<Value> {
        let body = body.to_string();
        let key = key_of(path, body.as_bytes());
        let request = self.request(role, Method::POST, path, version)?;
        let request = request.header("idempotency-key", key);
        let request = request.content_type("application/json").body(body);
        self.send(path, request).await
    }

    /// PUTs JSON in the place of the version that was read.
    pub(super) async fn put(
        &self,
        role: Role,
        path: &str,
        version: &Value,
        body: &Value,
    ) -> anyhow::Result<Value> {
        let request = self.request(role, Method::PUT, path, Some(version))?;
        let request = request.content_type("application/json");
        self.send(path, request.body(body.to_string())).await
    }

    pub(super) async fn get(&self, role: Role, path: &str) -> anyhow::Result<Value> {
        let request = self.request(role, Method::GET, path, None)?.finish();
        self.send(path, request).await
    }

    /// Every page of a list, as the auditor reads it.
    pub(super) async fn list(&self, path: &str) -> anyhow::Result<Vec<Value>> {
        let sign = if path.contains('?') { '&' } else { '?' };
        let (mut all, mut next) = (vec![], String::new());
        loop {
            let page = format!("{path}{sign}limit=200{next}");
            let page = self.get(Role::Auditor, &page).await?;
            all.extend(page["items"].as_array().into_iter().flatten().cloned());
            match page["next"].as_str() {
                Some(cursor) => next = format!("&cursor={cursor}"),
                None => return Ok(all),
            }
        }
    }

    /// Uploads a file as an import that writes.
    pub(super) async fn import(
        &self,
        role: Role,
        programme: &str,
        kind: &str,
        file: &[u8],
    ) -> anyhow::Result<Value> {
        const BOUNDARY: &str = "anju-demo-boundary";
        let mut body = Vec::with_capacity(file.len() + 1_000);
        for (name, value) in [
            ("kind", kind),
            ("mode", "commit"),
            ("programme_id", programme),
        ] {
            let part = format!(
                "--{BOUNDARY}\r\nContent-Disposition: form-data; name=\"{name}\"\r\n\r\n{value}\r\n"
            );
            body.extend_from_slice(part.as_bytes());
        }
        let head = format!(
            "--{BOUNDARY}\r\nContent-Disposition: form-data; name=\"file\"; filename=\"{kind}.csv\"\r\n\
             Content-Type: text/csv\r\n\r\n"
        );
        body.extend_from_slice(head.as_bytes());
        body.extend_from_slice(file);
        body.extend_from_slice(format!("\r\n--{BOUNDARY}--\r\n").as_bytes());
        let request = self.request(role, Method::POST, "/v1/imports", None)?;
        let request = request.header("idempotency-key", key_of("/v1/imports", &body));
        let content_type = format!("multipart/form-data; boundary={BOUNDARY}");
        let request = request.content_type(&content_type).body(body);
        self.send("/v1/imports", request).await
    }

    fn request(
        &self,
        role: Role,
        method: Method,
        path: &str,
        version: Option<&Value>,
    ) -> anyhow::Result<poem::RequestBuilder> {
        let key = self
            .keys
            .get(role.key())
            .with_context(|| format!("no demo key for {}", role.key()))?;
        let mut request = Request::builder()
            .method(method)
            .uri(path.parse()?)
            .header("authorization", format!("Bearer {key}"));
        if let Some(version) = version {
            request = request.header("if-match", format!("\"{version}\""));
        }
        Ok(request)
    }

    async fn send(&self, path: &str, request: Request) -> anyhow::Result<Value> {
        if self.stop.is_cancelled() {
            bail!("stopped; the next start goes on from here");
        }
        let response = self.service.get_response(request).await;
        let status = response.status();
        let text = response.into_body().into_string().await?;
        if !status.is_success() {
            bail!("{path} answered {status}: {text}");
        }
        Ok(serde_json::from_str(&text).unwrap_or(Value::Null))
    }
}

/// The idempotency key of a request.
fn key_of(path: &str, body: &[u8]) -> String {
    let mut digest = Sha256::new();
    digest.update(path);
    digest.update([0]);
    digest.update(body);
    format!("demo-{}", hex::encode(digest.finalize()))
}
