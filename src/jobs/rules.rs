//! Rules of jobs.

use std::time::Duration;

use poem::error::ResponseError as _;

use super::model::JobState;
use crate::http::{Problem, words};

/// How often a job is tried.
pub(super) const ATTEMPTS_MAX: i32 = 3;

/// How long a worker has a job for itself without saying that it is alive.
pub(super) const LEASE: Duration = Duration::from_mins(1);

/// How often it says so.
pub(super) const LEASE_RENEWED_EVERY: Duration = Duration::from_secs(15);

/// How often an idle worker looks for jobs that were queued elsewhere.
pub(super) const POLL_EVERY: Duration = Duration::from_secs(5);

/// How often what is no longer needed is looked for.
pub(super) const SWEEP_EVERY: Duration = Duration::from_hours(1);

/// How long after a failed attempt, counted from 1, the next one is made: what broke may mend.
pub(super) fn pause_after(attempt: i32) -> Duration {
    const FIRST: Duration = Duration::from_secs(10);
    FIRST * 6_u32.pow(attempt.clamp(1, ATTEMPTS_MAX).unsigned_abs() - 1)
}

/// How often a worker looks whether its job was cancelled.
pub(super) const LOOKED_EVERY: Duration = Duration::from_secs(1);

/// A job can be cancelled until it has ended.
pub(super) fn cancel(state: JobState) -> Result<(), Problem> {
    if matches!(state, JobState::Queued | JobState::Running) {
        return Ok(());
    }
    let problem = Problem::conflict(
        "job-ended",
        "任务已结束，不能取消",
        "The job has ended already",
    );
    Err(problem.allowed(Vec::<String>::new()))
}

/// Whether to try once more: what was refused for good reasons will be refused again.
pub(super) fn worth_another_try(problem: &Problem, attempts: i32) -> bool {
    attempts < ATTEMPTS_MAX && problem.status().is_server_error()
}

/// What is told of a job whose workers died one after the other.
pub(super) fn given_up() -> Problem {
    Problem::unavailable(
        "job-given-up",
        "任务多次中断，已放弃",
        "The job was interrupted too often",
    )
    .detail(words!(
        "共尝试 {ATTEMPTS_MAX} 次，请重新提交；若再次出现，请联系维护人员",
        "tried {ATTEMPTS_MAX} times; submit it again, and ask for help if it happens again"
    ))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_failures_of_the_system_are_tried_again_and_not_for_ever() {
        let refused = Problem::invalid("x", "", "");
        let broken = Problem::internal("broken");
        assert!(!worth_another_try(&refused, 1));
        assert!(worth_another_try(&broken, 1));
        assert!(worth_another_try(&broken, 2));
        assert!(!worth_another_try(&broken, 3));
    }

    #[test]
    fn the_second_pause_is_longer_than_the_first() {
        assert_eq!(pause_after(1), Duration::from_secs(10));
        assert_eq!(pause_after(2), Duration::from_mins(1));
        assert_eq!(pause_after(i32::MAX), Duration::from_mins(6));
    }

    #[test]
    fn a_job_can_be_cancelled_until_it_has_ended() {
        use JobState::{Cancelled, Failed, Queued, Running, Succeeded};
        assert!(cancel(Queued).is_ok() && cancel(Running).is_ok());
        for state in [Succeeded, Failed, Cancelled] {
            assert_eq!(cancel(state).map_err(|p| p.code()), Err("job-ended"));
        }
    }
}
