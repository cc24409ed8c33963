//! Signing progress (签约进度表): the signing rate of every parcel of a programme on one day.
//!
//! Counted as the signing rate is (`signing-rate/1`). An agreement counts on a legal day when it
//! was signed on or before that day and is not void on it; a household of the frozen roster is
//! signed when at least one of its agreements counts. The area is that of the *roster*, never of
//! the agreements. A parcel whose roster is not frozen has no figures. Households that signed and
//! stand in no frozen roster are counted apart: with them the signed households of the day are
//! those of the household ledger.

use futures_util::stream::{BoxStream, StreamExt as _};
use poem_openapi::Object;
use serde::Serialize;
use sqlx::PgConnection;

use super::{paper::per_cent, produce::Told};
use crate::{
    http::Language,
    parcels::ParcelKind,
    sheets::{Bilingual, OutCell, Tabular},
    values::{Area, Day, ProgrammeId, Share, ValueError},
};

/// One parcel.
#[derive(Debug, Clone, Serialize, Object)]
#[oai(rename = "SigningProgressRow", skip_serializing_if_is_none)]
pub struct SigningRow {
    pub parcel_code: String,
    pub parcel_name: String,
    pub kind: ParcelKind,
    pub subdistrict: String,
    /// The day the roster was frozen; absent while it is not.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub frozen_on: Option<Day>,
    /// Absent while the roster is not frozen.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub figures: Option<ProgressFigures>,
    /// Households that are signed on the day and not in the frozen roster; all that are signed
    /// while it is not frozen.
    pub signed_outside_roster: i64,
}

/// Signed of the roster on the day.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Object)]
#[oai(rename = "SigningProgressFigures", skip_serializing_if_is_none)]
pub struct ProgressFigures {
    pub households_total: i64,
    pub households_signed: i64,
    /// Signed over total, cut off after four decimals; absent when there is no total.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub households_share: Option<Share>,
    /// Floor area of the roster, m².
    pub area_total_m2: Area,
    /// Roster floor area of the signed households, m².
    pub area_signed_m2: Area,
    /// Signed over total, cut off after four decimals; absent when there is no total.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub area_share: Option<Share>,
    /// Households signed on the day that were not signed seven days before it.
    pub signed_last_7_days: i64,
    pub unsigned: i64,
}

impl ProgressFigures {
    fn shared(self) -> Self {
        let (area, total) = (self.area_signed_m2, self.area_total_m2);
        Self {
            households_share: Share::of(self.households_signed, self.households_total),
            area_share: Share::of(area.as_decimal(), total.as_decimal()),
            unsigned: self.households_total - self.households_signed,
            ..self
        }
    }

    fn plus(&self, other: &Self) -> Result<Self, ValueError> {
        let sum = Self {
            households_total: self.households_total + other.households_total,
            households_signed: self.households_signed + other.households_signed,
            area_total_m2: self.area_total_m2.checked_add(other.area_total_m2)?,
            area_signed_m2: self.area_signed_m2.checked_add(other.area_signed_m2)?,
            signed_last_7_days: self.signed_last_7_days + other.signed_last_7_days,
            ..Self::default()
        };
        Ok(sum.shared())
    }

    fn cells(&self) -> Vec<OutCell> {
        vec![
            OutCell::Integer(self.households_total),
            OutCell::Integer(self.households_signed),
            OutCell::maybe(self.households_share, per_cent),
            OutCell::decimal(self.area_total_m2),
            OutCell::decimal(self.area_signed_m2),
            OutCell::maybe(self.area_share, per_cent),
            OutCell::Integer(self.signed_last_7_days),
            OutCell::Integer(self.unsigned),
        ]
    }
}

/// All parcels together.
#[derive(Debug, Clone, Default, Serialize, Object)]
#[oai(rename = "SigningProgressTotals")]
pub struct SigningTotals {
    pub parcels: i64,
    /// Parcels that are not in the figures because their roster is not frozen.
    pub parcels_without_roster: i64,
    pub figures: ProgressFigures,
    /// Signed households of all parcels that are in no frozen roster: with `households_signed` the
    /// signed households of the ledger.
    pub signed_outside_roster: i64,
}

impl Tabular for SigningRow {
    const COLUMNS: &'static [Bilingual] = &[
        ("地块编号", "Code"),
        ("地块名称", "Name"),
        ("类型", "Kind"),
        ("街道", "Subdistrict"),
        ("底册冻结日", "Roster frozen on"),
        ("底册户数", "Households"),
        ("已签户数", "Signed"),
        ("按户签约率（%）", "Share of households (%)"),
        ("底册建筑面积（㎡）", "Floor area (m²)"),
        ("已签户底册面积（㎡）", "Signed floor area (m²)"),
        ("按面积签约率（%）", "Share of floor area (%)"),
        ("近7日新签户数", "Signed in the last 7 days"),
        ("未签户数", "Not signed"),
        ("底册外已签户数", "Signed outside the roster"),
    ];

    fn cells(&self, language: Language) -> Vec<OutCell> {
        let mut cells = vec![
            OutCell::text(&self.parcel_code),
            OutCell::text(&self.parcel_name),
            OutCell::word(language, self.kind.words()),
            OutCell::text(&self.subdistrict),
            OutCell::maybe(self.frozen_on, OutCell::day),
        ];
        cells.extend(self.figures.iter().flat_map(ProgressFigures::cells));
        cells.resize(Self::COLUMNS.len() - 1, OutCell::Empty);
        cells.push(OutCell::Integer(self.signed_outside_roster));
        cells
    }
}

