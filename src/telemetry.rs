//! Structured logs to standard error, without personal data: ids, codes, durations, never bodies,
//! names, numbers or query strings.

use std::io::IsTerminal as _;

use tracing_subscriber::EnvFilter;

use crate::config::{Config, LogFormat};

/// Starts logging for the process; a second call changes nothing.
pub fn start(config: &Config) {
    let filter = EnvFilter::new(&config.log_filter);
    let logs = tracing_subscriber::fmt()
        .with_env_filter(filter)
        .with_ansi(std::io::stderr().is_terminal())
        .with_writer(std::io::stderr);
    let started = match config.log_format {
        LogFormat::Text => logs.with_target(false).try_init(),
        LogFormat::Json => logs.json().try_init(),
    };
    drop(started);
}
