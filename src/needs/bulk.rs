//! Needs from files. A row names a person by household and name; it makes a need, moves the day of
//! an unsettled one, or finds everything as it is.

use std::collections::HashMap;

use sqlx::PgConnection;

use super::{api::DETAIL, model::NeedKind};
use crate::{
    App,
    audit::{self, Entry},
    bulk::{FieldChange, RowOutcome},
    households::{find_places, name_fingerprint},
    http::{Act, FieldError, Problem, words},
    privacy::KeyRing,
    staff::Scope,
    values::{Day, HouseholdId, NeedId, Note, Number, ParcelId, PersonId, PersonName},
};

/// What a file says about one need.
#[derive(Debug, Clone)]
pub struct NeedRow {
    pub parcel_id: ParcelId,
    pub household_no: Number,
    pub person_name: PersonName,
    pub kind: NeedKind,
    pub due_on: Day,
    /// What exactly is needed; only written with a new need.
    pub detail: Option<Note>,
}

/// What the database knows about the subject of a row.
struct Known {
    row_no: i64,
    household_id: HouseholdId,
    person_id: PersonId,
    namesakes: i64,
    need_id: Option<NeedId>,
    due_on: Option<Day>,
    version: Option<i32>,
}

enum Verdict {
    New(HouseholdId, PersonId),
    Changed(NeedId, Day, i32),
    Unchanged,
    Refused(FieldError),
}

/// Tells what writing the rows would do, in their order; writes nothing.
pub async fn compare(
    conn: &mut PgConnection,
    app: &App,
    scope: &Scope,
    rows: &[NeedRow],
) -> Result<Vec<RowOutcome>, Problem> {
    let verdicts = judge(conn, app, scope, rows).await?;
    Ok(verdicts
        .iter()
        .zip(rows)
        .map(|(verdict, row)| outcome(verdict, row))
        .collect())
}

/// Writes the rows that are not refused, with one audit record each; tells what happened.
pub async fn write(
    act: &mut Act,
    app: &App,
    scope: &Scope,
    rows: &[NeedRow],
) -> Result<Vec<RowOutcome>, Problem> {
    let verdicts = judge(act, app, scope, rows).await?;
    let (mut new, mut moved, mut entries) = (vec![], vec![], vec![]);
    for (verdict, row) in verdicts.iter().zip(rows) {
        let (id, before) = match verdict {
            Verdict::New(household, person) => {
                let id = NeedId(app.fresh_id());
                new.push((id, *household, *person, row));
                (id, None)
            }
            Verdict::Changed(id, _, version) => {
                moved.push((*id, row.due_on));
                (*id, Some(*version))
            }
            Verdict::Unchanged | Verdict::Refused(_) => continue,
        };
        entries.push(entry(row, id, before));
    }
    insert(act, app, &new).await?;
    update(act, &moved).await?;
    audit::record_all(app, act, &entries).await?;
    Ok(verdicts
        .iter()
        .zip(rows)
        .map(|(verdict, row)| outcome(verdict, row))
        .collect())
}

fn entry(row: &NeedRow, id: NeedId, before: Option<i32>) -> Entry {
    let fields = serde_json::json!({"kind": row.kind, "due_on": row.due_on});
    let action = if before.is_some() {
        "need.rescheduled"
    } else {
        "need.registered"
    };
    let entry = Entry::new(action, "need", id.0)
        .within(row.parcel_id)
        .became(before.unwrap_or(0) + 1)
        .changed(fields);
    before.map_or(entry.clone(), |version| entry.was(version))
}

fn outcome(verdict: &Verdict, row: &NeedRow) -> RowOutcome {
    match verdict {
        Verdict::New(..) => RowOutcome::New,
        Verdict::Changed(_, old, _) => RowOutcome::Changed(vec![FieldChange {
            field: "due_on",
            old: Some(old.to_string()),
            new: row.due_on.to_string(),
        }]),
        Verdict::Unchanged => RowOutcome::Unchanged,
        Verdict::Refused(error) => RowOutcome::Refused(vec![error.clone()]),
    }
}

