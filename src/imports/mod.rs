//! Imports (导入): a file in, every row accounted for.

use sqlx::PgConnection;
use uuid::Uuid;

use crate::{
    App,
    http::Problem,
    jobs::{Done, Running},
};

pub async fn run(_app: &App, _job: &mut Running) -> Result<Done, Problem> {
    Err(Problem::internal("not yet"))
}

pub async fn abandon(_conn: &mut PgConnection, _app: &App, _import: Uuid) -> sqlx::Result<()> {
    Ok(())
}
