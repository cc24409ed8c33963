//! The work list: what the caller has to do, soonest first.

use poem_openapi::{OpenApi, param::Query};
use sqlx::PgConnection;
use uuid::Uuid;

use super::model::{WorkItem, WorkKind};
use crate::{
    App,
    http::{Cursor, FigureProblem, Json, Language, Limit, Page, Paging, Problem, Tag, words},
    staff::{Scope, Staff, may},
    values::{Day, HouseholdId, ParcelId, StaffId},
};

pub struct WorkApi(pub App);

/// 422 for a caller behind whom no person is known: nobody is responsible, so nothing is to do.
pub(super) fn person_of<P>(staff: &Staff<P>) -> Result<StaffId, Problem> {
    staff.known.staff_id.map(StaffId).ok_or_else(|| {
        Problem::invalid(
            "no-person-behind-key",
            "该凭据没有对应的工作人员",
            "The key is nobody's",
        )
        .detail(words!(
            "待办事项属于责任人；请使用本人的密钥或登录",
            "what has to be done is for the person responsible; use a key of your own"
        ))
    })
}

#[OpenApi(tag = "Tag::Responsibility")]
impl WorkApi {
    /// List what I have to do
    ///
    /// Of what the caller is responsible for, soonest first: households that have not signed while
    /// the signing period runs or after it, needs that are not settled, defects of assigned flats
    /// that are open, flats that are ready to be handed over.
    #[oai(path = "/me/work", method = "get", operation_id = "listMyWork")]
    async fn list_my_work(
        &self,
        staff: Staff<may::ReadWork>,
        language: Language,
        parcel_id: Query<Option<ParcelId>>,
        kind: Query<Option<WorkKind>>,
        /// Only what is past its day, or only what is not.
        overdue: Query<Option<bool>>,
        limit: Query<Limit>,
        cursor: Query<Option<Cursor>>,
    ) -> Result<Json<Page<WorkItem>>, FigureProblem> {
        let person = person_of(&staff)?;
        let filter = WorkFilter {
            parcel_id: parcel_id.0,
            kind: kind.0,
            overdue: overdue.0,
        };
        let paging =
            Paging::<Day>::new(&self.0, staff.key_id, &filter, limit.0, cursor.0.as_ref())?;
        let mut conn = self.0.begin(&staff.scope).await?;
        let who = (person, self.0.today());
        let after = (paging.after().copied(), paging.after_id());
        let take = paging.take();
        let rows = list(&mut conn, &staff.scope, who, &filter, after, take).await?;
        let told = rows.into_iter().map(|item| item.told(language)).collect();
        Ok(Json::new(paging.page(told, |i| (i.due_on, i.object_id))))
    }
}

/// What to list.
#[derive(Debug, Clone, serde::Serialize)]
pub(super) struct WorkFilter {
    pub(super) parcel_id: Option<ParcelId>,
    pub(super) kind: Option<WorkKind>,
    pub(super) overdue: Option<bool>,
}

/// What somebody has to do, soonest first, in one statement; the words are still missing.
pub(super) async fn list(
    conn: &mut PgConnection,
    scope: &Scope,
    (person, today): (StaffId, Day),
    filter: &WorkFilter,
    (after, after_id): (Option<Day>, Option<Uuid>),
    take: i64,
) -> sqlx::Result<Vec<WorkItem>> {
    sqlx::query_as!(
        WorkItem,
        r#"with mine as (
               select r.need_id, h.id, h.household_no, h.parcel_id, p.name as parcel_name,
                      p.signing_to
                 from responsibility r
                 join household h on h.id = r.household_id
                 join parcel p on p.id = h.parcel_id
                where r.staff_id = $1 and r.to_on is null
                  and ($2::uuid[] is null or h.org_unit_id = any($2))
                  and ($4::uuid is null or h.parcel_id = $4)
           ), home as (
               select id, household_no, parcel_id, parcel_name, signing_to
                 from mine where need_id is null
           ), item as (
               select 'sign' as kind, h.id as object_id, h.id, h.household_no, h.parcel_id,
                      h.parcel_name, h.signing_to as due_on, h.signing_to < $3 as overdue
                 from home h
                where h.signing_to is not null and not exists (
                      select from agreement a where a.household_id = h.id and a.status = 'signed')
               union all
               select 'settle_need', n.id, m.id, m.household_no, m.parcel_id, m.parcel_name,
                      n.due_on, n.due_on < $3
                 from mine m join need n on n.id = m.need_id
                where n.status <> 'closed'
               union all
               select 'settle_need', n.id, h.id, h.household_no, h.parcel_id, h.parcel_name,
                      n.due_on, n.due_on < $3
                 from home h join need n on n.household_id = h.id
                where n.status <> 'closed' and not exists (
                      select from responsibility r where r.need_id = n.id and r.to_on is null)
               union all
               select 'rectify_defect', d.id, h.id, h.household_no, h.parcel_id, h.parcel_name,
                      coalesce(d.rectify_by, d.found_on), coalesce(d.rectify_by < $3, false)
                 from home h join flat f on f.household_id = h.id join defect d on d.flat_id = f.id
                where d.status = 'open'
               union all
               select 'hand_over_flat', f.id, h.id, h.household_no, h.parcel_id, h.parcel_name,
                      greatest(f.assigned_on, l.inspected_on), false
                 from home h
                 join flat f on f.household_id = h.id and f.handed_over_on is null
                 join lateral (select i.inspected_on, i.result from inspection i
                                where i.flat_id = f.id
                                order by i.inspected_on desc, i.id desc limit 1) l
                      on l.result = 'passed'
                where not exists (select from defect d
                                   where d.flat_id = f.id and d.severity = 'severe'
                                     and d.status <> 'closed')
           )
           select kind as "kind!: WorkKind", due_on as "due_on!", overdue as "overdue!",
                  object_id as "object_id!: Uuid", id as "household_id!: HouseholdId",
                  household_no as "household_no!", parcel_id as "parcel_id!: ParcelId",
                  parcel_name as "parcel_name!", '' as "what!"
             from item
            where ($5::text is null or kind = $5) and ($6::boolean is null or overdue = $6)
              and ($7::date is null or (due_on, object_id) > ($7, $8))
            order by due_on, object_id
            limit $9"#,
        person.0,
        scope.units(),
        today,
        filter.parcel_id.map(|id| id.0),
        filter.kind.map(WorkKind::key),
        filter.overdue,
        after as Option<Day>,
        after_id,
        take,
    )
    .fetch_all(conn)
    .await
}
