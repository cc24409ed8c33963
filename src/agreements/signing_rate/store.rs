//! SQL of rosters and the signing rate.

use rust_decimal::Decimal;
use sqlx::PgConnection;
use uuid::Uuid;

use super::{
    model::{GroupBy, Roster, UnsignedHousehold},
    rules::Counts,
};
use crate::{
    parcels::ParcelKind,
    staff::Scope,
    values::{Day, Instant, MaskedAddress, MaskedName, ParcelId, ProgrammeId, RosterId},
};

/// Takes all households of the parcel as they are now; `None` when there are none.
pub(super) async fn freeze(
    conn: &mut PgConnection,
    id: RosterId,
    parcel: ParcelId,
    on: Day,
    at: Instant,
) -> sqlx::Result<Option<Roster>> {
    sqlx::query_as!(
        Roster,
        "with held as (
             select h.id, a.floor_area_m2
               from household h
               join household_area a on a.household_id = h.id
              where h.parcel_id = $2
         ), frozen as (
             insert into roster (id, parcel_id, frozen_on, frozen_at, household_count,
                                 floor_area_m2)
             select $1, $2, $3, $4, count(*), sum(floor_area_m2) from held having count(*) > 0
             returning id, parcel_id, frozen_on, frozen_at, household_count, floor_area_m2, version
         ), listed as (
             insert into roster_entry (roster_id, household_id, floor_area_m2)
             select frozen.id, held.id, held.floor_area_m2 from frozen, held
         )
         select id, parcel_id, frozen_on, frozen_at, household_count, floor_area_m2, version
           from frozen",
        id.0,
        parcel.0,
        on,
        at,
    )
    .fetch_optional(conn)
    .await
}

/// The roster of a parcel the caller may see.
pub(super) async fn find_roster(
    conn: &mut PgConnection,
    scope: &Scope,
    parcel: ParcelId,
) -> sqlx::Result<Option<Roster>> {
    sqlx::query_as!(
        Roster,
        "select r.id, r.parcel_id, r.frozen_on, r.frozen_at, r.household_count, r.floor_area_m2,
                r.version
           from roster r
           join parcel p on p.id = r.parcel_id
           join programme g on g.id = p.programme_id
          where r.parcel_id = $1 and ($2::uuid[] is null or p.org_unit_id = any($2))",
        parcel.0,
        scope.units(),
    )
    .fetch_optional(conn)
    .await
}

/// The figures of one parcel; what the roster would tell is absent where there is none.
pub(super) struct RateRow {
    pub(super) frozen_on: Option<Day>,
    pub(super) total: Option<i32>,
    pub(super) total_m2: Option<Decimal>,
    pub(super) signed: i64,
    pub(super) signed_m2: Decimal,
    pub(super) signed_last_7_days: i64,
}

/// One statement: scope, denominator and count belong to one moment.
pub(super) async fn rate(
    conn: &mut PgConnection,
    scope: &Scope,
    parcel: ParcelId,
    as_of: Day,
) -> sqlx::Result<Option<RateRow>> {
    sqlx::query_as!(
        RateRow,
        r#"select r.frozen_on as "frozen_on?", r.household_count as "total?",
                  r.floor_area_m2::numeric as "total_m2?", c.signed as "signed!",
                  c.signed_m2 as "signed_m2!", c.signed_last_7_days as "signed_last_7_days!"
             from parcel p
             join programme g on g.id = p.programme_id
             left join roster r on r.parcel_id = p.id
             cross join lateral (
                 select count(*) as signed,
                        coalesce(sum(e.floor_area_m2), 0) as signed_m2,
                        count(*) filter (where not s.week_before) as signed_last_7_days
                   from (select a.household_id,
                                bool_or(a.signed_on <= $3::date - 7
                                    and coalesce(a.voided_on > $3 - 7, true)) as week_before
                           from agreement a
                          where a.parcel_id = p.id and a.signed_on <= $3
                          group by a.household_id
                         having bool_or(coalesce(a.voided_on > $3, true))) s
                   join roster_entry e
                     on e.roster_id = r.id and e.household_id = s.household_id) c
            where p.id = $1 and ($2::uuid[] is null or p.org_unit_id = any($2))"#,
        parcel.0,
        scope.units(),
        as_of,
    )
    .fetch_optional(conn)
    .await
}

