//! Needs from files. A row names a person by household and name; it makes a need, corrects the day
//! or the detail of an unsettled one, or finds everything as it is. A row without a detail leaves
//! the one there is.

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
    /// What exactly is needed; left out, it stays as it is.
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
    detail_sealed: Option<Vec<u8>>,
    version: Option<i32>,
}

enum Verdict {
    New(HouseholdId, PersonId),
    Changed(Correction),
    Unchanged,
    Refused(FieldError),
}

/// What a row corrects of an unsettled need.
struct Correction {
    id: NeedId,
    version: i32,
    changes: Vec<FieldChange>,
}

impl Correction {
    fn has(&self, field: &str) -> bool {
        self.changes.iter().any(|change| change.field == field)
    }
}

/// Tells what writing the rows would do, in their order; writes nothing.
pub async fn compare(
    conn: &mut PgConnection,
    app: &App,
    scope: &Scope,
    rows: &[NeedRow],
) -> Result<Vec<RowOutcome>, Problem> {
    let verdicts = judge(conn, app, scope, rows).await?;
    Ok(verdicts.into_iter().map(outcome).collect())
}

/// Writes the rows that are not refused, with one audit record each; tells what happened.
pub async fn write(
    act: &mut Act,
    app: &App,
    scope: &Scope,
    rows: &[NeedRow],
) -> Result<Vec<RowOutcome>, Problem> {
    let verdicts = judge(act, app, scope, rows).await?;
    let (mut new, mut corrected, mut entries) = (vec![], vec![], vec![]);
    for (verdict, row) in verdicts.iter().zip(rows) {
        let (id, before) = match verdict {
            Verdict::New(household, person) => {
                let id = NeedId(app.fresh_id());
                new.push((id, *household, *person, row));
                (id, None)
            }
            Verdict::Changed(correction) => {
                corrected.push((correction, row));
                (correction.id, Some(correction))
            }
            Verdict::Unchanged | Verdict::Refused(_) => continue,
        };
        entries.push(entry(row, id, before));
    }
    insert(act, app, &new).await?;
    update(act, app, &corrected).await?;
    audit::record_all(app, act, &entries).await?;
    Ok(verdicts.into_iter().map(outcome).collect())
}

fn entry(row: &NeedRow, id: NeedId, before: Option<&Correction>) -> Entry {
    let mut fields = serde_json::json!({"kind": row.kind, "due_on": row.due_on});
    if let Some(detail) = &row.detail {
        fields["detail"] = detail.as_str().into();
    }
    let action = match before {
        None => "need.registered",
        Some(correction) if correction.has("due_on") => "need.rescheduled",
        Some(_) => "need.corrected",
    };
    let entry = Entry::new(action, "need", id.0)
        .within(row.parcel_id)
        .changed(fields);
    match before {
        Some(Correction { version, .. }) => entry.was(*version).became(version + 1),
        None => entry.became(1),
    }
}

fn outcome(verdict: Verdict) -> RowOutcome {
    match verdict {
        Verdict::New(..) => RowOutcome::New,
        Verdict::Changed(correction) => RowOutcome::Changed(correction.changes),
        Verdict::Unchanged => RowOutcome::Unchanged,
        Verdict::Refused(error) => RowOutcome::Refused(vec![error]),
    }
}

async fn judge(
    conn: &mut PgConnection,
    app: &App,
    scope: &Scope,
    rows: &[NeedRow],
) -> Result<Vec<Verdict>, Problem> {
    let known = known(conn, &app.keys, scope, rows).await?;
    let mut known: HashMap<i64, Known> = known.into_iter().map(|k| (k.row_no, k)).collect();
    let mut asked = std::collections::HashSet::new();
    let mut verdicts = Vec::with_capacity(rows.len());
    for (number, row) in (1_i64..).zip(rows) {
        verdicts.push(match known.remove(&number) {
            _ if scope.need_kind().is_some_and(|own| own != row.kind) => {
                Verdict::Refused(FieldError::new(
                    "kind",
                    "need-of-another-desk",
                    words!("不属于本窗口办理", "it is another desk's"),
                ))
            }
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
            Some(known) => judge_known(app, row, &known)?,
        });
    }
    Ok(verdicts)
}

fn judge_known(app: &App, row: &NeedRow, known: &Known) -> Result<Verdict, Problem> {
    let (Some(id), Some(due_on), Some(version)) = (known.need_id, known.due_on, known.version)
    else {
        return Ok(Verdict::New(known.household_id, known.person_id));
    };
    let mut changes = vec![];
    if due_on != row.due_on {
        changes.push(FieldChange {
            field: "due_on",
            old: Some(due_on.to_string()),
            new: row.due_on.to_string(),
            note: None,
        });
    }
    if let Some(new) = &row.detail {
        let sealed = known.detail_sealed.as_deref();
        let old = sealed.map(|sealed| app.keys.open(DETAIL, id.0, sealed));
        let old = old.transpose().map_err(Problem::internal)?;
        let old = old.as_deref().map(Vec::as_slice);
        if old != Some(new.as_str().as_bytes()) {
            let note = words!(
                "与已登记的不同（内容加密，不显示）",
                "differs from what is on record (sealed, not shown)"
            );
            changes.push(FieldChange::unseen("detail", note));
        }
    }
    Ok(if changes.is_empty() {
        Verdict::Unchanged
    } else {
        Verdict::Changed(Correction {
            id,
            version,
            changes,
        })
    })
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
                  n.id as "need_id?", n.due_on as "due_on?",
                  n.detail_sealed as "detail_sealed?", n.version as "version?"
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

/// Writes the day, and the detail where the row changes it.
async fn update(
    act: &mut Act,
    app: &App,
    corrected: &[(&Correction, &NeedRow)],
) -> sqlx::Result<()> {
    let ids: Vec<_> = corrected.iter().map(|(c, _)| c.id.0).collect();
    let days: Vec<_> = corrected.iter().map(|(_, r)| r.due_on.as_date()).collect();
    let details: Vec<Option<Vec<u8>>> = corrected
        .iter()
        .map(|(correction, row)| {
            let clear = row.detail.as_ref().filter(|_| correction.has("detail"))?;
            let (id, nonce) = (correction.id.0, app.entropy.bytes());
            Some(app.keys.seal(DETAIL, id, clear.as_str().as_bytes(), nonce))
        })
        .collect();
    sqlx::query!(
        "update need
            set due_on = m.due_on, detail_sealed = coalesce(m.detail_sealed, need.detail_sealed),
                version = version + 1
           from unnest($1::uuid[], $2::date[], $3::bytea[]) as m(id, due_on, detail_sealed)
          where need.id = m.id",
        &ids,
        &days,
        &details as &[Option<Vec<u8>>],
    )
    .execute(&mut **act)
    .await?;
    Ok(())
}
