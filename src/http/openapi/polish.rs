//! From what poem-openapi emits (3.0.0) to the document we stand for (3.1.0).

use std::collections::BTreeSet;

use serde_json::{Map, Value, json};

use super::{descriptions, examples, numbers::whole, refusals};

/// How [`crate::staff::Staff`] tells its permission: as part of the scheme's name.
pub(crate) const PERMISSION_SEPARATOR: char = ' ';

/// The ways in which staff are known; every operation that asks for a permission takes all.
const STAFF_SCHEMES: [&str; 3] = ["ApiKey", "Session", "OpenIdConnect"];

/// Turns the generated document into the contract.
pub fn document(generated: &str) -> Value {
    let mut document: Value = serde_json::from_str(generated).expect("poem-openapi writes JSON");
    document["openapi"] = json!("3.1.0");
    document["servers"] = json!([{ "url": "/", "description": "This server" }]);
    document["info"]["summary"] = json!("Case management for district redevelopment");
    // OpenAPI has no member for it in `info`, and a link elsewhere must be absolute.
    document["info"]["x-changelog"] = json!("/changelog");
    whole(&mut document);
    walk(&mut document["components"]["schemas"]);
    walk(&mut document["paths"]);
    for schema in members(&mut document["components"]["schemas"]) {
        close(schema);
    }
    describe(&mut document["components"]["schemas"]);
    security_schemes(&mut document);
    let components = document["components"].clone();
    let mut paths = Map::new();
    for (path, mut item) in take(&mut document["paths"]) {
        let path = format!("/v1{path}");
        for operation in members(&mut item) {
            polish_operation(operation, &path, &components);
        }
        paths.insert(path, item);
    }
    document["paths"] = Value::Object(paths);
    document
}

fn members(value: &mut Value) -> impl Iterator<Item = &mut Value> {
    value.as_object_mut().into_iter().flatten().map(|(_, v)| v)
}

fn take(value: &mut Value) -> Map<String, Value> {
    match value.take() {
        Value::Object(members) => members,
        _ => Map::new(),
    }
}

/// What differs between the two versions of the schema language, at any depth.
fn walk(value: &mut Value) {
    match value {
        Value::Array(items) => items.iter_mut().for_each(walk),
        Value::Object(members) => {
            if let Some(given) = members.remove("example") {
                members.insert("examples".into(), json!([given]));
            }
            for flag in [
                "deprecated",
                "explode",
                "exclusiveMinimum",
                "exclusiveMaximum",
            ] {
                if members.get(flag).is_some_and(Value::is_boolean) {
                    let set = members.remove(flag) == Some(json!(true));
                    if set && flag == "deprecated" {
                        members.insert(flag.into(), json!(true));
                    }
                }
            }
            if members.get("format") == Some(&json!("naive-date")) {
                members.insert("format".into(), json!("date"));
            }
            unwrap_reference(members);
            members.values_mut().for_each(walk);
        }
        _ => {}
    }
}

/// A described reference is a wrapper in 3.0; in 3.1 the words stand beside it.
fn unwrap_reference(members: &mut Map<String, Value>) {
    let Some([reference, words]) = members
        .get("allOf")
        .and_then(Value::as_array)
        .map(Vec::as_slice)
    else {
        return;
    };
    let (Some(target), Some(words)) = (reference.get("$ref").cloned(), words.as_object().cloned())
    else {
        return;
    };
    members.remove("allOf");
    members.extend(words);
    members.insert("$ref".into(), target);
}

/// Objects are closed: an unknown member is a mistake, in both directions.
fn close(schema: &mut Value) {
    let union = ["oneOf", "anyOf", "allOf"]
        .iter()
        .any(|key| schema.get(key).is_some());
    if schema["type"] == "object" && schema.get("additionalProperties").is_none() && !union {
        schema["additionalProperties"] = json!(false);
    }
}

fn describe(schemas: &mut Value) {
    let described: BTreeSet<String> = schemas
        .as_object()
        .into_iter()
        .flatten()
        .filter(|(_, schema)| schema["description"].is_string())
        .map(|(name, _)| name.clone())
        .collect();
    for (name, schema) in schemas.as_object_mut().into_iter().flatten() {
        descriptions::members(name, schema, |other| described.contains(other));
    }
}

