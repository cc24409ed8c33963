//! SQL of agreements from files: one statement for any number of rows.

use sqlx::PgConnection;
use uuid::Uuid;

use super::{
    AgreementRow,
    rules::{Facts, Live},
};
use crate::{
    agreements::{AgreementStatus, rules::Ended},
    staff::Scope,
    values::{AgreementId, Area, Day, HouseholdId, Instant, Money},
};

/// The households of the rows as two columns.
fn places(rows: &[AgreementRow]) -> (Vec<Uuid>, Vec<String>) {
    let place = |row: &AgreementRow| (row.parcel_id.0, row.household_no.to_string());
    rows.iter().map(place).unzip()
}

/// Locks the households in the order of their ids, so that two files cannot wait for each other.
pub(super) async fn lock_households(
    conn: &mut PgConnection,
    scope: &Scope,
    rows: &[AgreementRow],
) -> sqlx::Result<()> {
    let (parcels, numbers) = places(rows);
    sqlx::query!(
        "select h.id
           from household h
           join parcel p on p.id = h.parcel_id
           join programme g on g.id = p.programme_id
          where (h.parcel_id, h.household_no) in
                (select * from unnest($1::uuid[], $2::text[]))
            and ($3::uuid[] is null or h.org_unit_id = any($3))
          order by h.id
            for no key update of h",
        &parcels[..],
        &numbers[..],
        scope.units(),
    )
    .fetch_all(conn)
    .await?;
    Ok(())
}

/// What there is already, in the order of the rows.
pub(super) async fn facts(
    conn: &mut PgConnection,
    scope: &Scope,
    rows: &[AgreementRow],
) -> sqlx::Result<Vec<Facts>> {
    let (parcels, numbers) = places(rows);
    let agreement_nos: Vec<String> = rows.iter().map(|r| r.agreement_no.to_string()).collect();
    let found = sqlx::query!(
        r#"select h.id as "household_id?: HouseholdId",
                  live.id as "live_id?: AgreementId", live.agreement_no as "agreement_no?",
                  live.status as "status?: AgreementStatus",
                  live.floor_area_m2 as "floor_area_m2?: Area", live.amount as "amount?: Money",
                  live.signed_on as "signed_on?: Day", live.version as "version?",
                  holder.id as "holder_id?: AgreementId",
                  ended.agreement_no as "ended_no?", ended.voided_on as "ended_on?: Day"
             from unnest($1::uuid[], $2::text[], $3::text[]) with ordinality
                  as i(parcel_id, household_no, agreement_no, at)
             left join (household h
                        join parcel p on p.id = h.parcel_id
                        join programme g on g.id = p.programme_id and ($4::uuid[] is null or h.org_unit_id = any($4)))
                    on h.parcel_id = i.parcel_id and h.household_no = i.household_no
             left join agreement live on live.household_id = h.id and live.status <> 'void'
             left join agreement holder on holder.agreement_no = i.agreement_no
             left join lateral (
                  select agreement_no, voided_on from agreement
                   where household_id = h.id and signed_on < voided_on
                   order by voided_on desc, id limit 1) ended on true
            order by i.at"#,
        &parcels[..],
        &numbers[..],
        &agreement_nos[..],
        scope.units(),
    )
    .fetch_all(conn)
    .await?;
    let facts = found.into_iter().map(|row| Facts {
        household_id: row.household_id,
        live: row.live_id.map(|id| Live {
            id,
            agreement_no: row.agreement_no.expect("a live agreement is whole"),
            status: row.status.expect("a live agreement is whole"),
            floor_area_m2: row.floor_area_m2.expect("a live agreement is whole"),
            amount: row.amount.expect("a live agreement is whole"),
            signed_on: row.signed_on,
            version: row.version.expect("a live agreement is whole"),
        }),
        holder_of_number: row.holder_id,
        ended: row
            .ended_no
            .zip(row.ended_on)
            .map(|(agreement_no, voided_on)| Ended {
                agreement_no,
                voided_on,
            }),
    });
    Ok(facts.collect())
}

/// What the rows say, as columns.
#[derive(Default)]
struct Columns {
    agreement_nos: Vec<String>,
    areas: Vec<Area>,
    amounts: Vec<Money>,
    signed_on: Vec<Option<Day>>,
}

impl Columns {
    fn of<'a>(rows: impl Iterator<Item = &'a AgreementRow>) -> Self {
        let mut columns = Self::default();
        for row in rows {
            columns.agreement_nos.push(row.agreement_no.to_string());
            columns.areas.push(row.floor_area_m2);
            columns.amounts.push(row.amount);
            columns.signed_on.push(row.signed_on);
        }
        columns
    }
}

pub(super) async fn insert(
    conn: &mut PgConnection,
    new: &[(AgreementId, HouseholdId, &AgreementRow)],
    at: Instant,
) -> sqlx::Result<()> {
    if new.is_empty() {
        return Ok(());
    }
    let ids: Vec<Uuid> = new.iter().map(|(id, ..)| id.0).collect();
    let households: Vec<Uuid> = new.iter().map(|(_, household, _)| household.0).collect();
    let parcels: Vec<Uuid> = new.iter().map(|(.., row)| row.parcel_id.0).collect();
    let columns = Columns::of(new.iter().map(|(.., row)| *row));
    sqlx::query!(
        "insert into agreement (id, household_id, parcel_id, agreement_no, status, floor_area_m2,
                                amount, signed_on, signed_at, created_at)
         select id, household_id, parcel_id, agreement_no,
                case when signed_on is null then 'draft' else 'signed' end::agreement_status,
                floor_area_m2, amount, signed_on,
                case when signed_on is not null then $8::timestamptz end, $8
           from unnest($1::uuid[], $2::uuid[], $3::uuid[], $4::text[], $5::numeric[],
                       $6::numeric[], $7::date[])
                as i(id, household_id, parcel_id, agreement_no, floor_area_m2, amount, signed_on)",
        &ids[..],
        &households[..],
        &parcels[..],
        &columns.agreement_nos[..],
        &columns.areas as _,
        &columns.amounts as _,
        &columns.signed_on as _,
        at,
    )
    .execute(conn)
    .await?;
    Ok(())
}

/// Changes drafts, and signs those whose row has a day of signing; tells how many it found.
pub(super) async fn update(
    conn: &mut PgConnection,
    changed: &[(AgreementId, &AgreementRow)],
    at: Instant,
) -> sqlx::Result<u64> {
    if changed.is_empty() {
        return Ok(0);
    }
    let ids: Vec<Uuid> = changed.iter().map(|(id, _)| id.0).collect();
    let columns = Columns::of(changed.iter().map(|(_, row)| *row));
    let done = sqlx::query!(
        "update agreement a
            set agreement_no = i.agreement_no, floor_area_m2 = i.floor_area_m2,
                amount = i.amount, signed_on = i.signed_on,
                status = case when i.signed_on is null then 'draft' else 'signed' end
                         ::agreement_status,
                signed_at = case when i.signed_on is not null then $6::timestamptz end,
                version = a.version + 1
           from unnest($1::uuid[], $2::text[], $3::numeric[], $4::numeric[], $5::date[])
                as i(id, agreement_no, floor_area_m2, amount, signed_on)
          where a.id = i.id and a.status = 'draft'",
        &ids[..],
        &columns.agreement_nos[..],
        &columns.areas as _,
        &columns.amounts as _,
        &columns.signed_on as _,
        at,
    )
    .execute(conn)
    .await?;
    Ok(done.rows_affected())
}
