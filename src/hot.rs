//! Connections for hot reads, handed on from one read to the next.
//!
//! After every use the pool asks the server whether the connection still lives: for a read of one
//! statement that is a second round trip. Here nobody is asked. A read that went well hands its
//! connection on; whatever else becomes of a read (an error, a caller who hung up), its connection
//! is closed, so that nothing half-read is ever handed on.

use std::{
    ops::{Deref, DerefMut},
    sync::{Arc, Mutex, PoisonError},
    time::{Duration, Instant},
};

use sqlx::{AssertSqlSafe, Connection as _, Executor as _, PgConnection, PgPool};
use tokio::{
    sync::{OwnedSemaphorePermit, Semaphore},
    time::timeout,
};

use crate::{App, staff::Scope};

/// One that lay idle for so long is asked whether it lives: the server may have gone meanwhile.
const TRUSTED_FOR: Duration = Duration::from_secs(1);

/// One this old is closed, as the pool does with its own: the server keeps what a session learnt.
const AGE_MAX: Duration = Duration::from_mins(30);

/// The connections, beside those of the pool.
#[derive(Debug, Clone)]
pub struct HotConnections(Arc<Hot>);

#[derive(Debug)]
struct Hot {
    db: PgPool,
    places: Arc<Semaphore>,
    /// The last one used is the first to be used again: it is still warm on the server.
    idle: Mutex<Vec<Idle>>,
}

#[derive(Debug)]
struct Idle {
    connection: PgConnection,
    opened: Instant,
    since: Instant,
}

impl HotConnections {
    /// At most `count`; none is opened before it is needed.
    pub fn beside(db: PgPool, count: u32) -> Self {
        let count = usize::try_from(count).unwrap_or(usize::MAX);
        Self(Arc::new(Hot {
            db,
            places: Arc::new(Semaphore::new(count)),
            idle: Mutex::default(),
        }))
    }

    /// A connection for one read, as soon as one is free; waits no longer than for the pool's.
    pub async fn acquire(&self) -> sqlx::Result<HotConnection> {
        let hot = &self.0;
        let places = Arc::clone(&hot.places);
        let waited = match Arc::clone(&places).try_acquire_owned() {
            Ok(place) => Ok(place),
            Err(_) => timeout(
                hot.db.options().get_acquire_timeout(),
                places.acquire_owned(),
            )
            .await
            .map_err(|_elapsed| sqlx::Error::PoolTimedOut)?,
        };
        let place = waited.map_err(|_closed| sqlx::Error::PoolClosed)?;
        let (connection, opened) = match hot.take_living().await {
            Some(living) => living,
            None => (hot.db.acquire().await?.detach(), Instant::now()),
        };
        Ok(HotConnection {
            connection: Some(connection),
            opened,
            hot: Arc::clone(hot),
            _place: place,
        })
    }
}

impl Hot {
    fn idle(&self) -> std::sync::MutexGuard<'_, Vec<Idle>> {
        self.idle.lock().unwrap_or_else(PoisonError::into_inner)
    }

    async fn take_living(&self) -> Option<(PgConnection, Instant)> {
        loop {
            let mut last = self.idle().pop()?;
            if last.opened.elapsed() > AGE_MAX {
                continue;
            }
            if last.since.elapsed() < TRUSTED_FOR || last.connection.ping().await.is_ok() {
                return Some((last.connection, last.opened));
            }
        }
    }
}

impl App {
    /// A transaction that sees what the scope covers, for one hot read, opened in one round trip.
    pub async fn begin_hot(&self, scope: &Scope) -> sqlx::Result<HotRead> {
        let mut connection = self.hot.acquire().await?;
        connection
            .execute(AssertSqlSafe(scope.opening("read only")))
            .await?;
        Ok(HotRead(connection))
    }
}

/// A hot read under way.
#[derive(Debug)]
pub struct HotRead(HotConnection);

impl HotRead {
    /// Ends the transaction while the caller is already answered, and hands the connection on.
    pub fn hand_on(self) {
        let Self(mut connection) = self;
        tokio::spawn(async move {
            if connection.execute("commit").await.is_ok() {
                connection.hand_on();
            }
        });
    }
}

impl Deref for HotRead {
    type Target = PgConnection;

    fn deref(&self) -> &PgConnection {
        &self.0
    }
}

impl DerefMut for HotRead {
    fn deref_mut(&mut self) -> &mut PgConnection {
        &mut self.0
    }
}

/// A connection in use. [`HotConnection::hand_on`] it after the last answer was read; otherwise it
/// is closed.
#[derive(Debug)]
pub struct HotConnection {
    /// There until it is handed on.
    connection: Option<PgConnection>,
    opened: Instant,
    hot: Arc<Hot>,
    /// Given back last, so that there are never more connections than places.
    _place: OwnedSemaphorePermit,
}

impl HotConnection {
    /// Everything asked for was read to its end: the next one may have it.
    pub fn hand_on(mut self) {
        if let Some(connection) = self.connection.take() {
            self.hot.idle().push(Idle {
                connection,
                opened: self.opened,
                since: Instant::now(),
            });
        }
    }
}

impl Deref for HotConnection {
    type Target = PgConnection;

    fn deref(&self) -> &PgConnection {
        self.connection.as_ref().expect("it was not handed on")
    }
}

impl DerefMut for HotConnection {
    fn deref_mut(&mut self) -> &mut PgConnection {
        self.connection.as_mut().expect("it was not handed on")
    }
}
