//! Every sealed column, and how its rows are read and written.

use sqlx::PgConnection;
use uuid::Uuid;

use crate::{App, files, http::Problem, privacy::Purpose};

/// So many rows are sealed anew in one transaction.
const ROWS: i64 = 500;

/// A column whose values are sealed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SealedColumn {
    Document,
    ChildName,
    Schooling,
    Illness,
    DisclosureNote,
    KeptAnswer,
    FilePiece,
}

/// In the order in which they are gone through; a place in it is kept in the database, so what is
/// new comes last.
pub const COLUMNS: &[SealedColumn] = &[
    SealedColumn::Document,
    SealedColumn::ChildName,
    SealedColumn::Schooling,
    SealedColumn::Illness,
    SealedColumn::DisclosureNote,
    SealedColumn::KeptAnswer,
    SealedColumn::FilePiece,
];

/// What became of a batch.
pub(super) struct Batch {
    /// The last row of it; `None` when there was none left.
    pub(super) last: Option<Uuid>,
    /// How many values got a newer key.
    pub(super) resealed: i64,
}

/// A sealed value and the row it belongs to.
struct Sealed {
    id: Uuid,
    sealed: Vec<u8>,
}

/// Values that got a newer key, with what they were: whoever changed one meanwhile has used the
/// newest key already and is not overwritten.
#[derive(Default)]
struct Changes {
    ids: Vec<Uuid>,
    old: Vec<Vec<u8>>,
    new: Vec<Vec<u8>>,
}

/// One batch of a column whose rows have an id.
macro_rules! reseal {
    ($app:ident, $conn:ident, $after:ident, $table:literal, $column:literal, $where:literal,
     $bound:expr, $purpose:expr) => {{
        let rows = sqlx::query_as!(
            Sealed,
            r#"select id as "id: Uuid", "#
                + $column
                + r#" as "sealed!" from "#
                + $table
                + " where "
                + $column
                + " is not null and ($1::uuid is null or id > $1) "
                + $where
                + " order by id limit $2",
            $after,
            ROWS,
        )
        .fetch_all(&mut *$conn)
        .await?;
        let last = rows.last().map(|row| row.id);
        let changes = anew($app, $bound, $purpose, rows)?;
        let done = sqlx::query!(
            "update "
                + $table
                + " t set "
                + $column
                + " = u.new
                 from unnest($1::uuid[], $2::bytea[], $3::bytea[]) as u(id, old, new)
                where t.id = u.id and t."
                + $column
                + " = u.old",
            &changes.ids,
            &changes.old,
            &changes.new,
        )
        .execute(&mut *$conn)
        .await?;
        let resealed = i64::try_from(done.rows_affected()).expect("a few hundred");
        Batch { last, resealed }
    }};
}

impl SealedColumn {
    /// The table and the column.
    pub fn place(self) -> (&'static str, &'static str) {
        match self {
            Self::Document => ("person", "id_sealed"),
            Self::ChildName => ("person", "name_sealed"),
            Self::Schooling | Self::Illness => ("need", "detail_sealed"),
            Self::DisclosureNote => ("disclosure", "note_sealed"),
            Self::KeptAnswer => ("idempotency_key", "body_sealed"),
            Self::FilePiece => ("file_chunk", "bytes"),
        }
    }

    /// Seals the rows after the given one anew, at most a batch of them.
    pub(super) async fn reseal(
        self,
        app: &App,
        conn: &mut PgConnection,
        after: Option<Uuid>,
    ) -> Result<Batch, Problem> {
        use crate::{households::sealed, http::KEPT, needs::DETAIL};
        let general = Purpose::General;
        Ok(match self {
            Self::Document => {
                reseal!(
                    app,
                    conn,
                    after,
                    "person",
                    "id_sealed",
                    "",
                    sealed::DOCUMENT,
                    general
                )
            }
            Self::ChildName => {
                reseal!(
                    app,
                    conn,
                    after,
                    "person",
                    "name_sealed",
                    "",
                    sealed::NAME,
                    general
                )
            }
            Self::Schooling => reseal!(
                app,
                conn,
                after,
                "need",
                "detail_sealed",
                "and kind = 'schooling'",
                DETAIL,
                Purpose::Schooling
            ),
            Self::Illness => reseal!(
                app,
                conn,
                after,
                "need",
                "detail_sealed",
                "and kind = 'medical'",
                DETAIL,
                Purpose::Health
            ),
            Self::DisclosureNote => {
                reseal!(
                    app,
                    conn,
                    after,
                    "disclosure",
                    "note_sealed",
                    "",
                    sealed::NOTE,
                    general
                )
            }
            Self::KeptAnswer => {
                reseal!(
                    app,
                    conn,
                    after,
                    "idempotency_key",
                    "body_sealed",
                    "",
                    KEPT,
                    general
                )
            }
            Self::FilePiece => {
                let (last, resealed) = files::reseal_next(conn, app, after).await?;
                Batch { last, resealed }
            }
        })
    }
}

fn anew(
    app: &App,
    bound: &'static str,
    purpose: Purpose,
    rows: Vec<Sealed>,
) -> Result<Changes, Problem> {
    let mut changes = Changes::default();
    for Sealed { id, sealed } in rows {
        let nonce = app.entropy.bytes();
        let newer = app.keys.reseal(purpose, bound, id, &sealed, nonce);
        if let Some(newer) = newer.map_err(Problem::internal)? {
            changes.ids.push(id);
            changes.old.push(sealed);
            changes.new.push(newer);
        }
    }
    Ok(changes)
}
