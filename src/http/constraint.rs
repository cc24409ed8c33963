//! The database decides races; this translates its verdicts into problems.

use super::{Problem, Words};

/// The constraint a failed statement ran into, without the shard suffix a distributed engine adds.
fn constraint_of(error: &sqlx::Error) -> Option<&str> {
    let name = error.as_database_error()?.constraint()?;
    match name.rsplit_once('_') {
        Some((plain, suffix)) if suffix.len() > 4 && suffix.bytes().all(|b| b.is_ascii_digit()) => {
            Some(plain)
        }
        _ => Some(name),
    }
}

/// `store::save(…).await.on_constraint("agreement_one_live", || Problem::conflict(…))?`
pub trait OnConstraint<T> {
    fn on_constraint(self, name: &str, problem: impl FnOnce() -> Problem) -> Result<T, Problem>;
}

impl<T> OnConstraint<T> for Result<T, sqlx::Error> {
    fn on_constraint(self, name: &str, problem: impl FnOnce() -> Problem) -> Result<T, Problem> {
        self.map_err(|e| {
            if constraint_of(&e) == Some(name) {
                problem()
            } else {
                e.into()
            }
        })
    }
}

/// A second constraint of the same statement.
impl<T> OnConstraint<T> for Result<T, Problem> {
    fn on_constraint(self, name: &str, problem: impl FnOnce() -> Problem) -> Result<T, Problem> {
        self.map_err(
            |earlier| match earlier.database_cause().and_then(constraint_of) {
                Some(constraint) if constraint == name => problem(),
                _ => earlier,
            },
        )
    }
}

/// 503 for what may be over soon.
fn busy(error: sqlx::Error) -> Problem {
    Problem::unavailable(
        "database-unavailable",
        "数据库暂时不可用",
        "Database unavailable",
    )
    .detail(Words::new(
        "数据库正忙或正在重启，请稍后重试",
        "it is busy or restarting; try again shortly",
    ))
    .retry_after(5)
    .caused_by(error)
}

impl From<sqlx::Error> for Problem {
    fn from(error: sqlx::Error) -> Self {
        let Some(code) = error
            .as_database_error()
            .and_then(sqlx::error::DatabaseError::code)
            .map(|c| c.to_string())
        else {
            return match error {
                sqlx::Error::PoolTimedOut
                | sqlx::Error::PoolClosed
                | sqlx::Error::WorkerCrashed
                | sqlx::Error::Io(_)
                | sqlx::Error::Tls(_)
                | sqlx::Error::Protocol(_) => busy(error),
                other => Self::internal(other),
            };
        };
        let rule = |words: Words| {
            Self::invalid(
                "rule-violated",
                "数据违反约束",
                "A rule of the data forbids it",
            )
            .detail(words)
        };
        match code.as_str() {
            "23505" => {
                Self::conflict("already-exists", "已经存在", "Already exists").caused_by(error)
            }
            "23503" => Self::conflict(
                "reference-conflict",
                "引用的对象不存在或仍被引用",
                "A referenced object is missing or still in use",
            )
            .caused_by(error),
            "23514" | "23P01" | "23502" => rule(Words::new(
                "请求的内容违反数据约束",
                "the request violates a constraint of the data",
            ))
            .caused_by(error),
            code if code.starts_with("22") => Self::malformed(
                "value-out-of-range",
                "数值超出范围",
                "A value is out of range",
            )
            .caused_by(error),
            // Deadlock, serialisation failure, lock or statement timeout, shutting down, too many
            // connections, read-only standby.
            "40001" | "40P01" | "55P03" | "57014" | "57P01" | "57P02" | "57P03" | "53300"
            | "25006" | "53100" | "53200" => busy(error),
            code if code.starts_with("08") => busy(error),
            _ => Self::internal(error),
        }
    }
}
