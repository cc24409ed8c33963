//! Structured logs to standard error, without personal data: ids, codes, durations, never bodies,
//! names, numbers or query strings.

use std::{
    backtrace::{Backtrace, BacktraceStatus},
    io::IsTerminal as _,
    panic::{self, PanicHookInfo},
};

use tracing::Subscriber;
use tracing_subscriber::{EnvFilter, fmt::MakeWriter};

use crate::config::{Config, LogFormat};

/// Starts logging for the process, panics included; a second call changes nothing.
pub fn start(config: &Config) {
    let plain = std::env::var_os("NO_COLOR").is_some_and(|value| !value.is_empty());
    let colours = !plain && std::io::stderr().is_terminal();
    let logs = subscriber(
        config.log_format,
        &config.log_filter,
        colours,
        std::io::stderr,
    );
    if tracing::subscriber::set_global_default(logs).is_ok() {
        panic::set_hook(Box::new(tell_of_panic));
    }
}

/// Logs of one format that pass `filter` (as in `RUST_LOG`), to `writer`.
pub fn subscriber<W>(
    format: LogFormat,
    filter: &str,
    colours: bool,
    writer: W,
) -> Box<dyn Subscriber + Send + Sync>
where
    W: for<'a> MakeWriter<'a> + Send + Sync + 'static,
{
    let logs = tracing_subscriber::fmt()
        .with_env_filter(EnvFilter::new(filter))
        .with_writer(writer)
        .with_ansi(colours)
        // Whoever read the standard error may have gone; complaining there would panic.
        .log_internal_errors(false);
    match format {
        LogFormat::Text => Box::new(logs.with_target(false).finish()),
        LogFormat::Json => Box::new(logs.json().finish()),
    }
}

/// A panic is logged with its place. Its text only if it is part of the program: one that was put
/// together may hold what it was put together from.
fn tell_of_panic(info: &PanicHookInfo<'_>) {
    let text = info.payload().downcast_ref::<&'static str>();
    let place = info.location().map(ToString::to_string);
    let backtrace = Backtrace::capture();
    let captured = backtrace.status() == BacktraceStatus::Captured;
    tracing::error!(
        place,
        text = text.copied(),
        backtrace = captured.then(|| backtrace.to_string()),
        "panic"
    );
}
