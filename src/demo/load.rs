//! Loading the demo, step by step, as the desks would.

use std::time::Duration;

use anyhow::{Context as _, bail};
use fastrand::Rng;
use futures_util::{StreamExt as _, TryStreamExt as _, stream};
use indicatif::{ProgressBar, ProgressStyle};
use serde_json::{Value, json};
use tokio_util::sync::CancellationToken;

use super::{
    client::{Client, Keys},
    files::{self, Settled},
    offices::Offices,
    people, plan, programme,
};
use crate::{App, jobs, parcels::ParcelKind, staff::Role};

/// Everything random comes from here.
const SEED: u64 = 2018;

/// How many requests are under way at once.
const AT_ONCE: usize = 6;

/// Families that have their flat already, and how many of them their keys.
const ASSIGNED: usize = 240;

/// What was loaded.
#[derive(Debug, Clone)]
pub struct Loaded {
    pub programme_id: String,
    pub households: usize,
    pub agreements: usize,
}

/// How often to look at an import that another process works on.
const LOOK_EVERY: Duration = Duration::from_millis(200);

/// Loads the demo programme, or what is missing of it, until `stop`.
///
/// A load that was interrupted is gone on with when it is told to soon and with the same keys: what
/// each key did is remembered with it, for two days.
pub async fn load(
    app: &App,
    keys: Keys,
    progress: &ProgressBar,
    stop: &CancellationToken,
) -> anyhow::Result<Loaded> {
    let style = ProgressStyle::with_template("{msg:<28} {wide_bar} {pos}/{len} {elapsed}")?;
    progress.set_style(style);
    progress.set_length(11);
    let client = Client::new(app, keys, stop);
    let announce = |text: &'static str| {
        progress.set_message(text);
        progress.inc(1);
    };

    announce("offices and officers");
    let mut rng = Rng::with_seed(SEED);
    let town = settle(&mut rng);
    let offices = Offices::open(&client, &town).await?;
    announce("programme and parcels");
    let begun = programme::begin(&client).await?;
    let programme = begun.id.as_str();
    let parcels = create_parcels(&client, programme, &town, &offices).await?;
    let import = async |role, kind: &'static str, file: Vec<u8>| {
        import(app, &client, role, programme, kind, &file, stop).await
    };

    announce("roster");
    import(Role::CaseOfficer, "roster", files::roster(&town)).await?;
    announce("responsible officers");
    entrust(&client, &parcels, &town, &offices).await?;
    announce("frozen rosters");
    freeze(&client, &parcels).await?;
    announce("children");
    register_children(&client, &parcels, &town).await?;
    announce("agreements");
    import(
        Role::CaseOfficer,
        "agreements",
        files::agreements(&town, &begun.mark),
    )
    .await?;
    announce("flats");
    import(Role::DistrictAdmin, "flats", files::flats(&mut rng)).await?;
    announce("inspections");
    import(
        Role::Inspector,
        "inspection-points",
        files::points(&mut rng),
    )
    .await?;
    announce("needs");
    import(Role::NeedsOfficer, "needs", files::needs(&town)).await?;
    announce("homes and defects");
    assign_homes(&client, &parcels).await?;
    programme::complete(&client, &begun).await?;
    progress.finish_and_clear();
    Ok(Loaded::counted(begun.id, &town))
}

impl Loaded {
    fn counted(programme_id: String, town: &[Settled]) -> Self {
        let households = || town.iter().flat_map(|s| &s.households);
        Self {
            programme_id,
            households: households().count(),
            agreements: households().filter(|h| h.signed_on.is_some()).count(),
        }
    }
}

fn settle(rng: &mut Rng) -> Vec<Settled> {
    let mut sequence = 0;
    let parcels = plan::parcels().into_iter();
    parcels
        .map(|parcel| {
            let households = people::households(rng, &parcel, &mut sequence);
            Settled { parcel, households }
        })
        .collect()
}

