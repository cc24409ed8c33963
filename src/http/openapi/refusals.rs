//! The refusals an operation documents, each with an example that could have been its answer.

use serde_json::{Value, json};

use super::examples;

/// What `openapi/problems.md` says of one code.
struct Explained {
    status: u16,
    title: &'static str,
    detail: &'static str,
}

/// The row of a code, in English. A code that is explained nowhere is a mistake of ours, found by
/// whoever builds the contract.
fn explained(code: &str) -> Explained {
    let row = include_str!("../../../openapi/problems.md")
        .lines()
        .filter_map(|line| line.strip_prefix("| `"))
        .find_map(|line| line.strip_prefix(code)?.strip_prefix("` |"));
    let row = row.unwrap_or_else(|| panic!("openapi/problems.md explains {code}"));
    let cells: Vec<_> = row.split('|').map(str::trim).collect();
    let [status, title, cause, remedy, ..] = cells[..] else {
        panic!("openapi/problems.md has four cells after {code}")
    };
    let english = |cell: &'static str| cell.split_once(" / ").map_or(cell, |(_, en)| en);
    Explained {
        status: status.parse().expect("a status is a number"),
        title: english(title),
        detail: english(if cause.is_empty() { remedy } else { cause }),
    }
}

/// A problem as the operation would answer it with this status.
pub(super) fn example(status: &str, operation: &Value, path: &str) -> Value {
    let id = operation["operationId"].as_str().unwrap_or_default();
    let code = examples::chosen_code(id, status).unwrap_or_else(|| usual(status, operation));
    let known = explained(code);
    let mut shown = json!({
        "type": format!("/problems#{code}"),
        "title": known.title,
        "status": known.status,
        "code": code,
        "detail": known.detail,
        "instance": instance(path),
        "request_id": "01890a5d-ac96-774b-bcce-b302099a8057",
    });
    match code {
        "body-mismatch" => {
            shown["errors"] = json!([
                {"pointer": "/colour", "code": "unknown-field", "detail": "unknown member"}
            ]);
        }
        "unknown-parameter" => {
            shown["errors"] = json!([
                {"pointer": "query:colour", "code": "unknown-parameter", "detail": "unknown"}
            ]);
        }
        _ => {}
    }
    shown
}

/// The path with an id in it.
fn instance(path: &str) -> String {
    let parts = path.split('/').map(|part| {
        let name = part.strip_prefix('{').and_then(|p| p.strip_suffix('}'));
        let shown = name.and_then(|name| {
            let text = json!({"type": "string"});
            examples::of_parameter(name, &text, &Value::Null)
        });
        shown.map_or_else(
            || part.to_owned(),
            |id| id.as_str().unwrap_or_default().to_owned(),
        )
    });
    parts.collect::<Vec<_>>().join("/")
}

/// The code an operation of this shape answers most under a status.
fn usual(status: &str, operation: &Value) -> &'static str {
    let takes = |name: &str| {
        let parameters = operation["parameters"].as_array().into_iter().flatten();
        parameters.into_iter().any(|p| p["name"] == name)
    };
    let id = operation["operationId"].as_str().unwrap_or_default();
    match status {
        "400" if operation["requestBody"].is_object() => "body-mismatch",
        "400" => "unknown-parameter",
        "401" => "unauthenticated",
        "403" => "permission-missing",
        "404" if takes("cursor") => "cursor-unknown",
        "404" => "not-found",
        "405" => "method-not-allowed",
        "406" => "not-acceptable",
        "409" if takes("Idempotency-Key") => "idempotency-key-in-work",
        "409" if id.starts_with("export") => "export-too-large",
        "409" if id.starts_with("getReport") => "report-not-ready",
        "409" => "already-exists",
        "412" => "version-stale",
        "413" if operation["requestBody"]["content"]["multipart/form-data"].is_object() => {
            "file-too-large"
        }
        "413" => "body-too-large",
        "415" => "media-type-unsupported",
        "422" if takes("Idempotency-Key") => "idempotency-key-reused",
        "422" => "day-in-future",
        "428" if takes("If-Match") => "if-match-missing",
        "428" => "idempotency-key-missing",
        "429" => "client-too-fast",
        "503" if id.starts_with("export") => "export-busy",
        "503" => "database-unavailable",
        _ => "internal-error",
    }
}
