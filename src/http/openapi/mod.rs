//! The contract: one OpenAPI 3.1 document that is served, committed, linted and enforced.

mod checks;
mod descriptions;
mod examples;
mod numbers;
mod operations;
mod polish;
mod refusals;

use std::{collections::HashMap, sync::OnceLock};

use jsonschema::Validator;
use poem::http::{Method, StatusCode};
use poem_openapi::registry::MetaSchemaRef;
use serde_json::{Value, json};

use self::operations::Operation;
use super::{FieldError, Problem, Words, accept::accepts};

pub use polish::document;

const JSON: &str = "application/json";
const PROBLEM: &str = "application/problem+json";

/// The document with what is looked up in it on every request.
pub struct Contract {
    pub document: Value,
    /// The document as it is served and committed.
    pub text: String,
    operations: Vec<Operation>,
    validators: HashMap<String, OnceLock<Validator>>,
}

impl Contract {
    pub fn new(document: Value) -> Self {
        let mut text = serde_json::to_string_pretty(&document).expect("a document is JSON");
        text.push('\n');
        let operations = Operation::all(&document);
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

    /// The body with integers where the schema says so; JSON knows `2018.0` as one, too.
    pub(super) fn whole(&self, schema: &MetaSchemaRef, body: &mut Value) {
        if let MetaSchemaRef::Reference(name) = schema {
            let components = &self.document["components"];
            numbers::whole_by(&components["schemas"][name], components, body);
        }
    }

    fn validator(&self, name: &str) -> Validator {
        let schema = json!({
            "$ref": format!("#/components/schemas/{name}"),
            "components": self.document["components"],
        });
        checks::validator(&schema)
    }

    /// What is wrong with a request whatever its operation would find: a query beyond the
    /// contract, or an `Accept` that nothing it sends fits.
    pub(super) fn refuse(
        &self,
        method: &Method,
        path: &str,
        query: &[(String, String)],
        accept: &str,
    ) -> Option<Problem> {
        let method = if *method == Method::HEAD {
            &Method::GET
        } else {
            method
        };
        let mut operations = self.operations.iter();
        let operation = operations.find(|o| o.method == *method && o.fits(path))?;
        let mistakes = operation.query_mistakes(query, &self.document["components"]);
        if !mistakes.is_empty() {
            return Some(beyond_contract(mistakes));
        }
        let mut sent: Vec<&str> = operation.produces.iter().map(String::as_str).collect();
        if sent.is_empty() {
            return None;
        }
        if sent.contains(&JSON) {
            sent.push(PROBLEM); // whoever takes problems takes JSON
        }
        (!accepts(accept, &sent)).then(|| not_acceptable(&operation.produces))
    }

    /// The methods a path has, for `Allow`.
    pub(super) fn methods(&self, path: &str) -> Vec<&str> {
        // `/agreements/export` has not the methods of an agreement.
        let place = self.operations.iter().find(|o| o.fits(path));
        let there = self
            .operations
            .iter()
            .filter(|o| place.is_some_and(|place| place.shares_path(o)));
        let mut methods: Vec<_> = there.map(|o| o.method.as_str()).collect();
        if methods.is_empty() {
            methods.push("GET"); // what stands beside the contract can only be read
        }
        if methods.contains(&"GET") {
            methods.push("HEAD");
        }
        methods
    }
}

fn beyond_contract(mistakes: Vec<FieldError>) -> Problem {
    let problem = if mistakes.iter().any(|m| m.code == "unknown-parameter") {
        Problem::malformed(
            "unknown-parameter",
            "有未知的查询参数",
            "Unknown query parameter",
        )
    } else {
        Problem::malformed("parameter-invalid", "参数不正确", "A parameter is invalid")
    };
    problem.errors(mistakes)
}

fn not_acceptable(sent: &[String]) -> Problem {
    let sent = sent.join(", ");
    Problem::new(
        StatusCode::NOT_ACCEPTABLE,
        "not-acceptable",
        "没有可接受的内容类型",
        "Nothing acceptable to send",
    )
    .detail(Words::new(
        format!("此处返回 {sent}，而 Accept 不接受它"),
        format!("the answer is {sent}, which `Accept` leaves out"),
    ))
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
