//! What the contract says of every operation, looked up before any of them is called.

use std::sync::OnceLock;

use jsonschema::Validator;
use poem::http::Method;
use serde_json::{Value, json};

use super::{
    super::{FieldError, Words},
    checks,
};

/// One operation: where it is, what it takes in its query, what it sends.
pub(super) struct Operation {
    pub(super) method: Method,
    /// `None` stands for a path parameter.
    segments: Vec<Option<String>>,
    query: Vec<Parameter>,
    /// The media types of what it answers when all goes well.
    pub(super) produces: Vec<String>,
}

/// A parameter of the query.
struct Parameter {
    name: String,
    required: bool,
    schema: Value,
    /// `integer`, `boolean` or `string`: how its text becomes a value.
    kind: String,
    validator: OnceLock<Validator>,
}

impl Operation {
    /// Every operation of the document; fixed paths before those with parameters, because
    /// `/parcels/features` is not a parcel.
    pub(super) fn all(document: &Value) -> Vec<Self> {
        let mut all = vec![];
        for (path, item) in document["paths"].as_object().into_iter().flatten() {
            for (method, operation) in item.as_object().into_iter().flatten() {
                all.push(Self::read(path, method, operation, document));
            }
        }
        all.sort_by_key(|o| o.segments.iter().filter(|s| s.is_none()).count());
        all
    }

    fn read(path: &str, method: &str, operation: &Value, document: &Value) -> Self {
        let segments = path.trim_start_matches('/').split('/');
        let parameters = operation["parameters"].as_array().into_iter().flatten();
        let responses = operation["responses"].as_object().into_iter().flatten();
        let fine = responses.filter(|(status, _)| status.starts_with('2'));
        let produces = fine.filter_map(|(_, response)| response["content"].as_object());
        Self {
            method: method.to_uppercase().parse().expect("the keys are methods"),
            segments: segments
                .map(|s| (!s.starts_with('{')).then(|| s.to_owned()))
                .collect(),
            query: parameters
                .filter(|p| p["in"] == "query")
                .map(|p| Parameter::read(p, document))
                .collect(),
            produces: produces.flat_map(|c| c.keys().cloned()).collect(),
        }
    }

    pub(super) fn fits(&self, path: &str) -> bool {
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

    /// Whether both are methods of one path.
    pub(super) fn shares_path(&self, other: &Self) -> bool {
        self.segments == other.segments
    }

    /// Every mistake of a query: unknown names, so that a misspelt filter is noticed, names that
    /// are there twice, missing ones, and values that do not fit.
    pub(super) fn query_mistakes(
        &self,
        given: &[(String, String)],
        components: &Value,
    ) -> Vec<FieldError> {
        let mut mistakes = self.unknown(given);
        for parameter in &self.query {
            let mut values = given.iter().filter(|(name, _)| *name == parameter.name);
            match (values.next(), values.next()) {
                (None, _) if parameter.required => {
                    mistakes.push(parameter.mistake("required", Words::new("必填", "required")));
                }
                (None, _) => {}
                (Some((_, value)), None) => mistakes.extend(parameter.check(value, components)),
                (Some(_), Some(_)) => mistakes.push(parameter.mistake(
                    "duplicate-parameter",
                    Words::new("只能出现一次", "must be there only once"),
                )),
            }
        }
        mistakes.truncate(checks::MISTAKES_MAX);
        mistakes
    }

    fn unknown(&self, given: &[(String, String)]) -> Vec<FieldError> {
        let mut names: Vec<&str> = given
            .iter()
            .map(|(name, _)| name.as_str())
            .filter(|name| self.query.iter().all(|known| known.name != *name))
            .collect();
        names.sort_unstable();
        names.dedup();
        let known: Vec<&str> = self.query.iter().map(|known| known.name.as_str()).collect();
        let words = if known.is_empty() {
            Words::new(
                "未知参数；此处没有查询参数",
                "unknown; this operation has no query parameters",
            )
        } else {
            let known = known.join(", ");
            Words::new(
                format!("未知参数；可用：{known}"),
                format!("unknown; known are: {known}"),
            )
        };
        let unknown = names.into_iter().map(|name| {
            FieldError::new(format!("query:{name}"), "unknown-parameter", words.clone())
        });
        unknown.collect()
    }
}

impl Parameter {
    fn read(parameter: &Value, document: &Value) -> Self {
        let schema = &parameter["schema"];
        let referred = schema["$ref"].as_str().and_then(|reference| {
            let name = reference.rsplit('/').next()?;
            document["components"]["schemas"].get(name)
        });
        let kind = referred.unwrap_or(schema)["type"].as_str();
        Self {
            name: parameter["name"].as_str().unwrap_or_default().to_owned(),
            required: parameter["required"] == true,
            schema: schema.clone(),
            kind: kind.unwrap_or("string").to_owned(),
            validator: OnceLock::new(),
        }
    }

    fn check(&self, text: &str, components: &Value) -> Vec<FieldError> {
        let read = match self.kind.as_str() {
            "integer" => text.parse::<i64>().ok().map(Value::from),
            "boolean" => text.parse::<bool>().ok().map(Value::from),
            _ => None,
        };
        let value = read.unwrap_or_else(|| text.into());
        let validator = self.validator.get_or_init(|| {
            let mut schema = self.schema.clone();
            schema["components"] = json!(components);
            checks::validator(&schema)
        });
        let errors = validator.iter_errors(&value);
        let mistakes = errors.flat_map(|error| checks::field_errors(&error));
        let mistakes = mistakes.map(|mistake| self.mistake(mistake.code, mistake.detail));
        checks::one_each(mistakes.collect())
    }

    fn mistake(&self, code: impl Into<String>, words: Words) -> FieldError {
        FieldError::new(format!("query:{}", self.name), code, words)
    }
}