/// One day of a series.
pub(super) struct DayRow {
    pub(super) day: Day,
    pub(super) signed: i64,
    pub(super) signed_m2: Decimal,
    pub(super) newly_signed: i64,
    pub(super) lapsed: i64,
}

/// Every day from `from` to `to`, at most 400.
///
/// The days on which a household counts are merged into spans; each span begins on one day and
/// ends on one day, and the running sum over these changes is the number of households signed.
/// What changed before `from` stands on the day before it, which is then left out.
pub(super) async fn series(
    conn: &mut PgConnection,
    roster: &Roster,
    from: Day,
    to: Day,
) -> sqlx::Result<Vec<DayRow>> {
    sqlx::query_as!(
        DayRow,
        r#"with held as (
               select e.floor_area_m2::numeric as m2, h.days
                 from (select a.household_id,
                              range_agg(daterange(a.signed_on, a.voided_on)) as days
                         from agreement a
                        where a.parcel_id = $4 and a.signed_on <= $3
                        group by a.household_id) h
                 join roster_entry e on e.roster_id = $1 and e.household_id = h.household_id
           ), span as (
               select held.m2, s.days from held, unnest(held.days) as s(days)
           ), change as (
               select lower(days) as day, 1 as began, 0 as ended, m2 from span
               union all
               select upper(days), 0, 1, -m2 from span where not upper_inf(days)
           ), daily as (
               select greatest(day, $2::date - 1) as day, sum(began) as began, sum(ended) as ended,
                      sum(m2) as m2
                 from change
                where day <= $3
                group by 1
           )
           select d.day as "day!",
                  (sum(coalesce(began - ended, 0)) over so_far)::bigint as "signed!",
                  sum(coalesce(m2, 0)) over so_far as "signed_m2!",
                  coalesce(began, 0) as "newly_signed!",
                  coalesce(ended, 0) as "lapsed!"
             from (select $2 - 1 + i as day from generate_series(0, $3::date - $2 + 1) as i) d
             left join daily on daily.day = d.day
           window so_far as (order by d.day)
            order by d.day
            limit 401 offset 1"#,
        roster.id.0,
        from,
        to,
        roster.parcel_id.0,
    )
    .fetch_all(conn)
    .await
}

/// The figures of one group of parcels, or of all.
pub(super) struct GroupRow {
    pub(super) is_total: bool,
    pub(super) parcel_id: Option<ParcelId>,
    pub(super) parcel_code: Option<String>,
    pub(super) parcel_name: Option<String>,
    pub(super) kind: Option<ParcelKind>,
    pub(super) subdistrict: Option<String>,
    pub(super) parcels: i64,
    pub(super) parcels_without_roster: i64,
    pub(super) total: i64,
    pub(super) total_m2: Decimal,
    pub(super) signed: i64,
    pub(super) signed_m2: Decimal,
    pub(super) signed_last_7_days: i64,
}

impl GroupRow {
    pub(super) fn counts(&self) -> Counts {
        Counts {
            signed: self.signed,
            total: self.total,
            signed_m2: self.signed_m2,
            total_m2: self.total_m2,
        }
    }
}

