//! SQL of inspections.

use sqlx::PgConnection;
use uuid::Uuid;

use super::{
    judgement::{self, Tolerance},
    model::{InspectedItem, Inspection, InspectionResult, MeasuredItem},
};
use crate::{
    http::Act,
    staff::Scope,
    values::{Day, FlatId, InspectionId, Label, Measure},
};

/// An inspection as it is written.
#[derive(Debug, Clone)]
pub(super) struct Recorded {
    pub(super) id: InspectionId,
    pub(super) flat_id: FlatId,
    pub(super) inspected_on: Day,
    pub(super) inspector: String,
    pub(super) items: Vec<MeasuredItem>,
}

/// The last inspection of each flat on each day, in the order asked; the flats are locked.
pub(super) async fn last_of_days(
    conn: &mut PgConnection,
    asked: &[(FlatId, Day)],
) -> sqlx::Result<Vec<Option<InspectionId>>> {
    let flats: Vec<Uuid> = asked.iter().map(|(flat, _)| flat.0).collect();
    let days: Vec<Day> = asked.iter().map(|(_, day)| *day).collect();
    sqlx::query_scalar!(
        r#"select (select i.id from inspection i
                    where i.flat_id = k.flat_id and i.inspected_on = k.inspected_on
                    order by i.id desc limit 1) as "id: InspectionId"
             from unnest($1::uuid[], $2::date[]) with ordinality
                  as k(flat_id, inspected_on, place)
            order by k.place"#,
        &flats[..],
        &days as _,
    )
    .fetch_all(conn)
    .await
}

/// One statement per table, however many there are.
pub(super) async fn insert(act: &mut Act, inspections: &[Recorded]) -> sqlx::Result<()> {
    let ids: Vec<Uuid> = inspections.iter().map(|i| i.id.0).collect();
    let flats: Vec<Uuid> = inspections.iter().map(|i| i.flat_id.0).collect();
    let days: Vec<Day> = inspections.iter().map(|i| i.inspected_on).collect();
    let inspectors: Vec<String> = inspections.iter().map(|i| i.inspector.clone()).collect();
    let results: Vec<InspectionResult> = inspections
        .iter()
        .map(|i| judgement::result(&i.items))
        .collect();
    let at = act.at;
    sqlx::query!(
        "insert into inspection (id, flat_id, inspected_on, inspector, result, recorded_at)
         select k.id, k.flat_id, k.inspected_on, k.inspector, k.result, $1
           from unnest($2::uuid[], $3::uuid[], $4::date[], $5::text[], $6::inspection_result[])
                as k(id, flat_id, inspected_on, inspector, result)",
        at,
        &ids[..],
        &flats[..],
        &days as _,
        &inspectors[..],
        &results as _,
    )
    .execute(&mut **act)
    .await?;
    insert_items(act, inspections).await
}

async fn insert_items(act: &mut Act, inspections: &[Recorded]) -> sqlx::Result<()> {
    let mut each = vec![];
    for inspection in inspections {
        let numbered = (1_i32..).zip(&inspection.items);
        each.extend(numbered.map(|(seq, item)| (inspection.id.0, seq, item)));
    }
    let limit = |of: fn(&MeasuredItem) -> Option<Measure>| {
        let limits = each
            .iter()
            .map(|(_, _, item)| of(item).map(Measure::as_decimal));
        limits.collect::<Vec<_>>()
    };
    let ids: Vec<Uuid> = each.iter().map(|(id, _, _)| *id).collect();
    let seqs: Vec<i32> = each.iter().map(|(_, seq, _)| *seq).collect();
    let items: Vec<String> = each.iter().map(|(_, _, i)| i.item.to_string()).collect();
    let standards: Vec<Option<String>> = each
        .iter()
        .map(|(_, _, i)| i.standard.as_ref().map(Label::to_string))
        .collect();
    let units: Vec<String> = each.iter().map(|(_, _, i)| i.unit.to_string()).collect();
    // PostgreSQL flattens an array of arrays, so each list of points travels as its text.
    let points: Vec<String> = each.iter().map(|(_, _, i)| array_of(&i.points)).collect();
    let passed: Vec<bool> = each
        .iter()
        .map(|(_, _, i)| Tolerance::of(i).judge(&i.points).passed())
        .collect();
    sqlx::query!(
        "insert into inspection_item
                (inspection_id, seq, item, standard, unit, lower, upper, range_max, points, passed)
         select k.inspection_id, k.seq, k.item, k.standard, k.unit, k.lower, k.upper, k.range_max,
                k.points::numeric(12,2)[], k.passed
           from unnest($1::uuid[], $2::int[], $3::text[], $4::text[], $5::text[], $6::numeric[],
                       $7::numeric[], $8::numeric[], $9::text[], $10::boolean[])
                as k(inspection_id, seq, item, standard, unit, lower, upper, range_max, points,
                     passed)",
        &ids[..],
        &seqs[..],
        &items[..],
        &standards as _,
        &units[..],
        &limit(|item| item.lower) as _,
        &limit(|item| item.upper) as _,
        &limit(|item| item.range_max) as _,
        &points[..],
        &passed[..],
    )
    .execute(&mut **act)
    .await?;
    Ok(())
}

