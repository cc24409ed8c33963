//! What is served beside the API: the contract, its reference, the probes.

use poem::{
    Endpoint, EndpointExt as _, IntoResponse as _, Response, Route,
    endpoint::make,
    endpoint::make_sync,
    get,
    http::{HeaderValue, StatusCode},
    middleware::{Compression, SetHeader},
};

use super::escaped;
use crate::{App, config::Config};

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

/// `/`: the page residents look their case up with. Its style and script come from this server,
/// nothing comes from elsewhere. It names the authority that stands behind it.
pub fn resident_page(route: Route, config: &Config) -> Route {
    const POLICY: &str = "default-src 'none'; script-src 'self'; style-src 'self'; \
        connect-src 'self'; img-src 'self' data:; base-uri 'none'; form-action 'none'; \
        frame-ancestors 'none'";
    macro_rules! asset {
        ($file:literal) => {
            include_str!(concat!("../../assets/resident/", $file)).to_owned()
        };
    }
    const SCRIPT: &str = "text/javascript; charset=utf-8";
    let served = |kind, text| compressed(page(kind, POLICY, text));
    let phone = config.authority_phone.as_str();
    let html = asset!("index.html")
        .replace("{{authority}}", &escaped(config.authority.as_str()))
        .replace("{{authority_phone}}", phone)
        .replace("{{authority_tel}}", &phone.replace([' ', '-'], ""));
    let style = asset!("page.css");
    route
        .at("/", served("text/html; charset=utf-8", html))
        .at(
            "/resident/page.css",
            served("text/css; charset=utf-8", style),
        )
        .at("/resident/page.js", served(SCRIPT, asset!("page.js")))
        .at("/resident/words.js", served(SCRIPT, asset!("words.js")))
}

/// `/problems`: every code of a problem document, with what to do; `type` points into it.
pub fn problems_page(route: Route) -> Route {
    const POLICY: &str = "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; \
        form-action 'none'; frame-ancestors 'none'";
    let html = super::problems::html(include_str!("../../openapi/problems.md"));
    route.at(
        "/problems",
        compressed(page("text/html; charset=utf-8", POLICY, html)),
    )
}

/// Only for what is the same for everyone: a compressed secret can be guessed from its length.
fn compressed(page: impl Endpoint) -> impl Endpoint {
    page.with(Compression::new())
        .with(SetHeader::new().appending("vary", "accept-encoding"))
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