fn security_schemes(document: &mut Value) {
    let bearer = |format: &str, description: &str| {
        json!({"type": "http", "scheme": "bearer", "bearerFormat": format,
            "description": description})
    };
    document["components"]["securitySchemes"] = json!({
        "ApiKey": bearer("anju_<prefix>_<secret>",
            "An API key of a program or of a member of staff. Made with `createApiKey` or \
             `anju key create`; it lives up to two years and is revoked at once."),
        "Session": bearer("anjs_<secret>",
            "A session of somebody who signed in with password and one-time code (`openSession`). \
             It ends after 12 hours, after 30 minutes without a request, and at once when they \
             sign out, leave, or their account is disabled or reset."),
        "OpenIdConnect": bearer("JWT",
            "An access token of the identity provider the service is configured with \
             (`ANJU_OIDC_ISSUER`), for its audience, signed with RS256, ES256 or EdDSA. Its `sub` \
             is matched with `/v1/oidc-identities`, or another claim with the staff number. Its \
             type is `at+jwt` (RFC 9068), or `JWT` with the claim `typ` being `Bearer`."),
        "ResidentSession": bearer("anjr_<secret>",
            "A resident session opened with a lookup code; it sees one household.")
    });
}

fn polish_operation(operation: &mut Value, path: &str, components: &Value) {
    operation["security"] = security(operation);
    for parameter in operation["parameters"].as_array_mut().into_iter().flatten() {
        descriptions::parameter(parameter);
        let name = parameter["name"].as_str().unwrap_or_default();
        let shown = examples::of_parameter(name, &parameter["schema"], components);
        if let (Some(members), Some(value)) = (parameter.as_object_mut(), shown) {
            members.insert("example".into(), value);
        }
    }
    show(&mut operation["requestBody"]["content"], components);
    if operation["requestBody"]["content"].is_null() {
        operation["requestBody"] = Value::Null;
    }
    if let Some(members) = operation.as_object_mut() {
        members.retain(|_, v| !v.is_null()); // looking a member up may have put a null there
    }
    let conditional = |p: &Value| p["name"] == "If-None-Match";
    if operation["parameters"]
        .as_array()
        .is_some_and(|all| all.iter().any(conditional))
    {
        let headers = operation["responses"]["200"]["headers"].clone();
        operation["responses"]["304"] =
            json!({"description": "The caller's copy is current.", "headers": headers});
    }
    let asked = operation.clone();
    let responses = operation["responses"].as_object_mut();
    for (status, response) in responses.into_iter().flatten() {
        show(&mut response["content"], components);
        if let Some(media) = response["content"].get_mut("application/problem+json") {
            media["example"] = refusals::example(status, &asked, path);
        }
        if let Some(members) = response.as_object_mut() {
            members.retain(|_, v| !v.is_null());
        }
    }
}

/// Adds examples to the media types of a body.
fn show(content: &mut Value, components: &Value) {
    let content = content.as_object_mut();
    for (media_type, media) in content.into_iter().flatten() {
        if media_type.starts_with("text/") {
            continue; // a text has no members to show
        }
        if let Some(value) = examples::example(&media["schema"], components, 0) {
            media["example"] = value;
        }
    }
}

/// `ApiKey household.read` → the schemes of staff plus `x-required-permission`.
fn security(operation: &mut Value) -> Value {
    let name = operation["security"][0]
        .as_object()
        .and_then(|scheme| scheme.keys().next().cloned());
    let Some(name) = name else { return json!([]) };
    let Some((scheme, permission)) = name.split_once(PERMISSION_SEPARATOR) else {
        return json!([{ name: [] }]);
    };
    operation["x-required-permission"] = json!(permission);
    let roles = crate::staff::roles_with(permission).join(", ");
    let told = operation["description"].as_str().unwrap_or_default();
    operation["description"] =
        json!(format!("{told}\n\nPermission `{permission}`: {roles}.").trim_start());
    debug_assert_eq!(scheme, "ApiKey");
    STAFF_SCHEMES
        .iter()
        .map(|scheme| json!({*scheme: []}))
        .collect()
}
