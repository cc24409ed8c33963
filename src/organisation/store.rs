//! SQL of the tree.

use sqlx::PgConnection;
use uuid::Uuid;

use super::model::{OrgLevel, OrgUnit, OrgUnitPlace, UnitAt};
use crate::{
    app::{Clock, Entropy, fresh_id},
    staff::Scope,
    values::{Day, Instant, OrgUnitId},
};

/// The units of a scope, by code.
pub(super) async fn list(
    conn: &mut PgConnection,
    scope: &Scope,
    parent: Option<OrgUnitId>,
    after: Option<&str>,
    after_id: Option<Uuid>,
    take: i64,
) -> sqlx::Result<Vec<OrgUnit>> {
    sqlx::query_as!(
        OrgUnit,
        r#"select u.id, u.code, u.name, u.level, n.parent_id, u.synthetic, u.created_at, u.version
             from org_unit u
             join org_unit_place n on n.unit_id = u.id and n.to_on is null
            where ($1::uuid[] is null or u.id = any($1))
              and ($2::uuid is null or n.parent_id = $2)
              and ($3::text is null or (u.code, u.id) > ($3, $4))
            order by u.code, u.id
            limit $5"#,
        scope.within_sight(),
        parent.map(|id| id.0),
        after,
        after_id,
        take,
    )
    .fetch_all(conn)
    .await
}

pub(super) async fn find(
    conn: &mut PgConnection,
    scope: &Scope,
    id: OrgUnitId,
) -> sqlx::Result<Option<OrgUnit>> {
    sqlx::query_as!(
        OrgUnit,
        r#"select u.id, u.code, u.name, u.level, n.parent_id, u.synthetic, u.created_at, u.version
             from org_unit u
             join org_unit_place n on n.unit_id = u.id and n.to_on is null
            where u.id = $1 and ($2::uuid[] is null or u.id = any($2))"#,
        id.0,
        scope.within_sight(),
    )
    .fetch_optional(conn)
    .await
}

/// A unit of one's own or below, held against other changes until the transaction ends.
pub(super) async fn lock(
    conn: &mut PgConnection,
    scope: &Scope,
    id: OrgUnitId,
) -> sqlx::Result<Option<OrgUnit>> {
    sqlx::query_as!(
        OrgUnit,
        r#"select u.id, u.code, u.name, u.level, n.parent_id, u.synthetic, u.created_at, u.version
             from org_unit u
             join org_unit_place n on n.unit_id = u.id and n.to_on is null
            where u.id = $1 and ($2::uuid[] is null or u.id = any($2))
              for update of u"#,
        id.0,
        scope.units(),
    )
    .fetch_optional(conn)
    .await
}

/// A unit in scope, when it is `ancestor` or stands below it now.
pub async fn find_at(
    conn: &mut PgConnection,
    scope: &Scope,
    id: OrgUnitId,
    ancestor: OrgUnitId,
) -> sqlx::Result<Option<UnitAt>> {
    sqlx::query_as!(
        UnitAt,
        r#"with recursive upwards as (
               select $1::uuid as id
               union all
               select n.parent_id from upwards w
                 join org_unit_place n on n.unit_id = w.id and n.to_on is null
                where n.parent_id is not null
           )
           select u.id, u.level, u.synthetic from org_unit u
            where u.id = $1 and ($2::uuid[] is null or u.id = any($2))
              and exists (select from upwards where id = $3)"#,
        id.0,
        scope.within_sight(),
        ancestor.0,
    )
    .fetch_optional(conn)
    .await
}

/// Where a unit stood, last first.
pub(super) async fn places(
    conn: &mut PgConnection,
    id: OrgUnitId,
) -> sqlx::Result<Vec<OrgUnitPlace>> {
    sqlx::query_as!(
        OrgUnitPlace,
        r#"select n.parent_id, p.name as "parent_name?", n.from_on, n.to_on
             from org_unit_place n
             left join org_unit p on p.id = n.parent_id
            where n.unit_id = $1
            order by n.seq desc
            limit 200"#,
        id.0,
    )
    .fetch_all(conn)
    .await
}

