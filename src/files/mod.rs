//! Files (文件) that belong to an import or a report, inside the database so that a backup has them.
//!
//! A file is kept in sealed pieces of at most 1 MiB: nothing is ever whole in memory, and a roster
//! full of citizen numbers is no clearer in its file than in its rows. There are no operations
//! here: who may see a file is decided by the import or report it belongs to. Tables: `file`,
//! `file_chunk`.

mod store;

use std::io;

use bytes::Bytes;
use futures_util::stream::try_unfold;
use poem::Body;
use sha2::{Digest as _, Sha256};
use sqlx::PgConnection;
use tempfile::NamedTempFile;
use tokio::io::{AsyncRead, AsyncReadExt as _, AsyncWriteExt as _};
use uuid::Uuid;

use crate::{
    App,
    http::{Problem, words},
    privacy::Purpose,
    staff::Scope,
};

/// Clear bytes of a piece; sealed, it stays below 1 MiB.
const PIECE_BYTES: u64 = (1 << 20) - 1024;

/// What a piece is sealed for.
const COLUMN: &str = "file_chunk.bytes";

/// A stored file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FileRef {
    pub id: Uuid,
    /// Bytes.
    pub size: u64,
    pub sha256: [u8; 32],
}

/// Stores what `reader` yields, piece by piece, in the caller's transaction.
///
/// 413 when it yields more than `limit_bytes`; then nothing of it may be committed.
pub async fn store_file(
    conn: &mut PgConnection,
    app: &App,
    name: &str,
    media_type: &str,
    reader: impl AsyncRead + Unpin,
    limit_bytes: u64,
) -> Result<FileRef, Problem> {
    let id = app.fresh_id();
    store::insert(conn, id, name, media_type, app.clock.now()).await?;
    let mut reader = reader;
    let mut digest = Sha256::new();
    let mut size = 0;
    let mut piece = Vec::new();
    for seq in 0.. {
        piece.clear();
        let mut next = (&mut reader).take(PIECE_BYTES);
        if next
            .read_to_end(&mut piece)
            .await
            .map_err(Problem::internal)?
            == 0
        {
            break;
        }
        size += piece.len() as u64;
        if size > limit_bytes {
            return Err(too_large(limit_bytes));
        }
        digest.update(&piece);
        let sealed = app
            .keys
            .seal(COLUMN, row_of(id, seq), &piece, app.entropy.bytes());
        store::insert_piece(conn, id, seq, &sealed).await?;
    }
    let sha256: [u8; 32] = digest.finalize().into();
    store::complete(conn, id, size, &sha256).await?;
    Ok(FileRef { id, size, sha256 })
}

/// 413 for a file above the limit.
pub fn too_large(limit_bytes: u64) -> Problem {
    Problem::too_large("file-too-large", "文件过大", "The file is too large").detail(words!(
        "上限为 {limit_bytes} 字节",
        "the limit is {limit_bytes} bytes"
    ))
}

/// Copies a file to disk, for readers that seek; it vanishes when the answer is dropped.
pub async fn spool(conn: &mut PgConnection, app: &App, id: Uuid) -> Result<NamedTempFile, Problem> {
    let spooled = NamedTempFile::new().map_err(Problem::internal)?;
    let mut out = tokio::fs::File::from_std(spooled.reopen().map_err(Problem::internal)?);
    let mut read = 0;
    for seq in 0.. {
        let Some(sealed) = store::find_piece(conn, id, seq).await? else {
            complete(conn, id, read).await.map_err(Problem::internal)?;
            break;
        };
        let clear = open(app, id, seq, &sealed).map_err(Problem::internal)?;
        read += clear.len();
        out.write_all(&clear).await.map_err(Problem::internal)?;
    }
    out.flush().await.map_err(Problem::internal)?;
    Ok(spooled)
}

/// A file as the body of an answer; each piece is fetched when the one before it was sent.
///
/// The body breaks off with an error when a piece is missing, so that nobody takes a part of a
/// file for the whole.
pub fn stream(app: &App, scope: &Scope, id: Uuid) -> Body {
    let begin = (app.clone(), scope.clone(), 0, 0);
    let pieces = try_unfold(begin, move |(app, scope, seq, sent)| async move {
        let mut conn = app.begin(&scope).await.map_err(io::Error::other)?;
        let found = store::find_piece(&mut conn, id, seq)
            .await
            .map_err(io::Error::other)?;
        let Some(sealed) = found else {
            complete(&mut conn, id, sent).await?;
            return Ok::<_, io::Error>(None);
        };
        drop(conn);
        let clear = open(&app, id, seq, &sealed)?;
        let sent = sent + clear.len();
        Ok(Some((Bytes::from(clear), (app, scope, seq + 1, sent))))
    });
    Body::from_bytes_stream(pieces)
}

/// Fails unless a file has just so many bytes.
async fn complete(conn: &mut PgConnection, id: Uuid, read: usize) -> io::Result<()> {
    let size = store::find_size(conn, id).await.map_err(io::Error::other)?;
    if size.is_some_and(|size| usize::try_from(size) == Ok(read)) {
        return Ok(());
    }
    Err(io::Error::new(
        io::ErrorKind::UnexpectedEof,
        format!("file {id} has {read} bytes left of {size:?}"),
    ))
}

/// Gives a file to the unit of the case it is about, so that whoever sees the case can read it.
pub async fn give_to(conn: &mut PgConnection, id: Uuid, unit: Uuid) -> sqlx::Result<()> {
    store::give_to(conn, id, unit).await
}

/// Forgets what a file held; name, size and digest stay.
pub async fn erase(conn: &mut PgConnection, id: Uuid) -> sqlx::Result<()> {
    store::delete_pieces(conn, id).await
}

/// Seals the pieces of the next file anew; answers which file that was, and how many got a newer
/// key.
pub async fn reseal_next(
    conn: &mut PgConnection,
    app: &App,
    after: Option<Uuid>,
) -> Result<(Option<Uuid>, i64), Problem> {
    let Some(id) = store::next_with_pieces(conn, after).await? else {
        return Ok((None, 0));
    };
    let mut resealed = 0;
    for seq in 0.. {
        let Some(sealed) = store::find_piece(conn, id, seq).await? else {
            break;
        };
        let (row, nonce) = (row_of(id, seq), app.entropy.bytes());
        let newer = app
            .keys
            .reseal(Purpose::General, COLUMN, row, &sealed, nonce);
        if let Some(newer) = newer.map_err(Problem::internal)? {
            store::replace_piece(conn, id, seq, &newer).await?;
            resealed += 1;
        }
    }
    Ok((Some(id), resealed))
}

fn open(app: &App, id: Uuid, seq: i32, sealed: &[u8]) -> io::Result<Vec<u8>> {
    let clear = app
        .keys
        .open(COLUMN, row_of(id, seq), sealed)
        .map_err(io::Error::other)?;
    Ok(clear.to_vec())
}

/// Every piece is sealed for its place, so that pieces cannot change places.
fn row_of(id: Uuid, seq: i32) -> Uuid {
    Uuid::from_u128(id.as_u128() ^ u128::from(seq.unsigned_abs()))
}
