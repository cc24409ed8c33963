//! SQL of keys and of what they let one see.

use std::collections::HashMap;

use sqlx::PgConnection;
use uuid::Uuid;

use super::{
    KeyTerms, NewKey, Role,
    api::ApiKey,
    callers::{Held, Known, Reach},
};
use crate::values::{ApiKeyId, Day, Instant, StaffId};

/// How often who may do what was changed.
pub(super) async fn epoch(conn: &mut PgConnection) -> sqlx::Result<i64> {
    sqlx::query_scalar!("select epoch from authority")
        .fetch_one(conn)
        .await
}

/// Who may do what has changed: nothing remembered of any caller holds any longer.
pub async fn move_on(conn: &mut PgConnection) -> sqlx::Result<()> {
    sqlx::query!("update authority set epoch = epoch + 1")
        .execute(conn)
        .await?;
    Ok(())
}

/// A key, as it is asked for.
#[derive(Debug, Clone, Copy)]
pub(super) enum Key<'a> {
    /// By whoever presents it.
    Presented(&'a [u8]),
    /// By work that was ordered with it.
    Named(Uuid),
}

/// Who presents a key, with the posts it gives and what each lets one see.
pub(super) async fn find_known(
    conn: &mut PgConnection,
    key: Key<'_>,
    now: Instant,
    today: Day,
) -> sqlx::Result<Option<Known>> {
    let (secret_hash, id) = match key {
        Key::Presented(hash) => (Some(hash), None),
        Key::Named(id) => (None, Some(id)),
    };
    // The epoch is read before what depends on it: a change in between is then noticed.
    let found = sqlx::query!(
        r#"select a.epoch, k.id, k.role, k.org_unit_id, k.staff_id as "staff_id: Uuid", k.permissions,
                  k.networks::text[] as networks, k.expires_at, u.synthetic, o.id as "post_id?"
             from authority a, api_key k
             join org_unit u on u.id = k.org_unit_id
             left join staff s on s.id = k.staff_id
             left join post o on o.staff_id = k.staff_id and o.role = k.role
                  and o.org_unit_id = k.org_unit_id and o.from_on <= $3
                  and (o.to_on is null or o.to_on >= $3)
            where (k.secret_hash = $1 or k.id = $4) and k.revoked_at is null and k.expires_at > $2
              and (s.left_on is null or s.left_on > $3)
              and (k.staff_id is null or k.role = 'api_client' or o.id is not null)
            limit 1"#,
        secret_hash,
        now,
        today,
        id,
    )
    .fetch_optional(&mut *conn)
    .await?;
    let Some(key) = found else {
        return Ok(None);
    };
    sqlx::query!(
        "update api_key set last_used_on = $2
          where id = $1 and last_used_on is distinct from $2",
        key.id.0,
        today,
    )
    .execute(&mut *conn)
    .await?;
    let post = key.post_id.map(|post| post.0);
    let reach = reach_of(conn, key.role, key.org_unit_id.0, post, today).await?;
    let posts = vec![Held {
        role: key.role,
        org_unit_id: key.org_unit_id.0,
        synthetic: key.synthetic,
        reach,
    }];
    let networks = key.networks.map(|all| {
        let all = all.iter().map(|one| one.parse());
        all.map(|one| one.expect("PostgreSQL prints networks"))
            .collect()
    });
    Ok(Some(Known {
        client_id: key.id.0,
        staff_id: key.staff_id,
        posts,
        permissions: key.permissions,
        networks,
        expires_at: key.expires_at,
        today,
        epoch: key.epoch,
    }))
}

fn nothing() -> Reach {
    Reach::Units {
        units: vec![],
        above: vec![],
        parcels: None,
    }
}

/// What somebody in a role at a unit sees; an appraiser, by the parcels given to the post.
async fn reach_of(
    conn: &mut PgConnection,
    role: Role,
    unit: Uuid,
    post: Option<Uuid>,
    today: Day,
) -> sqlx::Result<Reach> {
    let appraiser = role == Role::Appraiser;
    let mut reaches = reaches(conn, &[unit], appraiser).await?;
    let mut reach = reaches.remove(&unit).unwrap_or_else(nothing);
    if appraiser && let Reach::Units { parcels, .. } = &mut reach {
        *parcels = Some(parcels_of(conn, post, today).await?);
    }
    Ok(reach)
}

/// The parcels that are given to an appraiser's post today; none to a key that is nobody's.
async fn parcels_of(
    conn: &mut PgConnection,
    post: Option<Uuid>,
    today: Day,
) -> sqlx::Result<Vec<Uuid>> {
    let given = sqlx::query_scalar!(
        "select parcel_id from post_parcel
          where post_id = $1 and from_on <= $2 and (to_on is null or to_on >= $2)",
        post,
        today,
    );
    let parcels = given.fetch_all(conn).await?;
    Ok(parcels.into_iter().map(|parcel| parcel.0).collect())
}

