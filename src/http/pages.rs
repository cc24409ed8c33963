//! What is served beside the API: the contract, its reference, the probes.

use poem::{
    Endpoint, IntoResponse as _, Response, Route,
    endpoint::make,
    endpoint::make_sync,
    get,
    http::{HeaderValue, StatusCode},
};

use crate::App;

/// A small text under its content type, with a content security policy of its own.
pub fn page(content_type: &'static str, policy: &'static str, text: String) -> impl Endpoint {
    let text: bytes::Bytes = text.into();
    get(make_sync(move |_| {
        Response::builder()
            .content_type(content_type)
            .header("content-security-policy", policy)
            .body(text.clone())
    }))
}

/// `/v1/openapi.json`: anyone may read it, from any origin (C1).
pub fn open_document(text: String) -> impl Endpoint {
    let text: bytes::Bytes = text.into();
    get(make_sync(move |_| {
        Response::builder()
            .content_type("application/json")
            .header("access-control-allow-origin", "*")
            .body(text.clone())
    }))
}

/// `/docs`: Swagger UI, everything inside the page.
pub fn reference(html: String) -> impl Endpoint {
    const POLICY: &str = "default-src 'none'; script-src 'unsafe-inline'; \
        style-src 'unsafe-inline'; img-src data:; connect-src 'self'; frame-ancestors 'none'";
    page("text/html; charset=utf-8", POLICY, html)
}

/// `/livez`: the process runs. `/readyz`: it can do work. `/startupz`: it has started.
pub fn probes() -> Route {
    let ok = || get(make_sync(|_| "ok"));
    Route::new()
        .at("/livez", ok())
        .at("/startupz", ok())
        .at("/readyz", get(make(ready)))
}

async fn ready(request: poem::Request) -> Response {
    let app = request
        .data::<App>()
        .expect("the service carries its state");
    let answers = sqlx::query("select 1").execute(&app.db).await.is_ok();
    if answers && !app.draining.load(std::sync::atomic::Ordering::Relaxed) {
        return "ok".into_response();
    }
    let mut response = "not ready".into_response();
    response.set_status(StatusCode::SERVICE_UNAVAILABLE);
    response
        .headers_mut()
        .insert("retry-after", HeaderValue::from_static("5"));
    response
}
