//! `anju staff …`

use anyhow::Context as _;

use super::{home::at_home, out::say, report::told};
use crate::{
    config::Config,
    organisation,
    sign_in::{First, bootstrap as first_administrator},
    staff::Scope,
    values::{Login, Number, PersonName},
};

pub(super) async fn bootstrap(
    config: Config,
    staff_no: Number,
    name: PersonName,
    login: Login,
) -> anyhow::Result<()> {
    at_home(config, async |app| {
        let mut conn = app.begin(&Scope::everything()).await?;
        let district = organisation::district(&mut conn).await?;
        conn.rollback().await?;
        let first = First {
            staff_no,
            name,
            login,
            org_unit_id: district.context("the database has no district")?,
        };
        let password = first_administrator(app, &first).await.map_err(told)?;
        say!("{}", password.expose());
        Ok(())
    })
    .await
}