/// `{1.00,-2.50}`
fn array_of(points: &[Measure]) -> String {
    let each: Vec<String> = points.iter().map(Measure::to_string).collect();
    format!("{{{}}}", each.join(","))
}

pub(super) async fn find(
    conn: &mut PgConnection,
    scope: &Scope,
    id: InspectionId,
) -> sqlx::Result<Option<Inspection>> {
    sqlx::query_as!(
        Inspection,
        "select i.id, i.flat_id, i.inspected_on, i.inspector, i.result, i.recorded_at, i.version
           from inspection i
           join flat f on f.id = i.flat_id
           join building b on b.id = f.building_id
           join estate e on e.id = b.estate_id
           join programme g on g.id = e.programme_id
          where i.id = $1 and ($2::uuid[] is null or g.org_unit_id = any($2))",
        id.0,
        scope.within_sight(),
    )
    .fetch_optional(conn)
    .await
}

/// In the order of the form; the caller has looked at the inspection within its scope.
pub(super) async fn list_items(
    conn: &mut PgConnection,
    inspection: InspectionId,
) -> sqlx::Result<Vec<InspectedItem>> {
    let rows = sqlx::query!(
        "select item, standard, unit, lower, upper, range_max, points, passed
           from inspection_item
          where inspection_id = $1
          order by seq",
        inspection.0,
    )
    .fetch_all(conn)
    .await?;
    let items = rows.into_iter().map(|row| {
        let tolerance = Tolerance {
            lower: row.lower,
            upper: row.upper,
            range_max: row.range_max,
        };
        let judgement = tolerance.judge(&row.points);
        InspectedItem {
            item: row.item,
            standard: row.standard,
            unit: row.unit,
            lower: row.lower,
            upper: row.upper,
            range_max: row.range_max,
            points: row.points,
            passed: row.passed,
            failed_points: judgement.failed_points,
            range_passed: judgement.range_passed,
        }
    });
    Ok(items.collect())
}

/// What to list.
#[derive(Debug, Clone, serde::Serialize)]
pub(super) struct InspectionFilter {
    pub(super) flat_id: Option<FlatId>,
    pub(super) result: Option<InspectionResult>,
    pub(super) from: Option<Day>,
    pub(super) to: Option<Day>,
}

/// The latest first.
pub(super) async fn list(
    conn: &mut PgConnection,
    scope: &Scope,
    filter: &InspectionFilter,
    after: Option<Day>,
    after_id: Option<Uuid>,
    take: i64,
) -> sqlx::Result<Vec<Inspection>> {
    sqlx::query_as!(
        Inspection,
        "select i.id, i.flat_id, i.inspected_on, i.inspector, i.result, i.recorded_at, i.version
           from inspection i
           join flat f on f.id = i.flat_id
           join building b on b.id = f.building_id
           join estate e on e.id = b.estate_id
           join programme g on g.id = e.programme_id
          where ($1::uuid[] is null or g.org_unit_id = any($1))
            and ($2::uuid is null or i.flat_id = $2)
            and ($3::inspection_result is null or i.result = $3)
            and ($4::date is null or i.inspected_on >= $4)
            and ($5::date is null or i.inspected_on <= $5)
            and ($6::date is null or (i.inspected_on, i.id) < ($6, $7))
          order by i.inspected_on desc, i.id desc
          limit $8",
        scope.within_sight(),
        filter.flat_id.map(|id| id.0),
        filter.result as Option<InspectionResult>,
        filter.from as Option<Day>,
        filter.to as Option<Day>,
        after as Option<Day>,
        after_id,
        take,
    )
    .fetch_all(conn)
    .await
}

/// The flat of an inspection, to see that a defect belongs to both.
pub(super) async fn flat_of(
    conn: &mut PgConnection,
    inspection: InspectionId,
) -> sqlx::Result<Option<FlatId>> {
    sqlx::query_scalar!("select flat_id from inspection where id = $1", inspection.0,)
        .fetch_optional(conn)
        .await
}
