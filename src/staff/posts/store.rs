//! SQL of posts.

use sqlx::PgConnection;

use super::model::{NewPost, NewPostParcel, Post, PostParcel};
use crate::{
    staff::{Role, Scope},
    values::{Day, Instant, OrgUnitId, ParcelId, PostId, StaffId},
};

/// The posts somebody has and had, the last begun first; at most 200.
pub(super) async fn list(conn: &mut PgConnection, staff: StaffId) -> sqlx::Result<Vec<Post>> {
    sqlx::query_as!(
        Post,
        "select id, staff_id, role, org_unit_id, from_on, to_on, version
           from post
          where staff_id = $1
          order by from_on desc, id desc
          limit 200",
        staff.0,
    )
    .fetch_all(conn)
    .await
}

/// Appoints somebody; whether they may be appointed was decided before.
pub async fn insert(
    conn: &mut PgConnection,
    id: PostId,
    staff: StaffId,
    new: &NewPost,
    at: Instant,
) -> sqlx::Result<Post> {
    sqlx::query_as!(
        Post,
        "insert into post (id, staff_id, role, org_unit_id, from_on, to_on, created_at)
         values ($1, $2, $3, $4, $5, $6, $7)
         returning id, staff_id, role, org_unit_id, from_on, to_on, version",
        id.0,
        staff.0,
        new.role as Role,
        new.org_unit_id.0,
        new.from_on,
        new.to_on as Option<Day>,
        at,
    )
    .fetch_one(conn)
    .await
}

pub(super) async fn find(
    conn: &mut PgConnection,
    scope: &Scope,
    id: PostId,
) -> sqlx::Result<Option<Post>> {
    sqlx::query_as!(
        Post,
        "select id, staff_id, role, org_unit_id, from_on, to_on, version
           from post
          where id = $1 and ($2::uuid[] is null or org_unit_id = any($2))",
        id.0,
        scope.units(),
    )
    .fetch_optional(conn)
    .await
}

/// A post at a unit of the scope, held against other changes until the transaction ends.
pub(super) async fn lock(
    conn: &mut PgConnection,
    scope: &Scope,
    id: PostId,
) -> sqlx::Result<Option<Post>> {
    sqlx::query_as!(
        Post,
        "select id, staff_id, role, org_unit_id, from_on, to_on, version
           from post
          where id = $1 and ($2::uuid[] is null or org_unit_id = any($2))
            for update",
        id.0,
        scope.units(),
    )
    .fetch_optional(conn)
    .await
}

pub(super) async fn end(conn: &mut PgConnection, id: PostId, on: Day) -> sqlx::Result<Post> {
    sqlx::query_as!(
        Post,
        "update post set to_on = $2, version = version + 1
          where id = $1
         returning id, staff_id, role, org_unit_id, from_on, to_on, version",
        id.0,
        on,
    )
    .fetch_one(conn)
    .await
}

/// Ends every post of somebody who leaves on the day before; says which, with their versions now.
/// One that had not begun ends on its first day, on which its holder has left already.
pub async fn end_all(
    conn: &mut PgConnection,
    staff: StaffId,
    left_on: Day,
) -> sqlx::Result<Vec<(PostId, i32)>> {
    let ended = sqlx::query!(
        "update post set to_on = greatest(from_on, $2::date - 1), version = version + 1
          where staff_id = $1 and (to_on is null or to_on >= $2)
         returning id, version",
        staff.0,
        left_on,
    );
    let ended = ended.fetch_all(conn).await?;
    Ok(ended.into_iter().map(|p| (p.id, p.version)).collect())
}

/// Whether somebody holds a role at a unit on a day.
pub async fn is_held(
    conn: &mut PgConnection,
    staff: StaffId,
    (role, unit): (Role, OrgUnitId),
    on: Day,
) -> sqlx::Result<bool> {
    sqlx::query_scalar!(
        r#"select exists (
               select from post
                where staff_id = $1 and role = $2 and org_unit_id = $3 and from_on <= $4
                  and (to_on is null or to_on >= $4)) as "held!""#,
        staff.0,
        role as Role,
        unit.0,
        on,
    )
    .fetch_one(conn)
    .await
}

/// The parcels a post has and had, the last given first; at most 1,000.
pub(super) async fn list_parcels(
    conn: &mut PgConnection,
    post: PostId,
) -> sqlx::Result<Vec<PostParcel>> {
    sqlx::query_as!(
        PostParcel,
        "select post_id, parcel_id, from_on, to_on
           from post_parcel
          where post_id = $1
          order by from_on desc, parcel_id
          limit 1000",
        post.0,
    )
    .fetch_all(conn)
    .await
}

/// `None` when the post has the parcel in that period.
pub(super) async fn give_parcel(
    conn: &mut PgConnection,
    post: PostId,
    new: &NewPostParcel,
    at: Instant,
) -> sqlx::Result<Option<PostParcel>> {
    sqlx::query_as!(
        PostParcel,
        "insert into post_parcel (post_id, parcel_id, from_on, to_on, created_at)
         select $1, $2, $3, $4, $5
          where not exists (
                select from post_parcel
                 where post_id = $1 and parcel_id = $2
                   and daterange(from_on, to_on, '[]') && daterange($3, $4, '[]'))
         returning post_id, parcel_id, from_on, to_on",
        post.0,
        new.parcel_id.0,
        new.from_on,
        new.to_on as Option<Day>,
        at,
    )
    .fetch_optional(conn)
    .await
}

/// `None` when the post does not have the parcel on that day.
pub(super) async fn end_parcel(
    conn: &mut PgConnection,
    post: PostId,
    parcel: ParcelId,
    on: Day,
) -> sqlx::Result<Option<PostParcel>> {
    sqlx::query_as!(
        PostParcel,
        "update post_parcel set to_on = $3
          where post_id = $1 and parcel_id = $2 and from_on <= $3 and (to_on is null or to_on > $3)
         returning post_id, parcel_id, from_on, to_on",
        post.0,
        parcel.0,
        on,
    )
    .fetch_optional(conn)
    .await
}
