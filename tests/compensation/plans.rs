//! Seven real plans: every published and every worked result.

use super::{published, real_plans};

#[test]
fn every_real_plan_gives_its_results_to_the_fen() {
    let plans = real_plans();
    assert_eq!(plans.len(), 7);
    for (name, text) in plans {
        published(&name, &text);
    }
}
