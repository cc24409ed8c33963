//! The contract: one OpenAPI 3.1 document that is served, committed, linted and enforced.

mod checks;
mod examples;
mod polish;

use std::{
    collections::{BTreeSet, HashMap},
    sync::OnceLock,
};

use jsonschema::Validator;
use poem::http::Method;
use poem_openapi::registry::MetaSchemaRef;
use serde_json::{Value, json};

use super::{FieldError, Words};

pub use polish::document;

/// The document with what is looked up in it on every request.
pub struct Contract {
    pub document: Value,
    /// The document as it is served and committed.
    pub text: String,
    operations: Vec<Operation>,
    validators: HashMap<String, OnceLock<Validator>>,
}

struct Operation {
    method: Method,
    /// `None` stands for a path parameter.
    segments: Vec<Option<String>>,
    query: BTreeSet<String>,
}

impl Contract {
    pub fn new(document: Value) -> Self {
        let mut text = serde_json::to_string_pretty(&document).expect("a document is JSON");
        text.push('\n');
        let operations = operations(&document);
        let schemas = document["components"]["schemas"].as_object();
        let validators = schemas
            .into_iter()
            .flatten()
            .map(|(name, _)| (name.clone(), OnceLock::new()))
            .collect();
        Self {
            document,
            text,
            operations,
            validators,
        }
    }

    /// Every way in which a body differs from its schema.
    pub(super) fn check(&self, schema: &MetaSchemaRef, body: &Value) -> Vec<FieldError> {
        let MetaSchemaRef::Reference(name) = schema else {
            return vec![];
        };
        let Some(cell) = self.validators.get(name) else {
            return vec![];
        };
        let validator = cell.get_or_init(|| self.validator(name));
        let mut mistakes: Vec<_> = validator
            .iter_errors(body)
            .flat_map(|e| checks::field_errors(&e))
            .collect();
        mistakes.sort_by(|a, b| a.pointer.cmp(&b.pointer));
        mistakes.dedup();
        let mut mistakes = checks::one_each(mistakes);
        mistakes.truncate(checks::MISTAKES_MAX);
        mistakes
    }

    fn validator(&self, name: &str) -> Validator {
        let schema = json!({
            "$ref": format!("#/components/schemas/{name}"),
            "components": self.document["components"],
        });
        let mut options = jsonschema::options()
            .with_draft(jsonschema::Draft::Draft202012)
            .should_validate_formats(true);
        for (format, check) in crate::values::FORMATS {
            options = options.with_format(*format, |text: &str| check(text).is_ok());
        }
        options
            .build(&schema)
            .expect("tests/contract compiles every schema of the document")
    }

    /// Query parameters the operation does not know: refused, so that a misspelt filter is noticed.
    pub(super) fn unknown_query(
        &self,
        method: &Method,
        path: &str,
        query: &str,
    ) -> Vec<FieldError> {
        let Some(operation) = self
            .operations
            .iter()
            .find(|o| o.method == *method && o.fits(path))
        else {
            return vec![];
        };
        let names: BTreeSet<_> = query
            .split('&')
            .filter(|pair| !pair.is_empty())
            .map(|pair| pair.split('=').next().unwrap_or(pair))
            .filter(|name| !operation.query.contains(*name))
            .collect();
        let known = operation
            .query
            .iter()
            .map(String::as_str)
            .collect::<Vec<_>>()
            .join(", ");
        let unknown = names.into_iter().map(|name| {
            FieldError::new(
                format!("query:{name}"),
                "unknown-parameter",
                Words::new(
                    format!("未知参数；可用：{known}"),
                    format!("unknown; known are: {known}"),
                ),
            )
        });
        unknown.take(checks::MISTAKES_MAX).collect()
    }

    /// The methods a path has, for `Allow`.
    pub(super) fn methods(&self, path: &str) -> Vec<&str> {
        let mut methods: Vec<_> = self
            .operations
            .iter()
            .filter(|o| o.fits(path))
            .map(|o| o.method.as_str())
            .collect();
        if methods.contains(&"GET") {
            methods.push("HEAD");
        }
        methods
    }
}

impl Operation {
    fn fits(&self, path: &str) -> bool {
        let mut given = path.trim_start_matches('/').split('/');
        let fits = self
            .segments
            .iter()
            .all(|segment| match (segment, given.next()) {
                (Some(fixed), Some(part)) => fixed == part,
                (None, Some(part)) => !part.is_empty(),
                (_, None) => false,
            });
        fits && given.next().is_none()
    }
}

fn operations(document: &Value) -> Vec<Operation> {
    let mut operations = vec![];
    for (path, item) in document["paths"].as_object().into_iter().flatten() {
        for (method, operation) in item.as_object().into_iter().flatten() {
            let segments = path.trim_start_matches('/').split('/');
            operations.push(Operation {
                method: method.to_uppercase().parse().expect("the keys are methods"),
                segments: segments
                    .map(|s| (!s.starts_with('{')).then(|| s.to_owned()))
                    .collect(),
                query: operation["parameters"]
                    .as_array()
                    .into_iter()
                    .flatten()
                    .filter(|p| p["in"] == "query")
                    .filter_map(|p| p["name"].as_str().map(str::to_owned))
                    .collect(),
            });
        }
    }
    // Fixed paths before parameters: `/parcels/features` is not a parcel.
    operations.sort_by_key(|o| o.segments.iter().filter(|s| s.is_none()).count());
    operations
}

/// Swagger UI with all its assets inside, showing the very document that is served.
pub fn reference_page(swagger_ui: &str, own_document: &str, contract: &Contract) -> String {
    // `</` must not end the script element early.
    let safe = contract.document.to_string().replace("</", "<\\/");
    swagger_ui.replace(own_document, &safe).replace(
        "<html charset=\"UTF-8\">",
        "<!doctype html><html lang=\"en\">",
    )
}
