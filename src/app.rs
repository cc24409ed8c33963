//! What every slice holds: one cheap clone of the state, and the only list of slices.

use std::sync::{Arc, atomic::AtomicBool};

use chrono::{DateTime, Utc};
use chrono_tz::Tz;
use sqlx::PgPool;
use uuid::Uuid;

use crate::{
    config::Config,
    database::Probe,
    hot::HotConnections,
    http::{ExportPlaces, Problem},
    privacy::KeyRing,
    sign_in::Gate,
    staff::{Callers, Remembered, Scope},
    values::{Day, Instant},
};

/// The state of the service: database, time, randomness, keys, settings.
#[derive(Clone)]
pub struct App {
    pub db: PgPool,
    /// For reads of one statement that are asked for all the time.
    pub hot: HotConnections,
    /// Which household a resident's token opens.
    pub residents: Remembered<Scope>,
    /// Whoever presented a credential to this process.
    pub callers: Callers,
    /// How many lists may be written at once.
    pub export_places: ExportPlaces,
    /// Asks whether the database answers.
    pub probe: Probe,
    /// What lets people in.
    pub gate: Gate,
    pub clock: Clock,
    pub entropy: Entropy,
    pub keys: Arc<KeyRing>,
    pub config: Arc<Config>,
    /// Wakes the worker when a job was queued here; it looks by itself for those queued elsewhere.
    pub job_queued: Arc<tokio::sync::Notify>,
    /// Set when the process is told to stop: `/readyz` says so before connections close.
    pub draining: Arc<AtomicBool>,
}

impl App {
    /// `db` has [`Config::pool_connections`]; hot reads and the probe have the others.
    pub fn new(db: PgPool, clock: Clock, entropy: Entropy, keys: KeyRing, config: Config) -> Self {
        Self {
            hot: HotConnections::beside(db.clone(), config.hot_connections()),
            export_places: ExportPlaces::of(&db),
            probe: Probe::beside(&db),
            db,
            residents: Remembered::default(),
            callers: Callers::default(),
            gate: Gate::new(&config),
            clock,
            entropy,
            keys: Arc::new(keys),
            config: Arc::new(config),
            job_queued: Arc::default(),
            draining: Arc::default(),
        }
    }

    /// A fresh UUIDv7: in order of creation, and no secret.
    pub fn fresh_id(&self) -> Uuid {
        fresh_id(&self.clock, &self.entropy)
    }

    /// The legal day it is now.
    pub fn today(&self) -> Day {
        self.clock.today()
    }
}

/// A fresh UUIDv7 where there is no [`App`] yet.
pub fn fresh_id(clock: &Clock, entropy: &Entropy) -> Uuid {
    let millis = u64::try_from(clock.now().as_datetime().timestamp_millis()).unwrap_or_default();
    uuid::Builder::from_unix_timestamp_millis(millis, &entropy.bytes()).into_uuid()
}

/// The only source of now.
#[derive(Clone)]
pub struct Clock {
    now: Arc<dyn Fn() -> DateTime<Utc> + Send + Sync>,
    zone: Tz,
}

impl Clock {
    /// The clock of the machine.
    #[expect(
        clippy::disallowed_methods,
        reason = "this is where time enters the program"
    )]
    pub fn system(zone: Tz) -> Self {
        Self {
            now: Arc::new(Utc::now),
            zone,
        }
    }

    /// A clock of the caller's making, for tests and for the demo.
    pub fn from_fn(now: impl Fn() -> DateTime<Utc> + Send + Sync + 'static, zone: Tz) -> Self {
        Self {
            now: Arc::new(now),
            zone,
        }
    }

    /// Now, in whole microseconds as the database keeps them.
    pub fn now(&self) -> Instant {
        Instant::new((self.now)())
    }

    /// The legal day of an instant.
    pub fn day_of(&self, instant: Instant) -> Day {
        let local = instant.as_datetime().with_timezone(&self.zone);
        Day::new(local.date_naive()).expect("clocks stand between 1900 and 2200")
    }

    pub fn today(&self) -> Day {
        self.day_of(self.now())
    }

    /// An instant as a person in the office reads it: `2018-03-05 10:00:00 +08:00`.
    pub fn wall_time(&self, instant: Instant) -> String {
        let local = instant.as_datetime().with_timezone(&self.zone);
        local.format("%Y-%m-%d %H:%M:%S %:z").to_string()
    }
}

/// The only source of randomness.
#[derive(Clone)]
pub struct Entropy(Arc<dyn Fn(&mut [u8]) + Send + Sync>);

impl Entropy {
    /// The generator of the operating system.
    pub fn system() -> Self {
        Self(Arc::new(|bytes| {
            getrandom::fill(bytes).expect("the operating system has randomness");
        }))
    }

    pub fn from_fn(fill: impl Fn(&mut [u8]) + Send + Sync + 'static) -> Self {
        Self(Arc::new(fill))
    }

    /// Fills what is given.
    pub fn fill(&self, bytes: &mut [u8]) {
        (self.0)(bytes);
    }

    pub fn bytes<const N: usize>(&self) -> [u8; N] {
        let mut bytes = [0; N];
        (self.0)(&mut bytes);
        bytes
    }
}

/// 422 for a legal day that has not come yet.
pub fn not_in_future(app: &App, field: &str, day: Day) -> Result<(), Problem> {
    use crate::http::words;
    let today = app.today();
    if day <= today {
        return Ok(());
    }
    Err(Problem::invalid(
        "day-in-future",
        "日期不能晚于今天",
        "The day lies in the future",
    )
    .at(
        format!("/{field}"),
        words!("{day} 晚于今天 {today}", "{day} is after today, {today}"),
    ))
}