/// One statement for all groups and their total; at most 10,000 groups, as many as a programme can
/// have parcels.
pub(super) async fn programme_rates(
    conn: &mut PgConnection,
    programme: ProgrammeId,
    group_by: GroupBy,
    as_of: Day,
) -> sqlx::Result<Vec<GroupRow>> {
    let (by_parcel, by_kind, by_subdistrict) = match group_by {
        GroupBy::Parcel => (true, true, true),
        GroupBy::Kind => (false, true, false),
        GroupBy::Subdistrict => (false, false, true),
    };
    sqlx::query_as!(
        GroupRow,
        r#"with per_parcel as (
               select case when $3 then p.id end as parcel_id,
                      case when $3 then p.code end as parcel_code,
                      case when $3 then p.name end as parcel_name,
                      case when $4 then p.kind end as kind,
                      case when $5 then p.subdistrict end as subdistrict,
                      r.id as roster_id, r.household_count, r.floor_area_m2,
                      c.signed, c.signed_m2, c.signed_last_7_days
                 from parcel p
                 left join roster r on r.parcel_id = p.id
                 cross join lateral (
                     select count(*) as signed,
                            sum(e.floor_area_m2) as signed_m2,
                            count(*) filter (where not s.week_before) as signed_last_7_days
                       from (select a.household_id,
                                    bool_or(a.signed_on <= $2::date - 7
                                        and coalesce(a.voided_on > $2 - 7, true)) as week_before
                               from agreement a
                              where a.parcel_id = p.id and a.signed_on <= $2
                              group by a.household_id
                             having bool_or(coalesce(a.voided_on > $2, true))) s
                       join roster_entry e
                         on e.roster_id = r.id and e.household_id = s.household_id) c
                where p.programme_id = $1
           )
           select grouping(parcel_id, kind, subdistrict) > 0 as "is_total!",
                  parcel_id as "parcel_id: ParcelId", parcel_code, parcel_name,
                  kind as "kind: ParcelKind", subdistrict,
                  count(*) as "parcels!",
                  count(*) - count(roster_id) as "parcels_without_roster!",
                  coalesce(sum(household_count), 0) as "total!",
                  coalesce(sum(floor_area_m2), 0) as "total_m2!",
                  coalesce(sum(signed), 0)::bigint as "signed!",
                  coalesce(sum(signed_m2), 0) as "signed_m2!",
                  coalesce(sum(signed_last_7_days), 0)::bigint as "signed_last_7_days!"
             from per_parcel
            group by grouping sets
                  ((parcel_id, parcel_code, parcel_name, kind, subdistrict), ())
            order by 1 desc, parcel_code, kind, subdistrict
            limit 10001"#,
        programme.0,
        as_of,
        by_parcel,
        by_kind,
        by_subdistrict,
    )
    .fetch_all(conn)
    .await
}

/// Households of a roster that do not count on the day, after the given one.
///
/// Read in the order of the numbers of the parcel (2 before 10), so that a page costs what a page holds.
pub(super) async fn list_unsigned(
    conn: &mut PgConnection,
    roster: &Roster,
    as_of: Day,
    after: Option<Uuid>,
    take: i64,
) -> sqlx::Result<Vec<UnsignedHousehold>> {
    sqlx::query_as!(
        UnsignedHousehold,
        r#"select h.id as household_id, h.household_no,
                  h.holder_name as "holder_name: MaskedName", h.address as "address: MaskedAddress",
                  e.floor_area_m2,
                  coalesce(live.status = 'draft', false) as "has_draft!"
             from household h
             join roster_entry e on e.roster_id = $1 and e.household_id = h.id
             left join agreement live on live.household_id = h.id and live.status <> 'void'
            where h.parcel_id = $2
              and not exists (
                    select from agreement a
                     where a.parcel_id = $2 and a.household_id = h.id
                       and a.signed_on <= $3 and coalesce(a.voided_on > $3, true))
              and ($4::uuid is null or (h.household_sort, h.id)
                   > (coalesce((select household_sort from household where id = $4), ''), $4))
            order by h.household_sort, h.id
            limit $5"#,
        roster.id.0,
        roster.parcel_id.0,
        as_of,
        after,
        take,
    )
    .fetch_all(conn)
    .await
}