/// A unit as it is entered.
pub(super) struct Founded<'a> {
    pub(super) id: OrgUnitId,
    pub(super) code: &'a str,
    pub(super) name: &'a str,
    pub(super) level: OrgLevel,
    pub(super) parent: Option<(OrgUnitId, OrgLevel)>,
    pub(super) synthetic: bool,
    pub(super) on: Day,
    pub(super) at: Instant,
}

pub(super) async fn insert(conn: &mut PgConnection, unit: &Founded<'_>) -> sqlx::Result<()> {
    sqlx::query!(
        "with unit as (
             insert into org_unit (id, code, name, level, synthetic, created_at)
             values ($1, $2, $3, $4, $5, $6)
         )
         insert into org_unit_place
                (unit_id, seq, level, synthetic, parent_id, parent_level, from_on)
         values ($1, 1, $4, $5, $7, $8, $9)",
        unit.id.0,
        unit.code,
        unit.name,
        unit.level as OrgLevel,
        unit.synthetic,
        unit.at,
        unit.parent.map(|(id, _)| id.0),
        unit.parent.map(|(_, level)| level) as Option<OrgLevel>,
        unit.on,
    )
    .execute(conn)
    .await?;
    Ok(())
}

pub(super) async fn rename(
    conn: &mut PgConnection,
    id: OrgUnitId,
    name: &str,
) -> sqlx::Result<i32> {
    sqlx::query_scalar!(
        "update org_unit set name = $2, version = version + 1 where id = $1 returning version",
        id.0,
        name,
    )
    .fetch_one(conn)
    .await
}

/// Ends the place where a unit stands and begins the next one on the same day.
pub(super) async fn move_to(
    conn: &mut PgConnection,
    unit: &OrgUnit,
    parent: OrgUnitId,
    parent_level: OrgLevel,
    on: Day,
) -> sqlx::Result<i32> {
    sqlx::query!(
        "update org_unit_place set to_on = $2 where unit_id = $1 and to_on is null",
        unit.id.0,
        on,
    )
    .execute(&mut *conn)
    .await?;
    sqlx::query!(
        "insert into org_unit_place (unit_id, seq, level, synthetic, parent_id, parent_level, from_on)
         select $1, max(seq) + 1, $2, $3, $4, $5, $6 from org_unit_place where unit_id = $1",
        unit.id.0,
        unit.level as OrgLevel,
        unit.synthetic,
        parent.0,
        parent_level as OrgLevel,
        on,
    )
    .execute(&mut *conn)
    .await?;
    sqlx::query_scalar!(
        "update org_unit set version = version + 1 where id = $1 returning version",
        unit.id.0,
    )
    .fetch_one(conn)
    .await
}

/// The unit a code names; for whoever works at the machine itself.
pub async fn unit_of_code(conn: &mut PgConnection, code: &str) -> sqlx::Result<Option<OrgUnitId>> {
    sqlx::query_scalar!("select id from org_unit where code = $1", code)
        .fetch_optional(conn)
        .await
}

/// The real district of this schema.
pub async fn district(conn: &mut PgConnection) -> sqlx::Result<Option<OrgUnitId>> {
    sqlx::query_scalar!("select id from org_unit where level = 'district' and not synthetic")
        .fetch_optional(conn)
        .await
}

/// Enters a district: the root of a tree.
pub async fn found_district(
    conn: &mut PgConnection,
    app: (&Clock, &Entropy),
    (code, name): (&str, &str),
    synthetic: bool,
) -> sqlx::Result<OrgUnitId> {
    let (clock, entropy) = app;
    let id = OrgUnitId(fresh_id(clock, entropy));
    let district = Founded {
        id,
        code,
        name,
        level: OrgLevel::District,
        parent: None,
        synthetic,
        on: clock.today(),
        at: clock.now(),
    };
    insert(conn, &district).await?;
    Ok(id)
}
