//! What is served beside the API: the contract, its reference, the probes.

use poem::{
    Endpoint, EndpointExt as _, IntoResponse as _, Request, Response, Route,
    endpoint::make,
    endpoint::make_sync,
    get,
    http::{HeaderValue, StatusCode},
    middleware::{Compression, SetHeader},
};
use sha2::{Digest as _, Sha256};

use super::escaped;
use crate::{App, config::Config};

/// A text under its content type, with a content security policy of its own. A caller who has it
/// already is told so (C29).
pub fn page(content_type: &'static str, policy: &'static str, text: String) -> impl Endpoint {
    constant(content_type, text, ("content-security-policy", policy))
}

/// A text that changes only with the program. Its tag is a weak one: it stands for the text in
/// every encoding it is sent in.
fn constant(
    content_type: &'static str,
    text: String,
    header: (&'static str, &'static str),
) -> impl Endpoint {
    let tag = format!("W/\"{}\"", hex::encode(&Sha256::digest(&text)[..16]));
    let text: bytes::Bytes = text.into();
    get(make_sync(move |request| {
        let answer = Response::builder()
            .header("cache-control", "no-cache")
            .header("etag", &tag)
            .header(header.0, header.1);
        if has(&request, &tag) {
            return answer.status(StatusCode::NOT_MODIFIED).finish();
        }
        answer.content_type(content_type).body(text.clone())
    }))
}

/// Whether `If-None-Match` names the tag; compared weakly (RFC 9110 §13.1.2).
fn has(request: &Request, tag: &str) -> bool {
    let opaque = |tag: &str| tag.trim().trim_start_matches("W/").to_owned();
    let known = request.headers().get_all("if-none-match").iter();
    let known = known.filter_map(|value| value.to_str().ok());
    known
        .flat_map(|value| value.split(','))
        .any(|known| known.trim() == "*" || opaque(known) == opaque(tag))
}

/// `/v1/openapi.json`: anyone may read it, from any origin (C1).
pub fn open_document(text: String) -> impl Endpoint {
    let anywhere = ("access-control-allow-origin", "*");
    compressed(constant("application/json", text, anywhere))
}

/// `/docs`: Swagger UI, everything inside the page.
pub fn reference(html: String) -> impl Endpoint {
    const POLICY: &str = "default-src 'none'; script-src 'unsafe-inline'; \
        style-src 'unsafe-inline'; img-src data:; connect-src 'self'; frame-ancestors 'none'";
    compressed(page("text/html; charset=utf-8", POLICY, html))
}

/// `/changelog`: what changed from version to version; the contract points to it (C4).
pub fn changelog(route: Route) -> Route {
    const POLICY: &str = "default-src 'none'; frame-ancestors 'none'";
    let text = include_str!("../../CHANGELOG.md").to_owned();
    let text = page("text/plain; charset=utf-8", POLICY, text);
    route.at("/changelog", compressed(text))
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
        .at("/resident/answer.js", served(SCRIPT, asset!("answer.js")))
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

async fn ready(request: Request) -> Response {
    let app = request
        .data::<App>()
        .expect("the service carries its state");
    if app.probe.answers().await && !app.draining.load(std::sync::atomic::Ordering::Relaxed) {
        return "ok".into_response();
    }
    let mut response = "not ready".into_response();
    response.set_status(StatusCode::SERVICE_UNAVAILABLE);
    response
        .headers_mut()
        .insert("retry-after", HeaderValue::from_static("5"));
    response
}
