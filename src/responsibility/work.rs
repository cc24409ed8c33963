//! The work list: what the caller has to do, soonest first.

use poem_openapi::{OpenApi, param::Query};
use sqlx::PgConnection;
use uuid::Uuid;

use super::model::{WorkItem, WorkKind};
use crate::{
    App,
    http::{Cursor, FigureProblem, Json, Language, Limit, Page, Paging, Problem, Tag, words},
    staff::{Scope, Staff, may},
    values::{Day, ParcelId, StaffId},
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
    /// that are open, flats that are ready to be handed over, requests of persons about
    /// their data that are not answered.
    #[oai(path = "/me/work", method = "get", operation_id = "listMyWork")]
    #[expect(
        clippy::too_many_arguments,
        reason = "one argument per filter of the contract"
    )]
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
        r#"select i.kind as "kind!: WorkKind", i.due_on as "due_on!",
                  (i.has_deadline and i.due_on < $3) as "overdue!", i.object_id as "object_id!: Uuid",
                  h.id as household_id, h.household_no, h.parcel_id, p.name as parcel_name,
                  '' as "what!"
             from work_item i
             join household h on h.id = i.household_id
             join parcel p on p.id = h.parcel_id
            where i.staff_id = $1 and ($2::uuid[] is null or h.org_unit_id = any($2))
              and ($4::uuid is null or h.parcel_id = $4) and ($5::text is null or i.kind = $5)
              and ($6::boolean is null or (i.has_deadline and i.due_on < $3) = $6)
              and ($7::date is null or (i.due_on, i.object_id) > ($7, $8))
            order by i.due_on, i.object_id
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
