//! How a process that runs for long is told to stop, and in what order it does.

use std::{sync::atomic::Ordering, time::Duration};

use tokio::signal::unix::{Signal, SignalKind, signal};
use tokio_util::sync::CancellationToken;

use crate::App;

/// The two steps of stopping. Clones share them.
#[derive(Debug, Clone, Default)]
pub(super) struct Stopping {
    /// Somebody asked for it: `/readyz` says so, and nothing long goes on.
    pub(super) told: CancellationToken,
    /// No connection is accepted any more.
    pub(super) closing: CancellationToken,
}

impl Stopping {
    /// Stops on SIGTERM and on Ctrl-C: a balancer has the configured time to look at `/readyz`
    /// first. A second signal ends that time.
    pub(super) fn on_signal(app: &App) -> Self {
        let stopping = Self::default();
        tokio::spawn(stopping.clone().follow_signals(app.clone(), Signals::new()));
        stopping
    }

    /// Both steps at once.
    pub(super) fn now(&self) {
        self.told.cancel();
        self.closing.cancel();
    }

    async fn follow_signals(self, app: App, mut signals: Signals) {
        signals.next().await;
        let drain_s = app.config.drain_seconds;
        tracing::info!(drain_s, "told to stop: finishing what is under way");
        app.draining.store(true, Ordering::Relaxed);
        self.told.cancel();
        tokio::select! {
            () = tokio::time::sleep(Duration::from_secs(drain_s)) => {}
            () = signals.next() => {}
            () = self.closing.cancelled() => {}
        }
        self.closing.cancel();
    }

    /// Stops with the private database. Without it the service cannot come back by itself:
    /// whoever watches over it starts both anew. Says whether that was the reason to stop.
    pub(super) async fn with_database(self, ended: impl Future<Output = ()>) -> bool {
        tokio::select! {
            biased;
            () = self.closing.cancelled() => false,
            () = ended => {
                tracing::error!("the private PostgreSQL has ended: stopping");
                self.now();
                true
            }
        }
    }
}

struct Signals {
    terminate: Signal,
    interrupt: Signal,
}

impl Signals {
    /// From here on they no longer end the process by themselves.
    fn new() -> Self {
        let listen = |kind| signal(kind).expect("signals can be listened to");
        Self {
            terminate: listen(SignalKind::terminate()),
            interrupt: listen(SignalKind::interrupt()),
        }
    }

    async fn next(&mut self) {
        tokio::select! {
            _ = self.terminate.recv() => {}
            _ = self.interrupt.recv() => {}
        }
    }
}
