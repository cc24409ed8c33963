//! Operations on rosters and the signing rate.

use poem_openapi::{
    OpenApi,
    param::{Path, Query},
};

use super::{
    model::{
        GroupBy, ProgrammeSigningRates, Roster, SigningDay, SigningRate, SigningSeries,
        UnsignedHousehold,
    },
    rules::{self, Counts, DEFINITION, Refusal},
    store,
};
use crate::{
    App,
    audit::{self, Entry},
    http::{
        Act, Created, Cursor, FigureProblem, IdempotencyKey, Json, Limit, OnConstraint as _, Page,
        Paging, Problem, ReadProblem, Tag, WriteProblem,
    },
    parcels::{self, no_parcel},
    staff::{Scope, Staff, may},
    values::{Day, ParcelId, ProgrammeId, RosterId},
};

pub struct SigningRateApi(pub App);

#[OpenApi(tag = "Tag::Agreements")]
impl SigningRateApi {
    /// Read the roster of a parcel
    ///
    /// The frozen denominator of the signing rate; empty while it is not frozen.
    #[oai(
        path = "/parcels/:parcel_id/rosters",
        method = "get",
        operation_id = "listRosters"
    )]
    async fn list_rosters(
        &self,
        staff: Staff<may::ReadSigningRate>,
        parcel_id: Path<ParcelId>,
    ) -> Result<Json<Vec<Roster>>, ReadProblem> {
        let mut conn = self.0.begin(&staff.scope).await?;
        let found = parcels::find_parcel(&mut conn, &staff.scope, parcel_id.0).await?;
        let parcel = found.ok_or_else(no_parcel)?;
        let roster = store::find_roster(&mut conn, &staff.scope, parcel.id).await?;
        Ok(Json::new(roster.into_iter().collect()))
    }

    /// Freeze the roster of a parcel
    ///
    /// Fixes the denominator of the signing rate, once: all households of the parcel as they are
    /// now, each with its floor area. What changes later never moves it.
    #[oai(
        path = "/parcels/:parcel_id/rosters",
        method = "post",
        operation_id = "freezeRoster"
    )]
    async fn freeze_roster(
        &self,
        staff: Staff<may::FreezeRoster>,
        parcel_id: Path<ParcelId>,
        #[oai(name = "Idempotency-Key")] key: IdempotencyKey,
    ) -> Result<Created<Roster>, WriteProblem> {
        let mut act = Act::begin(&self.0, &staff.caller, &key, &[]).await?;
        // No household can be added to a locked parcel: the roster has all of them or is told so.
        let found = parcels::lock_parcel(&mut act, &staff.scope, parcel_id.0).await?;
        let parcel = found.ok_or_else(no_parcel)?;
        let (id, at) = (RosterId(self.0.fresh_id()), act.at);
        let frozen = store::freeze(&mut act, id, parcel.id, self.0.clock.day_of(at), at)
            .await
            .on_constraint("roster_once_per_parcel", || {
                Refusal::RosterFrozenAlready.into()
            })?;
        let roster = frozen.ok_or(Refusal::RosterEmpty)?;
        let entry = Entry::new("roster.frozen", "roster", roster.id.0)
            .within(parcel.id)
            .became(roster.version)
            .changed(audit::fields(&roster));
        audit::record(&self.0, &mut act, &entry).await?;
        let location = format!("/v1/parcels/{}/rosters", parcel.id);
        act.commit(Created {
            version: roster.version,
            value: roster,
            location,
        })
        .await
    }

    /// Signing rate of a parcel
    ///
    /// By household and by floor area, both always, on any day up to today. An agreement counts on
    /// a day when it was signed on or before it and is not void on it; a household counts once.
    /// The denominator is the frozen roster; the area of a household is the one it has there, so
    /// that the signed area never exceeds the whole.
    #[oai(
        path = "/parcels/:parcel_id/signing-rate",
        method = "get",
        operation_id = "getSigningRate"
    )]
    async fn get_signing_rate(
        &self,
        staff: Staff<may::ReadSigningRate>,
        parcel_id: Path<ParcelId>,
        /// The legal day in Asia/Shanghai the figures stand for; today when not said.
        as_of: Query<Option<Day>>,
    ) -> Result<Json<SigningRate>, FigureProblem> {
        let as_of = rules::as_of("as_of", as_of.0, self.0.today())?;
        let mut conn = self.0.begin(&staff.scope).await?;
        let found = store::rate(&mut conn, &staff.scope, parcel_id.0, as_of).await?;
        let row = found.ok_or_else(no_parcel)?;
        let (Some(frozen_on), Some(total), Some(total_m2)) =
            (row.frozen_on, row.total, row.total_m2)
        else {
            return Err(Refusal::RosterNotFrozen.into());
        };
        let counts = Counts {
            signed: row.signed,
            total: total.into(),
            signed_m2: row.signed_m2,
            total_m2,
        };
        let figures = counts.figures(row.signed_last_7_days);
        Ok(Json::new(SigningRate {
            parcel_id: parcel_id.0,
            as_of,
            definition: DEFINITION.to_owned(),
            frozen_on,
            figures: figures.map_err(Problem::internal)?,
        }))
    }

    /// Signing rate day by day
    ///
    /// Every day from `from` to `to`, at most 400, also those on which nothing happened. The
    /// number of a day is that of the day before, plus `newly_signed`, minus `lapsed`.
    #[oai(
        path = "/parcels/:parcel_id/signing-rate/series",
        method = "get",
        operation_id = "getSigningRateSeries"
    )]
    async fn get_signing_rate_series(
        &self,
        staff: Staff<may::ReadSigningRate>,
        parcel_id: Path<ParcelId>,
        /// The first legal day.
        from: Query<Day>,
        /// The last legal day; today when not said.
        to: Query<Option<Day>>,
    ) -> Result<Json<SigningSeries>, FigureProblem> {
        let (from, to) = (from.0, rules::as_of("to", to.0, self.0.today())?);
        rules::span(from, to)?;
        let mut conn = self.0.begin(&staff.scope).await?;
        let roster = frozen(&mut conn, &staff.scope, parcel_id.0).await?;
        let rows = store::series(&mut conn, &roster, from, to).await?;
        let days = rows.into_iter().map(|row| {
            let counts = Counts {
                signed: row.signed,
                total: roster.household_count.into(),
                signed_m2: row.signed_m2,
                total_m2: roster.floor_area_m2.as_decimal(),
            };
            Ok(SigningDay {
                day: row.day,
                households: counts.households(),
                floor_area: counts.floor_area().map_err(Problem::internal)?,
                newly_signed: row.newly_signed,
                lapsed: row.lapsed,
            })
        });
        Ok(Json::new(SigningSeries {
            parcel_id: roster.parcel_id,
            from,
            to,
            definition: DEFINITION.to_owned(),
            frozen_on: roster.frozen_on,
            days: days.collect::<Result<_, Problem>>()?,
        }))
    }

    /// Signing rates of a programme
    ///
    /// Grouped by parcel, kind or subdistrict, with the total. Parcels without a frozen roster are
    /// counted beside the figures, never in them.
    #[oai(
        path = "/programmes/:programme_id/signing-rates",
        method = "get",
        operation_id = "getProgrammeSigningRates"
    )]
    async fn get_programme_signing_rates(
        &self,
        staff: Staff<may::ReadSigningRate>,
        programme_id: Path<ProgrammeId>,
        /// By parcel when not said.
        group_by: Query<Option<GroupBy>>,
        /// The legal day in Asia/Shanghai the figures stand for; today when not said.
        as_of: Query<Option<Day>>,
    ) -> Result<Json<ProgrammeSigningRates>, FigureProblem> {
        let as_of = rules::as_of("as_of", as_of.0, self.0.today())?;
        let mut conn = self.0.begin(&staff.scope).await?;
        let found = parcels::find_programme(&mut conn, &staff.scope, programme_id.0).await?;
        let programme = found.ok_or_else(parcels::no_programme)?;
        let group_by = group_by.0.unwrap_or_default();
        let rates = super::of_programme(&mut conn, &programme, group_by, as_of).await?;
        Ok(Json::new(rates))
    }

    /// Households that have not signed
    ///
    /// Those of the roster that do not count on the day, by number. Give `as_of` when reading many
    /// pages: without it the list follows the day, and its cursors end at midnight.
    #[oai(
        path = "/parcels/:parcel_id/unsigned-households",
        method = "get",
        operation_id = "listUnsignedHouseholds"
    )]
    async fn list_unsigned_households(
        &self,
        staff: Staff<may::ReadAgreements>,
        parcel_id: Path<ParcelId>,
        /// The legal day in Asia/Shanghai the list stands for; today when not said.
        as_of: Query<Option<Day>>,
        limit: Query<Limit>,
        cursor: Query<Option<Cursor>>,
    ) -> Result<Json<Page<UnsignedHousehold>>, FigureProblem> {
        let as_of = rules::as_of("as_of", as_of.0, self.0.today())?;
        let filter = (parcel_id.0, as_of);
        let paging =
            Paging::<String>::new(&self.0, staff.key_id, &filter, limit.0, cursor.0.as_ref())?;
        let mut conn = self.0.begin(&staff.scope).await?;
        let roster = frozen(&mut conn, &staff.scope, parcel_id.0).await?;
        let (after, take) = (paging.after_id(), paging.take());
        let rows = store::list_unsigned(&mut conn, &roster, as_of, after, take).await?;
        Ok(Json::new(paging.page(rows, |h| {
            (h.household_no.clone(), h.household_id.0)
        })))
    }
}

/// The roster of a parcel: 404 without the parcel, 409 without a roster.
pub(super) async fn frozen(
    conn: &mut sqlx::PgConnection,
    scope: &Scope,
    parcel: ParcelId,
) -> Result<Roster, Problem> {
    let found = parcels::find_parcel(conn, scope, parcel).await?;
    let parcel = found.ok_or_else(no_parcel)?;
    let roster = store::find_roster(conn, scope, parcel.id).await?;
    Ok(roster.ok_or(Refusal::RosterNotFrozen)?)
}