pub(super) fn id_of(object: &Value) -> anyhow::Result<String> {
    Ok(object["id"]
        .as_str()
        .context("an object has an id")?
        .to_owned())
}

/// Creates the parcels, lets them enter the demolition step, records what was cleared.
async fn create_parcels(
    client: &Client<'_>,
    programme: &str,
    town: &[Settled],
    offices: &Offices,
) -> anyhow::Result<Vec<(String, String)>> {
    let create = async |settled: &Settled| {
        let p = &settled.parcel;
        let area: u64 = settled.households.iter().map(|h| h.area).sum();
        let (kind, track) = match p.kind {
            ParcelKind::OldVillage => ("old_village", "agreement_relocation"),
            ParcelKind::ShantytownArea => ("shantytown_area", "state_expropriation"),
        };
        let body = json!({"programme_id": programme, "org_unit_id": offices.village_of(&p.code),
            "code": p.code, "name": p.name, "kind": kind,
            "legal_track": track, "subdistrict": p.subdistrict, "village": p.name,
            "households_planned": p.households,
            "area_planned_m2": format!("{}.{:02}", area / 100, area % 100),
            "signing_from": p.signing_from, "signing_to": p.signing_to, "moving_by": p.moving_by,
            "contact_name": format!("{}改造办公室", p.name), "contact_phone": "0531-00000000"});
        let parcel = client
            .post(Role::DistrictAdmin, "/v1/parcels", None, &body)
            .await?;
        let id = id_of(&parcel)?;
        let stage = json!({"stage": "demolish", "entered_on": p.signing_from});
        let path = format!("/v1/parcels/{id}/stages");
        client
            .post(Role::DistrictAdmin, &path, Some(&parcel["version"]), &stage)
            .await?;
        anyhow::Ok((p.code.clone(), id))
    };
    stream::iter(town)
        .map(create)
        .buffered(AT_ONCE)
        .try_collect()
        .await
}

/// Uploads a file and does the job it queued; whatever is refused stops the demo.
async fn import(
    app: &App,
    client: &Client<'_>,
    role: Role,
    programme: &str,
    kind: &str,
    file: &[u8],
    stop: &CancellationToken,
) -> anyhow::Result<()> {
    let queued = client.import(role, programme, kind, file).await?;
    let path = format!("/v1/imports/{}", id_of(&queued)?);
    let done = loop {
        jobs::run_until(app, stop).await?;
        let done = client.get(role, &path).await?;
        if !matches!(done["state"].as_str(), Some("queued" | "running")) {
            break done;
        }
        // Another process has it, or had it when it was killed: its lease passes.
        tokio::time::sleep(LOOK_EVERY).await;
    };
    if done["committed"] != true {
        let rows = client
            .get(role, &format!("{path}/rows?verdict=refused&limit=3"))
            .await?;
        bail!("the {kind} of the demo was not committed: {done} {rows}");
    }
    Ok(())
}

/// Puts the households of every parcel into the hands of its subdistrict's officer.
async fn entrust(
    client: &Client<'_>,
    parcels: &[(String, String)],
    town: &[Settled],
    offices: &Offices,
) -> anyhow::Result<()> {
    let entrust = async |(settled, (_, id)): (&Settled, &(String, String))| {
        let responsible = offices.officer_of(settled.parcel.subdistrict);
        let body = json!({"staff_id": responsible, "from_on": settled.parcel.signing_from});
        let path = format!("/v1/parcels/{id}/responsibilities");
        client.post(Role::DistrictAdmin, &path, None, &body).await
    };
    stream::iter(town.iter().zip(parcels))
        .map(entrust)
        .buffered(AT_ONCE)
        .try_collect::<Vec<_>>()
        .await?;
    Ok(())
}

async fn freeze(client: &Client<'_>, parcels: &[(String, String)]) -> anyhow::Result<()> {
    let freeze = async |(_, id): &(String, String)| {
        let path = format!("/v1/parcels/{id}/rosters");
        client
            .post(Role::DistrictAdmin, &path, None, &json!({}))
            .await
    };
    stream::iter(parcels)
        .map(freeze)
        .buffered(AT_ONCE)
        .try_collect::<Vec<_>>()
        .await?;
    Ok(())
}