/// What each unit covers: itself and all below it now, beside all above it. A real district covers
/// everything there is, unless its units are wanted one by one; an invented one covers what is
/// invented.
async fn reaches(
    conn: &mut PgConnection,
    units: &[Uuid],
    one_by_one: bool,
) -> sqlx::Result<HashMap<Uuid, Reach>> {
    let rows = sqlx::query!(
        r#"with recursive below as (
               select u.id as post, u.id from org_unit u where u.id = any($1)
               union all
               select b.post, p.unit_id
                 from below b join org_unit_place p on p.parent_id = b.id and p.to_on is null
           ), above as (
               select p.unit_id as post, p.parent_id as id
                 from org_unit_place p
                where p.unit_id = any($1) and p.to_on is null and p.parent_id is not null
               union all
               select a.post, p.parent_id
                 from above a join org_unit_place p on p.unit_id = a.id and p.to_on is null
                where p.parent_id is not null
           ), root as (
               select id from org_unit
                where id = any($1) and level = 'district' and not synthetic and not $2
           )
           select post as "post!", id as "id!", 'root' as "place!" from (select id as post, id from root) r
           union all
           select post, id, 'below' from below where post not in (select id from root)
           union all
           select post, id, 'above' from above"#,
        units,
        one_by_one,
    )
    .fetch_all(conn)
    .await?;
    let mut reaches = HashMap::new();
    for row in rows {
        let reach = reaches.entry(row.post).or_insert_with(nothing);
        match (row.place.as_str(), &mut *reach) {
            ("root", reach) => *reach = Reach::District,
            ("below", Reach::Units { units, .. }) => units.push(row.id),
            (_, Reach::Units { above, .. }) => above.push(row.id),
            (_, Reach::District) => {}
        }
    }
    Ok(reaches)
}

pub(super) async fn insert(
    conn: &mut PgConnection,
    id: ApiKeyId,
    prefix: &str,
    secret_hash: &[u8],
    (new, terms): (&NewKey, &KeyTerms),
    now: Instant,
) -> sqlx::Result<()> {
    sqlx::query!(
        "insert into api_key (id, prefix, secret_hash, label, role, org_unit_id, created_at,
                              expires_at, staff_id, permissions, networks)
         values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11::text[]::cidr[])",
        id.0,
        prefix,
        secret_hash,
        new.label,
        new.role as Role,
        new.org_unit_id.0,
        now,
        new.expires_at,
        terms.staff_id.map(|id| id.0),
        terms.permissions.as_deref(),
        terms.networks.as_deref() as Option<&[String]>,
    )
    .execute(conn)
    .await?;
    Ok(())
}

pub(super) async fn lock(conn: &mut PgConnection, id: ApiKeyId) -> sqlx::Result<Option<ApiKey>> {
    sqlx::query_as!(
        ApiKey,
        r#"select k.id, k.prefix, k.label, k.role, k.org_unit_id, u.synthetic as synthetic_only,
                  k.staff_id as "staff_id: StaffId", k.permissions,
                  k.networks::text[] as networks, k.created_at, k.expires_at, k.last_used_on,
                  k.revoked_at, k.version
             from api_key k join org_unit u on u.id = k.org_unit_id
            where k.id = $1
              for update of k"#,
        id.0,
    )
    .fetch_optional(conn)
    .await
}

pub(super) async fn revoke(
    conn: &mut PgConnection,
    id: ApiKeyId,
    now: Instant,
) -> sqlx::Result<i32> {
    sqlx::query_scalar!(
        "update api_key set revoked_at = $2, version = version + 1 where id = $1 returning version",
        id.0,
        now,
    )
    .fetch_one(conn)
    .await
}

/// Newest first: the keys of units in scope.
pub(super) async fn list(
    conn: &mut PgConnection,
    units: Option<&[Uuid]>,
    after: Option<Instant>,
    after_id: Option<Uuid>,
    take: i64,
) -> sqlx::Result<Vec<ApiKey>> {
    sqlx::query_as!(
        ApiKey,
        r#"select k.id, k.prefix, k.label, k.role, k.org_unit_id, u.synthetic as synthetic_only,
                  k.staff_id as "staff_id: StaffId", k.permissions,
                  k.networks::text[] as networks, k.created_at, k.expires_at, k.last_used_on,
                  k.revoked_at, k.version
             from api_key k join org_unit u on u.id = k.org_unit_id
            where ($1::timestamptz is null or (k.created_at, k.id) < ($1, $2))
              and ($3::uuid[] is null or k.org_unit_id = any($3))
            order by k.created_at desc, k.id desc
            limit $4"#,
        after,
        after_id,
        units,
        take,
    )
    .fetch_all(conn)
    .await
}

pub(super) async fn find(
    conn: &mut PgConnection,
    units: Option<&[Uuid]>,
    id: ApiKeyId,
) -> sqlx::Result<Option<ApiKey>> {
    sqlx::query_as!(
        ApiKey,
        r#"select k.id, k.prefix, k.label, k.role, k.org_unit_id, u.synthetic as synthetic_only,
                  k.staff_id as "staff_id: StaffId", k.permissions,
                  k.networks::text[] as networks, k.created_at, k.expires_at, k.last_used_on,
                  k.revoked_at, k.version
             from api_key k join org_unit u on u.id = k.org_unit_id
            where k.id = $1 and ($2::uuid[] is null or k.org_unit_id = any($2))"#,
        id.0,
        units,
    )
    .fetch_optional(conn)
    .await
}

/// Revokes every key somebody answers for; says which, with their versions now.
pub(super) async fn revoke_of(
    conn: &mut PgConnection,
    staff: StaffId,
    now: Instant,
) -> sqlx::Result<Vec<(ApiKeyId, i32)>> {
    let revoked = sqlx::query!(
        "update api_key set revoked_at = $2, version = version + 1
          where staff_id = $1 and revoked_at is null
         returning id, version",
        staff.0,
        now,
    );
    let revoked = revoked.fetch_all(conn).await?;
    Ok(revoked.into_iter().map(|k| (k.id, k.version)).collect())
}
