//! The form a file comes in with: streamed to a temporary file, counted and hashed on the way.

use poem::{FromRequest as _, Request, RequestBody, Result, web::Field, web::Multipart};
use poem_openapi::{
    impl_apirequest_for_payload,
    payload::{ParsePayload, Payload},
    registry::{MetaSchema, MetaSchemaRef, Registry},
    types::Type,
};
use serde_json::json;
use sha2::{Digest as _, Sha256};
use tempfile::NamedTempFile;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};

use super::model::{ImportKind, ImportMode};
use crate::{
    App,
    files::too_large,
    http::{FieldError, Problem, mismatch, words},
    values::{ProgrammeId, ValueError, invisible},
};

/// The longest text of a field that is not the file, in bytes.
const TEXT_BYTES_MAX: u64 = 256;
/// The longest name of a file that is kept, in characters.
const NAME_CHARS_MAX: usize = 200;
const BUFFER_BYTES: usize = 64 * 1024;
const SCHEMA: &str = "ImportUpload";

/// A file and what is to be made of it.
#[derive(Debug)]
pub(super) struct ImportUpload {
    pub(super) file: Received,
    pub(super) kind: ImportKind,
    pub(super) mode: ImportMode,
    pub(super) programme_id: ProgrammeId,
}

/// A file as it came in, on disk.
#[derive(Debug)]
pub(super) struct Received {
    pub(super) on_disk: NamedTempFile,
    pub(super) name: String,
    pub(super) media_type: String,
    sha256: [u8; 32],
}

impl ImportUpload {
    /// Tells one request from another that uses the same idempotency key.
    pub(super) fn digest(&self) -> [u8; 32] {
        let mut digest = Sha256::new();
        digest.update(self.file.sha256);
        digest.update(self.kind.key());
        digest.update([0]);
        digest.update(self.mode.key());
        digest.update(self.programme_id.0.as_bytes());
        digest.finalize().into()
    }
}

impl Payload for ImportUpload {
    const CONTENT_TYPE: &'static str = "multipart/form-data";

    fn check_content_type(content_type: &str) -> bool {
        let essence = content_type.split(';').next().unwrap_or("").trim();
        essence.eq_ignore_ascii_case(Self::CONTENT_TYPE)
    }

    fn schema_ref() -> MetaSchemaRef {
        MetaSchemaRef::Reference(SCHEMA.into())
    }

    fn register(registry: &mut Registry) {
        ImportKind::register(registry);
        ImportMode::register(registry);
        registry.create_schema::<Self, _>(SCHEMA.into(), |_| schema());
    }
}

fn schema() -> MetaSchema {
    let mut file = MetaSchema::new_with_format("string", "binary");
    file.description = Some("The table, XLSX or CSV (UTF-8 or GB18030).");
    let mut schema = MetaSchema::new("object");
    schema.description = Some("A file to import.");
    schema.required = vec!["file", "kind", "mode", "programme_id"];
    schema.properties = vec![
        ("file", MetaSchemaRef::Inline(Box::new(file))),
        ("kind", ImportKind::schema_ref()),
        ("mode", ImportMode::schema_ref()),
        ("programme_id", ProgrammeId::schema_ref()),
    ];
    schema.example = Some(json!({
        "file": "户编号,户主姓名",
        "kind": "roster",
        "mode": "validate",
        "programme_id": "01890a5d-ac96-774b-bcce-b302099a8057",
    }));
    schema
}

impl ParsePayload for ImportUpload {
    const IS_REQUIRED: bool = true;

    async fn from_request(request: &Request, body: &mut RequestBody) -> Result<Self> {
        let app = request
            .data::<App>()
            .expect("the service carries its state");
        let limit = app.config.upload_bytes_max;
        let mut form = Multipart::from_request(request, body)
            .await
            .map_err(|_| unreadable())?;
        let mut given = Given::default();
        while let Some(field) = form.next_field().await.map_err(|_| unreadable())? {
            given.take(field, limit).await?;
        }
        Ok(given.complete()?)
    }
}

impl_apirequest_for_payload!(ImportUpload);

/// What was given so far.
#[derive(Default)]
struct Given {
    file: Option<Received>,
    kind: Option<String>,
    mode: Option<String>,
    programme_id: Option<String>,
    mistakes: Vec<FieldError>,
}

