//! `anju staff …`

use anyhow::{Context as _, anyhow};
use sqlx::{Connection as _, PgConnection};

use super::home::at_home;
use crate::{
    config::Config,
    http::Language,
    organisation,
    sign_in::{First, bootstrap as first_administrator},
    values::{Login, Number, PersonName},
};

pub(super) async fn bootstrap(
    config: Config,
    staff_no: Number,
    name: PersonName,
    login: Login,
) -> anyhow::Result<()> {
    at_home(config, async |app, home| {
        let mut owner = PgConnection::connect(&home.owner_url).await?;
        let district = organisation::district(&mut owner).await?;
        owner.close().await?;
        let first = First {
            staff_no,
            name,
            login,
            org_unit_id: district.context("the database has no district")?,
        };
        let made = first_administrator(app, &first).await;
        let password = made.map_err(|problem| {
            let told = problem.title().read(Language::English).to_owned();
            anyhow!(told)
        })?;
        println!("{}", password.expose());
        Ok(())
    })
    .await
}