impl Told for SigningRow {
    type Totals = SigningTotals;

    const RULES: Bilingual = (
        "协议在截至日期当日或之前签订且当日未作废即计入，每户只计一次；分母为冻结底册；\
         面积按底册中该户的建筑面积计，不按协议面积；比例截至四位小数，不进位；\
         未冻结底册的地块不计入合计；不在冻结底册中的已签户单列，与底册内已签户之和等于同日住户台账的\
         已签户数。签约率口径 signing-rate/1。",
        "An agreement counts when it was signed on or before the day and is not void on it; a \
         household counts once. The denominator is the frozen roster, and areas are those of the \
         roster, not of the agreements. Shares are cut off after four decimals. Parcels without \
         a frozen roster are not in the totals. Signed households outside the frozen rosters are \
         counted apart: with those of the rosters they are the signed households of the ledger of \
         the day. The signing rate is signing-rate/1.",
    );

    fn add_to(&self, totals: &mut SigningTotals) -> Result<(), ValueError> {
        totals.parcels += 1;
        totals.signed_outside_roster += self.signed_outside_roster;
        match &self.figures {
            Some(figures) => totals.figures = totals.figures.plus(figures)?,
            None => totals.parcels_without_roster += 1,
        }
        Ok(())
    }

    fn total_cells(totals: &SigningTotals, language: Language) -> Vec<OutCell> {
        let mut cells = vec![OutCell::word(language, ("合计", "Total"))];
        cells.resize(5, OutCell::Empty);
        cells.extend(totals.figures.cells());
        cells.push(OutCell::Integer(totals.signed_outside_roster));
        cells
    }

    async fn count(conn: &mut PgConnection, programme: ProgrammeId) -> sqlx::Result<i64> {
        sqlx::query_scalar!(
            r#"select count(*) as "count!" from parcel where programme_id = $1"#,
            programme.0
        )
        .fetch_one(conn)
        .await
    }

    fn rows<'c>(
        conn: &'c mut PgConnection,
        programme: ProgrammeId,
        as_of: Day,
        _zone: &'static str,
    ) -> BoxStream<'c, sqlx::Result<Self>> {
        let found = sqlx::query_as!(
            Counted,
            r#"select p.code, p.name, p.kind, p.subdistrict,
                      r.frozen_on as "frozen_on?", r.household_count as "total?",
                      r.floor_area_m2 as "total_m2?: Area", c.signed as "signed!",
                      c.signed_m2 as "signed_m2!: Area", c.newly as "signed_last_7_days!",
                      o.signed as "signed_outside!"
                 from parcel p
                 left join roster r on r.parcel_id = p.id
                 cross join lateral (
                     select count(*) filter (where s.now) as signed,
                            coalesce(sum(e.floor_area_m2) filter (where s.now), 0) as signed_m2,
                            count(*) filter (where s.now and not s.week_before) as newly
                       from roster_entry e
                       cross join lateral (
                            select coalesce(bool_or(a.voided_on is null or a.voided_on > $2),
                                            false) as now,
                                   coalesce(bool_or(a.signed_on <= $2::date - 7
                                       and (a.voided_on is null or a.voided_on > $2 - 7)),
                                            false) as week_before
                              from agreement a
                             where a.household_id = e.household_id and a.parcel_id = p.id
                               and a.signed_on <= $2) s
                      where e.roster_id = r.id) c
                 cross join lateral (
                     select count(distinct a.household_id) as signed
                       from agreement a
                      where a.parcel_id = p.id and a.signed_on <= $2
                        and (a.voided_on is null or a.voided_on > $2)
                        and not exists (select from roster_entry e
                                         where e.roster_id = r.id
                                           and e.household_id = a.household_id)) o
                where p.programme_id = $1
                order by p.code, p.id"#,
            programme.0,
            as_of,
        )
        .fetch(conn);
        found.map(|row| row.map(Self::from)).boxed()
    }
}

/// What the database counts.
struct Counted {
    code: String,
    name: String,
    kind: ParcelKind,
    subdistrict: String,
    frozen_on: Option<Day>,
    total: Option<i32>,
    total_m2: Option<Area>,
    signed: i64,
    signed_m2: Area,
    signed_last_7_days: i64,
    signed_outside: i64,
}

impl From<Counted> for SigningRow {
    fn from(row: Counted) -> Self {
        let figures = row.total.zip(row.total_m2).map(|(total, total_m2)| {
            let counted = ProgressFigures {
                households_total: total.into(),
                households_signed: row.signed,
                area_total_m2: total_m2,
                area_signed_m2: row.signed_m2,
                signed_last_7_days: row.signed_last_7_days,
                ..ProgressFigures::default()
            };
            counted.shared()
        });
        Self {
            parcel_code: row.code,
            parcel_name: row.name,
            kind: row.kind,
            subdistrict: row.subdistrict,
            frozen_on: row.frozen_on,
            figures,
            signed_outside_roster: row.signed_outside,
        }
    }
}