impl Given {
    async fn take(&mut self, field: Field, limit: u64) -> Result<(), Problem> {
        let name = field.name().unwrap_or_default().to_owned();
        let place = match name.as_str() {
            "file" if self.file.is_none() => {
                self.file = Some(receive(field, limit).await?);
                return Ok(());
            }
            "kind" => &mut self.kind,
            "mode" => &mut self.mode,
            "programme_id" => &mut self.programme_id,
            _ => return Err(mismatch(vec![strange(&name)])),
        };
        if place.is_some() {
            return Err(mismatch(vec![strange(&name)]));
        }
        *place = Some(text_of(field).await?);
        Ok(())
    }

    fn complete(mut self) -> Result<ImportUpload, Problem> {
        let file = self.file.take();
        let absent = (file.is_none()).then(|| missing("file"));
        self.mistakes.extend(absent);
        let kind = self.kind.take();
        let kind = self.read("kind", kind.as_deref(), |text| {
            ImportKind::parse(text).ok_or_else(not_one_of)
        });
        let mode = self.mode.take();
        let mode = self.read("mode", mode.as_deref(), |text| {
            ImportMode::parse(text).ok_or_else(not_one_of)
        });
        let programme = self.programme_id.take();
        let programme = self.read("programme_id", programme.as_deref(), ProgrammeId::parse);
        match (file, kind, mode, programme) {
            (Some(file), Some(kind), Some(mode), Some(programme_id)) => Ok(ImportUpload {
                file,
                kind,
                mode,
                programme_id,
            }),
            _ => Err(mismatch(self.mistakes)),
        }
    }

    fn read<T>(
        &mut self,
        name: &str,
        text: Option<&str>,
        parse: impl FnOnce(&str) -> Result<T, ValueError>,
    ) -> Option<T> {
        let Some(text) = text else {
            self.mistakes.push(missing(name));
            return None;
        };
        parse(text)
            .map_err(|refused| self.mistakes.push(pointed(name, refused)))
            .ok()
    }
}

/// Writes the file to disk; stops at the limit, whatever the headers said.
async fn receive(field: Field, limit: u64) -> Result<Received, Problem> {
    let name = field.file_name().unwrap_or("").trim();
    let name: String = name
        .chars()
        .filter(|c| !invisible(*c))
        .take(NAME_CHARS_MAX)
        .collect();
    let media_type = field
        .content_type()
        .unwrap_or("application/octet-stream")
        .to_owned();
    let on_disk = NamedTempFile::new().map_err(Problem::internal)?;
    let mut out = tokio::fs::File::from_std(on_disk.reopen().map_err(Problem::internal)?);
    let mut reader = field.into_async_read();
    let mut buffer = vec![0; BUFFER_BYTES];
    let mut digest = Sha256::new();
    let mut size = 0;
    loop {
        let read = reader.read(&mut buffer).await.map_err(|_| unreadable())?;
        if read == 0 {
            break;
        }
        size += read as u64;
        if size > limit {
            return Err(too_large(limit));
        }
        digest.update(&buffer[..read]);
        out.write_all(&buffer[..read])
            .await
            .map_err(Problem::internal)?;
    }
    out.flush().await.map_err(Problem::internal)?;
    Ok(Received {
        on_disk,
        name,
        media_type,
        sha256: digest.finalize().into(),
    })
}

async fn text_of(field: Field) -> Result<String, Problem> {
    let name = field.name().unwrap_or_default().to_owned();
    let mut bytes = vec![];
    let reader = field.into_async_read();
    let mut reader = reader.take(TEXT_BYTES_MAX + 1);
    let read = reader
        .read_to_end(&mut bytes)
        .await
        .map_err(|_| unreadable())?;
    match String::from_utf8(bytes) {
        Ok(text) if read as u64 <= TEXT_BYTES_MAX => Ok(text.trim().to_owned()),
        _ => Err(mismatch(vec![pointed(&name, not_one_of())])),
    }
}

fn unreadable() -> Problem {
    Problem::malformed("form-unreadable", "表单无法读取", "The form cannot be read")
}

fn not_one_of() -> ValueError {
    ValueError::new(
        "not-one-of",
        "不是可选的值",
        "is none of the accepted values",
    )
}

fn missing(name: &str) -> FieldError {
    pointed(name, ValueError::missing())
}

fn pointed(name: &str, refused: ValueError) -> FieldError {
    let ValueError { code, zh, en } = refused;
    FieldError::new(format!("/{name}"), code, crate::http::Words::new(zh, en))
}

fn strange(name: &str) -> FieldError {
    let shown: String = name.chars().take(40).collect();
    let words = words!("未知或重复的字段", "unknown field, or given twice");
    FieldError::new(format!("/{shown}"), "unknown-field", words)
}
