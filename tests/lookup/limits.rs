//! How often a code may be tried.

use super::{Settled, asking, settled};

#[tokio::test]
async fn six_failures_close_a_code_for_a_quarter_of_an_hour() {
    let Settled {
        town, code, six, ..
    } = settled().await;
    for n in 0..6 {
        asking(&town, &code, &six).send().await.ok(201);
        let wrong = asking(&town, &code, &format!("00000{n}"));
        wrong
            .from(&format!("192.0.2.{n}:9"))
            .send()
            .await
            .is_problem(401, "lookup-failed");
    }
    let closed = asking(&town, &code, &six).from("192.0.2.99:9").send().await;
    let closed = closed.is_problem(429, "too-many-requests");
    assert_eq!(closed.header("retry-after"), "900");
    town.set_clock("2018-03-05T02:14:59Z");
    let closed = asking(&town, &code, &six)
        .send()
        .await
        .is_problem(429, "too-many-requests");
    assert_eq!(closed.header("retry-after"), "1");
    town.set_clock("2018-03-05T02:15:00Z");
    asking(&town, &code, &six).send().await.ok(201);
}
