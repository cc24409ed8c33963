//! A client of the API inside the process: the same requests, the same answers.

use anyhow::{Context as _, bail};
use poem::{Endpoint as _, Request, endpoint::BoxEndpoint, http::Method};
use serde_json::Value;

use crate::{App, staff::Role};

/// The demo keys by role.
pub type Keys = std::collections::HashMap<&'static str, String>;

pub(super) struct Client {
    service: BoxEndpoint<'static>,
    app: App,
    keys: Keys,
}

impl Client {
    pub(super) fn new(app: &App, keys: Keys) -> Self {
        Self {
            service: crate::own_service(app.clone()),
            app: app.clone(),
            keys,
        }
    }

    /// POSTs JSON as somebody of a role; `version` goes into `If-Match`.
    pub(super) async fn post(
        &self,
        role: Role,
        path: &str,
        version: Option<&Value>,
        body: &Value,
    ) -> anyhow::Result<Value> {
        let request = self.request(role, Method::POST, path, version)?;
        let request = request
            .content_type("application/json")
            .body(body.to_string());
        self.send(path, request).await
    }

    pub(super) async fn get(&self, role: Role, path: &str) -> anyhow::Result<Value> {
        let request = self.request(role, Method::GET, path, None)?.finish();
        self.send(path, request).await
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
        let content_type = format!("multipart/form-data; boundary={BOUNDARY}");
        self.send(
            "/v1/imports",
            request.content_type(&content_type).body(body),
        )
        .await
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
            .header("authorization", format!("Bearer {key}"))
            .header("idempotency-key", self.app.fresh_id().to_string());
        if let Some(version) = version {
            request = request.header("if-match", format!("\"{version}\""));
        }
        Ok(request)
    }

    async fn send(&self, path: &str, request: Request) -> anyhow::Result<Value> {
        let response = self.service.get_response(request).await;
        let status = response.status();
        let text = response.into_body().into_string().await?;
        if !status.is_success() {
            bail!("{path} answered {status}: {text}");
        }
        Ok(serde_json::from_str(&text).unwrap_or(Value::Null))
    }
}
