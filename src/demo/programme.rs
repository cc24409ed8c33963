//! The programme of the demo: begun under one name, complete under another.

use serde_json::{Value, json};

use super::client::Client;
use crate::{App, staff::Role};

/// Its name when everything is there, until then, and when it was given up.
const NAME: &str = "2018 市中区更新改造（演示）";
const NAME_WHILE_LOADING: &str = "2018 市中区更新改造（演示，装载中）";
const NAME_SET_ASIDE: &str = "2018 市中区更新改造（演示，未装完";

/// Whether the demo programme is there whole.
pub async fn is_loaded(app: &App) -> sqlx::Result<bool> {
    sqlx::query_scalar!(
        r#"select exists (select from programme where name = $1) as "loaded!""#,
        NAME
    )
    .fetch_one(&app.db)
    .await
}

/// The programme a load works on.
pub(super) struct Begun {
    pub(super) id: String,
    /// What tells its agreements from those of programmes that were set aside: their numbers are
    /// used once.
    pub(super) mark: String,
}

/// Begins the programme, or goes on with the one that was begun.
///
/// It can be gone on with for as long as its requests are answered as they were then. After that,
/// or with other demo keys, it is set aside under another name, and a new one is begun.
pub(super) async fn begin(client: &Client<'_>) -> anyhow::Result<Begun> {
    let body = fields(NAME_WHILE_LOADING);
    let ask = || client.post(Role::DistrictAdmin, "/v1/programmes", None, &body);
    let begun = match ask().await {
        Err(refused) if refused.to_string().contains("programme-name-taken") => {
            set_aside(client).await?;
            ask().await?
        }
        begun => begun?,
    };
    let mark = match aside(&client.list("/v1/programmes").await?) {
        0 => String::new(),
        count => format!("-{}", count + 1),
    };
    Ok(Begun {
        id: super::load::id_of(&begun)?,
        mark,
    })
}

/// Gives the programme its name: from now on it counts as loaded.
pub(super) async fn complete(client: &Client<'_>, begun: &Begun) -> anyhow::Result<()> {
    let path = format!("/v1/programmes/{}", begun.id);
    let found = client.get(Role::DistrictAdmin, &path).await?;
    rename(client, &found, NAME).await
}

async fn set_aside(client: &Client<'_>) -> anyhow::Result<()> {
    let programmes = client.list("/v1/programmes").await?;
    let unfinished = programmes.iter().find(|p| p["name"] == NAME_WHILE_LOADING);
    let Some(unfinished) = unfinished else {
        return Ok(());
    };
    let name = format!("{NAME_SET_ASIDE} {}）", aside(&programmes) + 1);
    rename(client, unfinished, &name).await
}

fn aside(programmes: &[Value]) -> usize {
    let names = programmes.iter().filter_map(|p| p["name"].as_str());
    names
        .filter(|name| name.starts_with(NAME_SET_ASIDE))
        .count()
}

async fn rename(client: &Client<'_>, programme: &Value, name: &str) -> anyhow::Result<()> {
    let path = format!("/v1/programmes/{}", super::load::id_of(programme)?);
    let version = &programme["version"];
    client
        .put(Role::DistrictAdmin, &path, version, &fields(name))
        .await?;
    Ok(())
}

fn fields(name: &str) -> Value {
    json!({"name": name, "year": 2018, "target_villages": 22, "target_areas": 31,
        "target_demolition_m2": "3000000.00", "synthetic": true})
}