async fn judge(
    conn: &mut PgConnection,
    app: &App,
    scope: &Scope,
    rows: &[NeedRow],
) -> sqlx::Result<Vec<Verdict>> {
    let known = known(conn, &app.keys, scope, rows).await?;
    let mut known: HashMap<i64, Known> = known.into_iter().map(|k| (k.row_no, k)).collect();
    let mut asked = std::collections::HashSet::new();
    let mut verdicts = Vec::with_capacity(rows.len());
    for (number, row) in (1_i64..).zip(rows) {
        verdicts.push(match known.remove(&number) {
            None => Verdict::Refused(FieldError::new(
                "person_name",
                "person-unknown",
                words!("该户没有此人", "the household has no such person"),
            )),
            Some(known) if known.namesakes > 1 => Verdict::Refused(FieldError::new(
                "person_name",
                "person-ambiguous",
                words!(
                    "该户有同名人员，请逐个登记",
                    "namesakes in the household: register singly"
                ),
            )),
            Some(known) if !asked.insert((known.person_id, row.kind.key())) => {
                Verdict::Refused(FieldError::new(
                    "kind",
                    "row-twice",
                    words!(
                        "同一人同类需求重复",
                        "the same need of the same person stands twice"
                    ),
                ))
            }
            Some(known) => match (known.need_id, known.due_on, known.version) {
                (Some(_), Some(due_on), _) if due_on == row.due_on => Verdict::Unchanged,
                (Some(id), Some(due_on), Some(version)) => Verdict::Changed(id, due_on, version),
                _ => Verdict::New(known.household_id, known.person_id),
            },
        });
    }
    Ok(verdicts)
}

/// Household, person and unsettled need of every row that has them.
async fn known(
    conn: &mut PgConnection,
    keys: &KeyRing,
    scope: &Scope,
    rows: &[NeedRow],
) -> sqlx::Result<Vec<Known>> {
    let numbers: Vec<_> = rows
        .iter()
        .map(|row| (row.parcel_id, row.household_no.as_str()))
        .collect();
    let places = find_places(conn, scope, &numbers).await?;
    let (mut row_nos, mut households, mut names, mut kinds) = (vec![], vec![], vec![], vec![]);
    for ((row_no, row), place) in (1_i64..).zip(rows).zip(places) {
        let Some(place) = place else { continue };
        let id = place.household_id;
        row_nos.push(row_no);
        households.push(id.0);
        names.push(name_fingerprint(keys, id, row.person_name.as_str()).to_vec());
        kinds.push(row.kind);
    }
    sqlx::query_as!(
        Known,
        r#"select distinct on (r.row_no) r.row_no as "row_no!", m.household_id,
                  m.id as person_id,
                  count(*) over (partition by r.row_no) as "namesakes!",
                  n.id as "need_id?", n.due_on as "due_on?", n.version as "version?"
             from unnest($1::bigint[], $2::uuid[], $3::bytea[], $4::need_kind[])
                  as r(row_no, household_id, fingerprint, kind)
             join person m on m.household_id = r.household_id
                          and m.name_fingerprint = r.fingerprint
             left join need n on n.person_id = m.id and n.kind = r.kind
                             and n.status <> 'closed'
            order by r.row_no"#,
        &row_nos,
        &households,
        &names,
        &kinds as &[NeedKind],
    )
    .fetch_all(conn)
    .await
}

async fn insert(
    act: &mut Act,
    app: &App,
    new: &[(NeedId, HouseholdId, PersonId, &NeedRow)],
) -> sqlx::Result<()> {
    let at = act.at;
    let ids: Vec<_> = new.iter().map(|(id, ..)| id.0).collect();
    let households: Vec<_> = new.iter().map(|(_, household, ..)| household.0).collect();
    let persons: Vec<_> = new.iter().map(|(.., person, _)| person.0).collect();
    let kinds: Vec<_> = new.iter().map(|(.., row)| row.kind).collect();
    let days: Vec<_> = new.iter().map(|(.., row)| row.due_on.as_date()).collect();
    let details: Vec<Option<Vec<u8>>> = new
        .iter()
        .map(|(id, .., row)| {
            let clear = row.detail.as_ref()?.as_str().as_bytes();
            let nonce = app.entropy.bytes();
            Some(
                app.keys
                    .seal_for(row.kind.sealed_for(), DETAIL, id.0, clear, nonce),
            )
        })
        .collect();
    sqlx::query!(
        "insert into need (id, household_id, person_id, kind, due_on, detail_sealed, created_at)
         select id, household_id, person_id, kind, due_on, detail_sealed, $7
           from unnest($1::uuid[], $2::uuid[], $3::uuid[], $4::need_kind[], $5::date[], $6::bytea[])
                as n(id, household_id, person_id, kind, due_on, detail_sealed)",
        &ids,
        &households,
        &persons,
        &kinds as &[NeedKind],
        &days,
        &details as &[Option<Vec<u8>>],
        at,
    )
    .execute(&mut **act)
    .await?;
    Ok(())
}

async fn update(act: &mut Act, moved: &[(NeedId, Day)]) -> sqlx::Result<()> {
    let ids: Vec<_> = moved.iter().map(|(id, _)| id.0).collect();
    let days: Vec<_> = moved.iter().map(|(_, day)| day.as_date()).collect();
    sqlx::query!(
        "update need set due_on = m.due_on, version = version + 1
           from unnest($1::uuid[], $2::date[]) as m(id, due_on)
          where need.id = m.id",
        &ids,
        &days,
    )
    .execute(&mut **act)
    .await?;
    Ok(())
}
