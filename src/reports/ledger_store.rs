//! SQL of the household ledger.

use futures_util::stream::{BoxStream, StreamExt as _};
use sqlx::{PgConnection, types::Json};

use super::ledger::{LedgerAgreement, LedgerFlat, LedgerRow, Standing};
use crate::values::{Area, Day, MaskedAddress, MaskedName, Money, ProgrammeId};

/// The households of a programme, one by one as the database finds them.
///
/// `zone` names the time zone in which an instant has its legal day.
pub(super) fn rows<'c>(
    conn: &'c mut PgConnection,
    programme: ProgrammeId,
    as_of: Day,
    zone: &'static str,
) -> BoxStream<'c, sqlx::Result<LedgerRow>> {
    let found = sqlx::query_as!(
        Found,
        r#"select p.code as parcel_code, p.name as parcel_name, h.household_no,
                  h.holder_name as "holder_name: MaskedName", h.address as "address: MaskedAddress",
                  s.floor_area_m2 as "floor_area_m2!: Area",
                  a.agreement_no as "agreement_no?", a.status as "status?: Standing",
                  a.signed_on as "signed_on?", a.floor_area_m2 as "agreement_area_m2?: Area",
                  a.amount as "amount?: Money", v.agreements_void as "agreements_void!",
                  f.flats as "flats!: Json<Vec<LedgerFlat>>", f.handed_over_on as "handed_over_on?",
                  n.open as "needs_open!", n.closed as "needs_closed!"
             from parcel p
             join household h on h.parcel_id = p.id
             join household_area s on s.household_id = h.id
             left join lateral (
                 select g.agreement_no, g.floor_area_m2, g.amount,
                        case when g.signed_on <= $2 then g.signed_on end as signed_on,
                        case when g.signed_on <= $2 then 'signed' else 'draft' end as status
                   from agreement g
                  where g.household_id = h.id
                    and (g.voided_on is null or g.voided_on > $2)
                    and (g.signed_on <= $2 or (g.created_at at time zone $3)::date <= $2)
                  order by coalesce(g.signed_on <= $2, false) desc, g.created_at desc, g.id desc
                  limit 1) a on true
             cross join lateral (
                 select count(*) as agreements_void
                   from agreement g where g.household_id = h.id and g.voided_on <= $2) v
             cross join lateral (
                 select coalesce(jsonb_agg(jsonb_strip_nulls(jsonb_build_object(
                            'estate', e.name, 'building', b.name, 'flat_no', l.flat_no,
                            'handed_over_on',
                            case when l.handed_over_on <= $2 then l.handed_over_on end))
                            order by e.name, b.name, l.flat_no, l.id), '[]') as flats,
                        case when bool_and(coalesce(l.handed_over_on <= $2, false))
                             then max(l.handed_over_on) end as handed_over_on
                   from (select t.id, t.building_id, t.flat_no, t.handed_over_on
                           from flat t
                          where t.household_id = h.id and t.assigned_on <= $2
                         union all
                         select t.id, t.building_id, t.flat_no, null
                           from flat_release w join flat t on t.id = w.flat_id
                          where w.household_id = h.id
                            and w.assigned_on <= $2 and w.released_on > $2) l
                   join building b on b.id = l.building_id
                   join estate e on e.id = b.estate_id) f
             cross join lateral (
                 select count(*) filter (where d.closed_on is null or d.closed_on > $2) as open,
                        count(*) filter (where d.closed_on <= $2) as closed
                   from need d
                  where d.household_id = h.id
                    and (d.closed_on <= $2 or (d.created_at at time zone $3)::date <= $2)) n
            where p.programme_id = $1
            order by p.code, p.id, h.household_sort, h.id"#,
        programme.0,
        as_of,
        zone,
    )
    .fetch(conn);
    found.map(|row| row.map(LedgerRow::from)).boxed()
}

/// What the database finds: the name in clear, the agreement in pieces.
struct Found {
    parcel_code: String,
    parcel_name: String,
    household_no: String,
    holder_name: MaskedName,
    address: MaskedAddress,
    floor_area_m2: Area,
    agreement_no: Option<String>,
    status: Option<Standing>,
    signed_on: Option<Day>,
    agreement_area_m2: Option<Area>,
    amount: Option<Money>,
    agreements_void: i64,
    flats: Json<Vec<LedgerFlat>>,
    handed_over_on: Option<Day>,
    needs_open: i64,
    needs_closed: i64,
}

impl From<Found> for LedgerRow {
    fn from(row: Found) -> Self {
        let signed_on = row.signed_on;
        let particulars = row.agreement_no.zip(row.status);
        let figures = row.agreement_area_m2.zip(row.amount);
        let agreement =
            particulars
                .zip(figures)
                .map(
                    |((agreement_no, status), (floor_area_m2, amount))| LedgerAgreement {
                        agreement_no,
                        status,
                        signed_on,
                        floor_area_m2,
                        amount,
                    },
                );
        Self {
            parcel_code: row.parcel_code,
            parcel_name: row.parcel_name,
            household_no: row.household_no,
            holder_name: row.holder_name,
            address: row.address,
            floor_area_m2: row.floor_area_m2,
            agreement,
            agreements_void: row.agreements_void,
            flats: row.flats.0,
            handed_over_on: row.handed_over_on,
            needs_open: row.needs_open,
            needs_closed: row.needs_closed,
        }
    }
}
