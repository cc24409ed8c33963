//! Agreements that were signed on paper.

use super::{Ground, Outcome, Parcels, Table, outcome, parcel};
use crate::{
    agreements::bulk::{self, AgreementRow},
    http::{Act, Problem},
    imports::cells::{Cells, day, decimal},
    values::{Area, Money, Number},
};

pub(in crate::imports) struct Agreements;

impl Table for Agreements {
    type Row = AgreementRow;
    type Known = Parcels;

    const ONCE: &'static [&'static [&'static str]] =
        &[&["parcel_code", "household_no"], &["agreement_no"]];

    fn read(cells: &mut Cells<'_>, parcels: &Parcels) -> Option<AgreementRow> {
        let parcel_id = parcel(cells, parcels);
        let household_no = cells.required("household_no", Number::parse);
        let agreement_no = cells.required("agreement_no", Number::parse);
        let floor_area_m2 = cells.required("floor_area_m2", |text| Area::parse(&decimal(text)));
        let amount = cells.required("amount", |text| Money::parse(&decimal(text)));
        let signed_on = cells.required("signed_on", day);
        Some(AgreementRow {
            parcel_id: parcel_id?,
            household_no: household_no?,
            agreement_no: agreement_no?,
            floor_area_m2: floor_area_m2?,
            amount: amount?,
            signed_on: Some(signed_on?),
        })
    }

    async fn judge(
        &mut self,
        act: &mut Act,
        ground: &Ground,
        rows: Vec<AgreementRow>,
        write: bool,
    ) -> Result<Vec<Outcome>, Problem> {
        let (app, scope) = (&ground.app, &ground.scope);
        let outcomes = if write {
            bulk::write(act, app, scope, &rows).await?
        } else {
            let today = app.clock.day_of(act.at);
            bulk::compare(act, scope, today, &rows).await?
        };
        Ok(outcomes.into_iter().map(outcome).collect())
    }
}
