//! A list of any length, page after page, up to the limit of a file.

use anju::{
    http::{Asked, Exported, Language, ListName, Reader, RequestId, export_up_to},
    sheets::{Bilingual, OutCell, Tabular},
    staff::{Role, Scope},
};
use poem::IntoResponse as _;
use sqlx::PgConnection;
use uuid::Uuid;

use super::{exports_recorded, table};
use crate::support::Town;

/// The whole numbers below a limit.
#[derive(serde::Serialize)]
struct Numbers(i64);

#[derive(Clone)]
struct Number(i64);

impl Tabular for Number {
    const COLUMNS: &'static [Bilingual] = &[("数", "Number")];

    fn cells(&self, _language: Language) -> Vec<OutCell> {
        vec![OutCell::Integer(self.0)]
    }
}

impl Exported for Numbers {
    type Row = Number;

    const NAME: ListName = ListName {
        key: "numbers",
        title: ("数", "Numbers"),
    };

    async fn page(
        &self,
        conn: &mut PgConnection,
        _reader: &Reader,
        after: Option<&Number>,
        take: i64,
    ) -> sqlx::Result<Vec<Number>> {
        let begin = after.map_or(0, |n| n.0 + 1);
        let end = self.0.min(begin + take) - 1;
        let numbers = sqlx::query_scalar("select n from generate_series($1::int8, $2::int8) as n");
        let numbers: Vec<i64> = numbers.bind(begin).bind(end).fetch_all(conn).await?;
        Ok(numbers.into_iter().map(Number).collect())
    }
}

#[tokio::test]
async fn pages_follow_each_other_without_gap_up_to_the_limit_and_not_beyond() {
    let town = Town::new().await;
    let reader = Reader {
        caller: crate::support::machine(Uuid::from_u128(7), "auditor"),
        role: Role::Auditor,
        scope: Scope::everything(),
        today: town.app.today(),
    };
    let asked = Asked {
        request_id: RequestId(Uuid::from_u128(9)),
        language: Language::English,
    };
    let limit = 2_500;
    for count in [0, 1, 999, 1_000, 1_001, 2_500] {
        let list = Numbers(count);
        let file = export_up_to(&town.app, &reader, asked, &list, limit).await;
        let body = file.unwrap().into_response().into_body();
        let rows = table(&body.into_vec().await.unwrap());
        let numbers: Vec<i64> = rows[1..]
            .iter()
            .map(|row| row[0].parse().unwrap())
            .collect();
        assert_eq!(numbers, (0..count).collect::<Vec<_>>());
    }
    let recorded = exports_recorded(&town).await.len();
    let list = Numbers(2_501);
    let refused = export_up_to(&town.app, &reader, asked, &list, limit).await;
    assert_eq!(refused.unwrap_err().code(), "export-too-large");
    assert_eq!(
        exports_recorded(&town).await.len(),
        recorded,
        "nothing left, nothing recorded"
    );
}
