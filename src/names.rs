//! What things are called: the numbers and names people know, where a list has only ids.
//!
//! Whatever the caller may not see has no name here.

use std::collections::HashMap;

use sqlx::PgConnection;
use uuid::Uuid;

use crate::{
    sheets::{Bilingual, OutCell, Tabular},
    staff::Scope,
    values::{FlatId, HouseholdId, ParcelId},
};

/// A row of a list with the name of what it belongs to.
#[derive(Debug, Clone)]
pub struct Named<R, N> {
    pub row: R,
    pub name: Option<N>,
}

impl<R, N: Clone> Named<R, N> {
    /// Each row with its name.
    pub fn each<K: std::hash::Hash + Eq>(
        rows: Vec<R>,
        names: &HashMap<K, N>,
        key: impl Fn(&R) -> Option<K>,
    ) -> Vec<Self> {
        let each = rows.into_iter().map(|row| Self {
            name: key(&row).and_then(|key| names.get(&key).cloned()),
            row,
        });
        each.collect()
    }
}

impl<R, N: Tabular> Named<R, N> {
    /// The cells of the name, empty where there is none.
    pub fn name_cells(&self, language: crate::http::Language) -> Vec<OutCell> {
        match &self.name {
            Some(name) => name.cells(language),
            None => vec![OutCell::Empty; N::COLUMNS.len()],
        }
    }
}

/// A parcel as people call it.
#[derive(Debug, Clone)]
pub struct ParcelName {
    pub code: String,
    pub name: String,
}

impl Tabular for ParcelName {
    const COLUMNS: &'static [Bilingual] = &[("地块编号", "Parcel code"), ("地块名称", "Parcel")];

    fn cells(&self, _language: crate::http::Language) -> Vec<OutCell> {
        vec![OutCell::text(&self.code), OutCell::text(&self.name)]
    }
}

/// A household as people call it.
#[derive(Debug, Clone)]
pub struct HouseholdName {
    pub parcel: ParcelName,
    pub household_no: String,
}

/// A flat as people call it.
#[derive(Debug, Clone)]
pub struct FlatName {
    pub estate: String,
    pub building: String,
    pub flat_no: String,
}

impl Tabular for FlatName {
    const COLUMNS: &'static [Bilingual] =
        &[("小区", "Estate"), ("楼栋", "Building"), ("房号", "Flat")];

    fn cells(&self, _language: crate::http::Language) -> Vec<OutCell> {
        vec![
            OutCell::text(&self.estate),
            OutCell::text(&self.building),
            OutCell::text(&self.flat_no),
        ]
    }
}

pub async fn of_parcels(
    conn: &mut PgConnection,
    scope: &Scope,
    ids: impl Iterator<Item = ParcelId>,
) -> sqlx::Result<HashMap<ParcelId, ParcelName>> {
    let ids: Vec<Uuid> = ids.map(|id| id.0).collect();
    let rows = sqlx::query!(
        "select p.id, p.code, p.name
           from parcel p join programme g on g.id = p.programme_id
          where p.id = any($1) and ($2::uuid[] is null or p.org_unit_id = any($2))",
        &ids[..],
        scope.within_sight(),
    )
    .fetch_all(conn)
    .await?;
    let named = rows.into_iter().map(|row| {
        let (code, name) = (row.code, row.name);
        (row.id, ParcelName { code, name })
    });
    Ok(named.collect())
}

pub async fn of_households(
    conn: &mut PgConnection,
    scope: &Scope,
    ids: impl Iterator<Item = HouseholdId>,
) -> sqlx::Result<HashMap<HouseholdId, HouseholdName>> {
    let ids: Vec<Uuid> = ids.map(|id| id.0).collect();
    let rows = sqlx::query!(
        "select h.id, h.household_no, p.code, p.name
           from household h
           join parcel p on p.id = h.parcel_id
           join programme g on g.id = p.programme_id
          where h.id = any($1) and ($2::uuid[] is null or h.org_unit_id = any($2))",
        &ids[..],
        scope.units(),
    )
    .fetch_all(conn)
    .await?;
    let named = rows.into_iter().map(|row| {
        let parcel = ParcelName {
            code: row.code,
            name: row.name,
        };
        let household_no = row.household_no;
        (
            row.id,
            HouseholdName {
                parcel,
                household_no,
            },
        )
    });
    Ok(named.collect())
}

pub async fn of_flats(
    conn: &mut PgConnection,
    scope: &Scope,
    ids: impl Iterator<Item = FlatId>,
) -> sqlx::Result<HashMap<FlatId, FlatName>> {
    let ids: Vec<Uuid> = ids.map(|id| id.0).collect();
    let rows = sqlx::query!(
        "select f.id, f.flat_no, b.name as building, e.name as estate
           from flat f
           join building b on b.id = f.building_id
           join estate e on e.id = b.estate_id
           join programme g on g.id = e.programme_id
          where f.id = any($1) and ($2::uuid[] is null or g.org_unit_id = any($2))",
        &ids[..],
        scope.within_sight(),
    )
    .fetch_all(conn)
    .await?;
    let named = rows.into_iter().map(|row| {
        let name = FlatName {
            estate: row.estate,
            building: row.building,
            flat_no: row.flat_no,
        };
        (row.id, name)
    });
    Ok(named.collect())
}

/// What is narrowed by: the name of the object a filter points to.
pub async fn of_filter(
    conn: &mut PgConnection,
    scope: &Scope,
    field: &str,
    id: Uuid,
) -> sqlx::Result<Option<String>> {
    match field {
        "parcel_id" => {
            let id = ParcelId(id);
            let names = of_parcels(conn, scope, std::iter::once(id)).await?;
            Ok(names.into_values().next().map(|parcel| parcel.name))
        }
        "household_id" => {
            let id = HouseholdId(id);
            let names = of_households(conn, scope, std::iter::once(id)).await?;
            let told = |h: HouseholdName| format!("{} {}", h.parcel.name, h.household_no);
            Ok(names.into_values().next().map(told))
        }
        "flat_id" => {
            let id = FlatId(id);
            let names = of_flats(conn, scope, std::iter::once(id)).await?;
            let told = |f: FlatName| format!("{} {} {}", f.estate, f.building, f.flat_no);
            Ok(names.into_values().next().map(told))
        }
        "programme_id" | "estate_id" | "building_id" => of_ground(conn, scope, id).await,
        _ => Ok(None),
    }
}

/// A programme, an estate or a building: ids are never shared.
async fn of_ground(
    conn: &mut PgConnection,
    scope: &Scope,
    id: Uuid,
) -> sqlx::Result<Option<String>> {
    let found = sqlx::query_scalar!(
        r#"select g.name as "name!" from programme g
            where g.id = $1 and ($2::uuid[] is null or g.org_unit_id = any($2))
           union all
           select e.name from estate e join programme g on g.id = e.programme_id
            where e.id = $1 and ($2::uuid[] is null or g.org_unit_id = any($2))
           union all
           select e.name || ' ' || b.name
             from building b
             join estate e on e.id = b.estate_id
             join programme g on g.id = e.programme_id
            where b.id = $1 and ($2::uuid[] is null or g.org_unit_id = any($2))"#,
        id,
        scope.within_sight(),
    )
    .fetch_optional(conn)
    .await?;
    Ok(found)
}
