//! Every sealed column, and how its rows are read and written.

use sqlx::PgConnection;
use uuid::Uuid;

use crate::{
    App, break_glass, files,
    households::sealed,
    http::{self, Problem},
    needs::DETAIL,
    privacy::Purpose,
};

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
    BreakGlassNote,
    BreakGlassFinding,
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
    SealedColumn::BreakGlassNote,
    SealedColumn::BreakGlassFinding,
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

/// A function that seals the rows of one column after the given one anew; its rows have an id.
macro_rules! column {
    ($name:ident, $table:literal, $column:literal, $which:literal, $bound:expr, $purpose:expr) => {
        async fn $name(
            app: &App,
            conn: &mut PgConnection,
            after: Option<Uuid>,
        ) -> Result<Batch, Problem> {
            let rows = sqlx::query_as!(
                Sealed,
                r#"select id as "id: Uuid", "#
                    + $column
                    + r#" as "sealed!" from "#
                    + $table
                    + " where "
                    + $column
                    + " is not null and ($1::uuid is null or id > $1) "
                    + $which
                    + " order by id limit $2",
                after,
                ROWS,
            )
            .fetch_all(&mut *conn)
            .await?;
            let last = rows.last().map(|row| row.id);
            let changes = anew(app, $bound, $purpose, rows)?;
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
            .execute(conn)
            .await?;
            let resealed = i64::try_from(done.rows_affected()).expect("a few hundred");
            Ok(Batch { last, resealed })
        }
    };
}

column!(
    documents,
    "person",
    "id_sealed",
    "",
    sealed::DOCUMENT,
    Purpose::General
);
column!(
    names,
    "person",
    "name_sealed",
    "",
    sealed::NAME,
    Purpose::General
);
column!(
    schooling,
    "need",
    "detail_sealed",
    "and kind = 'schooling'",
    DETAIL,
    Purpose::Schooling
);
column!(
    illness,
    "need",
    "detail_sealed",
    "and kind = 'medical'",
    DETAIL,
    Purpose::Health
);
column!(
    notes,
    "disclosure",
    "note_sealed",
    "",
    sealed::NOTE,
    Purpose::General
);

column!(
    emergencies,
    "break_glass_access",
    "note_sealed",
    "",
    break_glass::NOTE,
    Purpose::General
);
column!(
    examinations,
    "break_glass_access",
    "finding_sealed",
    "",
    break_glass::FINDING,
    Purpose::General
);

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
            Self::BreakGlassNote => ("break_glass_access", "note_sealed"),
            Self::BreakGlassFinding => ("break_glass_access", "finding_sealed"),
        }
    }

    /// Seals the rows after the given one anew, at most a batch of them.
    pub(super) async fn reseal(
        self,
        app: &App,
        conn: &mut PgConnection,
        after: Option<Uuid>,
    ) -> Result<Batch, Problem> {
        match self {
            Self::Document => documents(app, conn, after).await,
            Self::ChildName => names(app, conn, after).await,
            Self::Schooling => schooling(app, conn, after).await,
            Self::Illness => illness(app, conn, after).await,
            Self::DisclosureNote => notes(app, conn, after).await,
            Self::BreakGlassNote => emergencies(app, conn, after).await,
            Self::BreakGlassFinding => examinations(app, conn, after).await,
            Self::KeptAnswer => {
                let (last, resealed) = http::reseal_answers(conn, app, after).await?;
                Ok(Batch { last, resealed })
            }
            Self::FilePiece => {
                let (last, resealed) = files::reseal_next(conn, app, after).await?;
                Ok(Batch { last, resealed })
            }
        }
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
