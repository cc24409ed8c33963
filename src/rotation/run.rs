//! The rotation itself.

use serde_json::json;
use uuid::Uuid;

use super::{COLUMNS, store};
use crate::{
    App,
    audit::{self, Entry},
    http::{Act, Caller, Problem, RequestId, words},
    jobs::{self, Done, JobKind, Running},
    privacy::Purpose,
    staff::Scope,
    values::JobId,
};

/// What the trail calls what nobody's request asked for.
const MACHINE: &str = "machine";

/// Writes down that everything is to be sealed with the keys that the ring of `app` has newest.
pub async fn begin(app: &App) -> Result<Uuid, Problem> {
    let mut act = act(app).await?;
    let (id, at) = (app.fresh_id(), act.at);
    let key = app.keys.active(Purpose::General);
    store::insert(&mut act, id, key, at).await?;
    let entry = Entry::new("keys.rotated", "key_rotation", id)
        .became(1)
        .changed(json!({"general_key": key}));
    audit::record(app, &mut act, &entry).await?;
    act.conclude(id).await
}

/// Queues the rotation to the keys of this process, if there is one that nobody works on.
pub async fn resume(app: &App) -> Result<Option<JobId>, Problem> {
    let mut act = act(app).await?;
    let found = store::find_idle(&mut act, app.keys.active(Purpose::General)).await?;
    let Some(id) = found else {
        return Ok(None);
    };
    let job = jobs::enqueue(app, &mut act, JobKind::KeyRotation, id).await?;
    let job = act.conclude(job).await?;
    jobs::wake(app);
    Ok(Some(job))
}

async fn act(app: &App) -> Result<Act, Problem> {
    let caller = Caller {
        client_id: Uuid::nil(),
        staff_id: None,
        role: MACHINE,
        scope: Scope::everything(),
    };
    Act::begin_conditional(app, &caller, RequestId(app.fresh_id())).await
}

/// Does the rest of a rotation, batch by batch.
pub async fn run(app: &App, job: &mut Running) -> Result<Done, Problem> {
    let id = job.subject_id();
    while let Some(resealed) = advance(app, id).await? {
        job.progress.set(app, resealed, None).await;
    }
    let mut act = act(app).await?;
    let found = store::lock(&mut act, id).await?;
    let standing = found.ok_or_else(|| Problem::internal("a job without its rotation"))?;
    let at = act.at;
    store::finish(&mut act, standing.general_key, at).await?;
    let entry = Entry::new("keys.resealed", "key_rotation", id)
        .was(1)
        .became(2)
        .changed(json!({"resealed": standing.resealed}));
    audit::record(app, &mut act, &entry).await?;
    let done = job.succeed(&mut act, at, standing.resealed).await?;
    act.conclude(done).await
}

/// Does one batch and keeps the place, in one transaction; answers how many values got newer keys
/// so far, `None` when nothing was left to do.
pub async fn advance(app: &App, id: Uuid) -> Result<Option<i64>, Problem> {
    let mut tx = app.begin(&Scope::everything()).await?;
    let found = store::lock(&mut tx, id).await?;
    let mut standing = found.ok_or_else(|| Problem::internal("no such rotation"))?;
    if standing.general_key != i16::from(app.keys.active(Purpose::General)) {
        return Err(keys_unknown());
    }
    let step = usize::try_from(standing.step).unwrap_or(usize::MAX);
    let Some(column) = COLUMNS.get(step) else {
        return Ok(None);
    };
    let batch = column.reseal(app, &mut tx, standing.after_id).await?;
    standing.resealed += batch.resealed;
    standing.after_id = batch.last;
    if batch.last.is_none() {
        standing.step += 1;
    }
    store::advance(&mut tx, id, &standing).await?;
    tx.commit().await?;
    Ok(Some(standing.resealed))
}

/// This process was started with another ring.
fn keys_unknown() -> Problem {
    Problem::conflict(
        "keys-not-loaded",
        "本进程未载入新密钥",
        "This process has not the new keys",
    )
    .detail(words!(
        "请用新的密钥文件重新启动；重启后自动继续",
        "restart it with the new key file; the rotation then goes on by itself"
    ))
}