/// Children come with a household visit, not with the roster of holders.
async fn register_children(
    client: &Client<'_>,
    parcels: &[(String, String)],
    town: &[Settled],
) -> anyhow::Result<()> {
    for (settled, (_, parcel)) in town.iter().zip(parcels) {
        let families = settled.households.iter().filter(|h| !h.others.is_empty());
        let register = async |household: &people::DemoHousehold| {
            let path = format!(
                "/v1/households?parcel_id={parcel}&household_no={}",
                household.number
            );
            let found = client.get(Role::CaseOfficer, &path).await?;
            let found = &found["items"][0];
            let mut version = found["version"].clone();
            for child in &household.others {
                let body = json!({"name": child.name, "relation": child.relation, "holder": false,
                    "document": {"kind": "citizen_number", "number": child.number}});
                let path = format!("/v1/households/{}/persons", id_of(found)?);
                let seen = Some(&version);
                version =
                    client.post(Role::CaseOfficer, &path, seen, &body).await?["version"].clone();
            }
            anyhow::Ok(())
        };
        stream::iter(families)
            .map(register)
            .buffered(AT_ONCE)
            .try_collect::<Vec<_>>()
            .await?;
    }
    Ok(())
}

/// Gives inspected flats to families that signed, hands most of them over, and leaves some
/// defects open.
async fn assign_homes(client: &Client<'_>, parcels: &[(String, String)]) -> anyhow::Result<()> {
    let (_, dajiangou) = &parcels[0];
    let signed = format!("/v1/agreements?parcel_id={dajiangou}&status=signed");
    let signed = client.list(&signed).await?;
    let passed = client.list("/v1/inspections?result=passed").await?;
    let failed = client.list("/v1/inspections?result=failed").await?;
    for (inspection, severity) in failed
        .iter()
        .zip(["severe", "general"].into_iter().cycle())
        .take(12)
    {
        let body = json!({"flat_id": inspection["flat_id"], "inspection_id": inspection["id"],
            "description": "室内净高极差超标", "severity": severity, "found_on": "2018-10-20",
            "rectify_by": "2018-11-20"});
        client
            .post(Role::Inspector, "/v1/defects", None, &body)
            .await?;
    }
    let families = signed.iter().zip(&passed).take(ASSIGNED).enumerate();
    let move_in = async |(index, (agreement, inspection)): (usize, (&Value, &Value))| {
        let flat = inspection["flat_id"]
            .as_str()
            .context("an inspection is of a flat")?;
        let path = format!("/v1/flats/{flat}/assignments");
        let body = json!({"household_id": agreement["household_id"], "assigned_on": "2018-11-01"});
        let flat_now = client
            .get(Role::CaseOfficer, &format!("/v1/flats/{flat}"))
            .await?;
        let seen = Some(&flat_now["version"]);
        let assigned = client.post(Role::CaseOfficer, &path, seen, &body).await?;
        if index % 3 != 0 {
            let path = format!("/v1/flats/{flat}/handovers");
            let body = json!({"handed_over_on": "2018-12-01", "keys": 3});
            let seen = Some(&assigned["version"]);
            client.post(Role::CaseOfficer, &path, seen, &body).await?;
        }
        anyhow::Ok(())
    };
    stream::iter(families)
        .map(move_in)
        .buffered(AT_ONCE)
        .try_collect::<Vec<_>>()
        .await?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_demo_demolishes_just_over_three_million_square_metres() {
        let town = settle(&mut Rng::with_seed(SEED));
        let households = || town.iter().flat_map(|s| &s.households);
        let area: u64 = households().map(|h| h.area).sum();
        assert!(
            (300_000_000..303_000_000).contains(&area),
            "{area} hundredths"
        );
        assert!((15_500..16_500).contains(&households().count()));
    }
}
