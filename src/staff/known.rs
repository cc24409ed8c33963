//! SQL of who presents a credential: whose it is, the posts it gives, and what each lets one see.

use std::collections::HashMap;

use chrono::TimeDelta;
use sqlx::PgConnection;
use uuid::Uuid;

use super::{
    Role,
    callers::{Held, Known, Lack, Reach, Via},
    permissions::roles_with,
};
use crate::{
    sign_in::{self, Vouched},
    values::{Day, Instant, StaffId},
};

/// A session ends when it was not used for so long.
pub const SESSION_IDLE: TimeDelta = TimeDelta::minutes(30);
/// That it is used is written down no more often than this.
const SEEN_EVERY: TimeDelta = TimeDelta::minutes(1);
/// What a token of an identity provider says is looked at anew after so long.
const VOUCHED_FOR: TimeDelta = TimeDelta::minutes(5);

/// A credential, as it is asked for.
#[derive(Debug, Clone, Copy)]
pub(super) enum Sought<'a> {
    /// The hash of an API key.
    ApiKey(&'a [u8; 32]),
    /// The hash of a session's token.
    Session(&'a [u8; 32]),
    /// What an identity provider says.
    Vouched(&'a Vouched),
    /// A client by its id, an API key or a person: for work that was ordered earlier.
    Named(Uuid),
}

/// A role at a unit for today: a post of a person, or what a key that is nobody's stands for.
struct Place {
    role: Role,
    unit: Uuid,
    /// The unit is invented.
    synthetic: bool,
    post: Option<Uuid>,
}

/// Who presents a credential, with the posts it gives and what each lets one see.
pub(super) async fn find_known(
    conn: &mut PgConnection,
    sought: Sought<'_>,
    now: Instant,
    today: Day,
) -> sqlx::Result<Option<Known>> {
    let found = match sought {
        Sought::ApiKey(hash) => api_key(conn, Some(hash), None, now, today).await?,
        Sought::Session(hash) => session(conn, hash, now, today).await?,
        Sought::Vouched(vouched) => vouched_for(conn, vouched, now, today).await?,
        Sought::Named(id) => match api_key(conn, None, Some(id), now, today).await? {
            Some(known) => Some(known),
            None => person(conn, id, now, today).await?,
        },
    };
    let Some((mut known, places)) = found else {
        return Ok(None);
    };
    known.posts = held(conn, places, today).await?;
    if let (Some(person), [program]) = (known.staff_id, &known.posts[..])
        && program.role == Role::ApiClient
    {
        // Whoever the program works for sees through it what they see, and no more than it may.
        let program = program.reach.clone();
        let own = held_today(conn, person, today).await?;
        known.posts = held(conn, own, today).await?;
        for post in &mut known.posts {
            post.reach = post.reach.within(&program);
        }
        if let Some(only) = &mut known.permissions {
            only.retain(|key| roles_with(key).contains(&Role::ApiClient.key()));
        }
    }
    Ok(Some(known))
}

async fn held(conn: &mut PgConnection, places: Vec<Place>, today: Day) -> sqlx::Result<Vec<Held>> {
    let mut posts = vec![];
    for place in places {
        let reach = reach_of(conn, place.role, place.unit, place.post, today).await?;
        posts.push(Held {
            role: place.role,
            org_unit_id: place.unit,
            synthetic: place.synthetic,
            reach,
        });
    }
    Ok(posts)
}

fn later(at: Instant, by: TimeDelta) -> Instant {
    Instant::new(at.as_datetime() + by)
}

async fn api_key(
    conn: &mut PgConnection,
    hash: Option<&[u8; 32]>,
    id: Option<Uuid>,
    now: Instant,
    today: Day,
) -> sqlx::Result<Option<(Known, Vec<Place>)>> {
    // The epoch is read before what depends on it, here and below: a change in between is then
    // noticed.
    let found = sqlx::query!(
        r#"select a.epoch, k.id, k.role, k.org_unit_id, k.staff_id as "staff_id: StaffId",
                  k.permissions, k.networks::text[] as networks, k.expires_at, u.synthetic,
                  o.id as "post_id?"
             from authority a, api_key k
             join org_unit u on u.id = k.org_unit_id
             left join staff s on s.id = k.staff_id
             left join post o on o.staff_id = k.staff_id and o.role = k.role
                  and o.org_unit_id = k.org_unit_id and o.from_on <= $3
                  and (o.to_on is null or o.to_on >= $3)
            where (k.secret_hash = $1 or k.id = $4) and k.revoked_at is null and k.expires_at > $2
              and (s.left_on is null or s.left_on > $3)
              and (k.staff_id is null or k.role = 'api_client' or o.id is not null)
              and not exists (select from account c
                               where c.staff_id = k.staff_id and c.disabled_at is not null)
            limit 1"#,
        hash.map(<[u8; 32]>::as_slice),
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
    .execute(conn)
    .await?;
    let networks = key.networks.map(|all| {
        let all = all.iter().map(|one| one.parse());
        all.map(|one| one.expect("PostgreSQL prints networks"))
            .collect()
    });
    let known = Known {
        client_id: key.id.0,
        staff_id: key.staff_id.map(|id| id.0),
        via: Via::ApiKey,
        posts: vec![],
        permissions: key.permissions,
        networks,
        lacks: None,
        holds_until: key.expires_at,
        today,
        epoch: key.epoch,
    };
    let place = Place {
        role: key.role,
        unit: key.org_unit_id.0,
        synthetic: key.synthetic,
        post: key.post_id.map(|post| post.0),
    };
    Ok(Some((known, vec![place])))
}

/// Somebody who signed in. What they do is done by the person, whichever session it is, so that
/// retries, pages and jobs outlive it.
async fn session(
    conn: &mut PgConnection,
    hash: &[u8; 32],
    now: Instant,
    today: Day,
) -> sqlx::Result<Option<(Known, Vec<Place>)>> {
    let found = sqlx::query!(
        r#"select a.epoch, e.id, e.account_id, e.second_factor, e.seen_at, e.expires_at,
                  c.staff_id, c.must_change
             from authority a, staff_session e
             join account c on c.id = e.account_id
             join staff s on s.id = c.staff_id
            where e.token_hash = $1 and e.ended_at is null and e.expires_at > $2 and e.seen_at > $3
              and c.disabled_at is null and (s.left_on is null or s.left_on > $4)"#,
        hash.as_slice(),
        now,
        later(now, -SESSION_IDLE),
        today,
    )
    .fetch_optional(&mut *conn)
    .await?;
    let Some(session) = found else {
        return Ok(None);
    };
    let mut seen_at = session.seen_at;
    if later(seen_at, SEEN_EVERY) <= now {
        seen_at = now;
        sign_in::note_use(conn, session.id, now).await?;
    }
    let lacks = match (session.must_change, session.second_factor) {
        (true, _) => Some(Lack::NewPassword),
        (false, false) => Some(Lack::SecondFactor),
        (false, true) => None,
    };
    let known = Known {
        via: Via::Session {
            id: session.id,
            account_id: session.account_id,
        },
        lacks,
        holds_until: session.expires_at.min(later(seen_at, SEEN_EVERY)),
        ..Known::of_person(session.staff_id.0, today, session.epoch)
    };
    let places = held_today(conn, session.staff_id.0, today).await?;
    Ok(Some((known, places)))
}

/// Somebody an identity provider knows, under a name of its own or by the staff number.
async fn vouched_for(
    conn: &mut PgConnection,
    vouched: &Vouched,
    now: Instant,
    today: Day,
) -> sqlx::Result<Option<(Known, Vec<Place>)>> {
    let name = Some(vouched.name.as_str());
    let (subject, staff_no) = if vouched.by_staff_no {
        (None, name)
    } else {
        (name, None)
    };
    let found = sqlx::query_scalar!(
        r#"select s.id from staff s
            where s.staff_no = $1
               or s.id = (select i.staff_id from oidc_identity i
                           where i.issuer = $2 and i.subject = $3 and i.removed_at is null)"#,
        staff_no,
        vouched.issuer,
        subject,
    );
    // Before whatever else is read, so that a change in between is noticed.
    let epoch = super::store::epoch(conn).await?;
    let Some(staff_id) = found.fetch_optional(&mut *conn).await? else {
        return Ok(None);
    };
    let Some((known, places)) = person(conn, staff_id.0, now, today).await? else {
        return Ok(None);
    };
    let known = Known {
        holds_until: vouched.expires_at.min(later(now, VOUCHED_FOR)),
        epoch,
        ..known
    };
    Ok(Some((known, places)))
}

/// A person who works here and whose account, if there is one, was not disabled.
async fn person(
    conn: &mut PgConnection,
    id: Uuid,
    now: Instant,
    today: Day,
) -> sqlx::Result<Option<(Known, Vec<Place>)>> {
    let epoch = sqlx::query_scalar!(
        "select a.epoch from authority a, staff s
          where s.id = $1 and (s.left_on is null or s.left_on > $2)
            and not exists (select from account c
                             where c.staff_id = s.id and c.disabled_at is not null)",
        id,
        today,
    )
    .fetch_optional(&mut *conn)
    .await?;
    let Some(epoch) = epoch else {
        return Ok(None);
    };
    let known = Known {
        holds_until: later(now, VOUCHED_FOR),
        ..Known::of_person(id, today, epoch)
    };
    Ok(Some((known, held_today(conn, id, today).await?)))
}

/// The posts a person holds today.
async fn held_today(
    conn: &mut PgConnection,
    staff_id: Uuid,
    today: Day,
) -> sqlx::Result<Vec<Place>> {
    let rows = sqlx::query!(
        r#"select p.id, p.role, p.org_unit_id, u.synthetic
             from post p join org_unit u on u.id = p.org_unit_id
            where p.staff_id = $1 and p.from_on <= $2 and (p.to_on is null or p.to_on >= $2)
            order by p.from_on, p.id"#,
        staff_id,
        today,
    )
    .fetch_all(conn)
    .await?;
    let places = rows.into_iter().map(|post| Place {
        role: post.role,
        unit: post.org_unit_id.0,
        synthetic: post.synthetic,
        post: Some(post.id.0),
    });
    Ok(places.collect())
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
