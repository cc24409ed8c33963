//! One running server, and the small shell process between it and us.

use std::fs;
use std::os::unix::process::CommandExt;
use std::path::Path;
use std::process::{Child, ChildStdin, Stdio};
use std::thread;
use std::time::Duration;

use tokio::sync::watch;
use tokio::time::timeout;

use super::address;
use super::directory::{Directory, Layout};
use super::error::About;
use super::{Binaries, PostgresError, Result};

/// Ends the server when its standard input ends. We hold the other end of that pipe, and the
/// operating system closes it however we end, so the server never outlives us.
///
/// Arguments: the signal that stops the server, the directory to remove afterwards (or nothing),
/// the socket directory, the server's command. It exits when the server does. The signal is
/// repeated because a server that has only just been started does not listen to signals yet; it
/// becomes a harder one after 60 and 70 seconds. Signals from a terminal or a service manager are
/// ignored: Anju is to finish its requests first. A server that failed leaves its directory until
/// we are done with the log in it.
const SUPERVISOR: &str = r#"
    trap '' HUP INT TERM
    signal=$1 discard=$2 run=$3
    shift 3
    exec 3<&0 </dev/null
    "$@" 3<&- &
    server=$!
    (
        while read -r _; do :; done <&3
        exec 3<&-
        seconds=0
        while kill -s "$signal" "$server" 2>/dev/null; do
            seconds=$((seconds + 1))
            [ "$seconds" -eq 60 ] && signal=QUIT
            [ "$seconds" -eq 70 ] && signal=KILL
            sleep 1
        done
    ) &
    reader=$!
    wait "$server"
    status=$?
    kill -s KILL "$reader" 2>/dev/null
    if [ -n "$discard" ]; then
        ( while read -r _; do :; done <&3; rm -rf -- "$discard" "$run" ) &
        [ "$status" -eq 0 ] && wait "$!"
    fi
    exit "$status"
"#;

/// How long a server may take to stop, in seconds: longer than the supervisor's last resort.
const STOP_LIMIT_S: u64 = 80;

/// A started server. Dropping it stops it, without waiting.
#[derive(Debug)]
pub(super) struct Server {
    _pipe: ChildStdin,
    ended: watch::Receiver<bool>,
    log_start: u64,
}

impl Server {
    /// Starts the server; it is not ready yet.
    pub(super) fn spawn(
        directory: &Directory,
        binaries: &Binaries,
        throw_away: bool,
    ) -> Result<Self> {
        let layout = &directory.layout;
        let log = layout.open_log(&directory.account)?;
        let log_start = log.metadata().about("look at", &layout.log())?.len();
        let errors = log.try_clone().about("open", &layout.log())?;
        let shell = Path::new("/bin/sh");
        let mut command = directory.account.command(shell);
        // Fast shutdown writes everything down first, which nobody needs of a throw-away.
        let (signal, discard) = if throw_away {
            ("QUIT", layout.root.as_path())
        } else {
            ("INT", Path::new(""))
        };
        command
            .args(["-c", SUPERVISOR, "anju-postgres", signal])
            .args([discard, directory.run.as_path()])
            .arg(binaries.program("postgres")?)
            .args(["-D".as_ref(), layout.data().as_os_str()])
            .args(settings(&directory.run, throw_away))
            .stdin(Stdio::piped())
            .stdout(log)
            .stderr(errors)
            // Its own group: Ctrl-C at the terminal is for Anju alone.
            .process_group(0);
        let mut child = command.spawn().about("run", shell)?;
        let pipe = child
            .stdin
            .take()
            .expect("its standard input was asked to be a pipe");
        Ok(Self {
            _pipe: pipe,
            ended: watch_for_end(child)?,
            log_start,
        })
    }

    pub(super) fn has_ended(&self) -> bool {
        *self.ended.borrow()
    }

    /// Where in the log this server began, in bytes.
    pub(super) fn log_start(&self) -> u64 {
        self.log_start
    }

    /// Resolves when the server has ended, for whatever reason.
    pub(super) fn ended(&self) -> impl Future<Output = ()> + Send + 'static {
        let mut ended = self.ended.clone();
        async move {
            // An error would mean that the watching thread is gone, and it ends with the server.
            let _ended = ended.wait_for(|ended| *ended).await;
        }
    }

    /// Stops the server and waits until it has ended.
    pub(super) async fn stop(self) -> Result<()> {
        let ended = self.ended();
        drop(self);
        timeout(Duration::from_secs(STOP_LIMIT_S), ended)
            .await
            .map_err(|_elapsed| PostgresError::StopTooSlow {
                seconds: STOP_LIMIT_S,
            })
    }
}

/// Waits for the process on a thread of its own, so that the answer does not hang on the runtime
/// that started it (tests have one each), and no dead process is left in the table.
fn watch_for_end(mut child: Child) -> Result<watch::Receiver<bool>> {
    let (sender, ended) = watch::channel(false);
    thread::Builder::new()
        .name("postgres-end".to_owned())
        .spawn(move || {
            // Waiting for a child of ours cannot fail; if it did, it would count as ended.
            let _status = child.wait();
            sender.send_replace(true);
        })
        .about("watch", Path::new("postgres"))?;
    Ok(ended)
}

/// The settings that make the server private; everything else is the operator's, in
/// `data/postgresql.conf`.
fn settings(run: &Path, throw_away: bool) -> Vec<String> {
    let mut settings = vec![
        "listen_addresses=".to_owned(),
        format!("unix_socket_directories={}", quoted(run)),
        "unix_socket_permissions=0700".to_owned(),
        "port=5432".to_owned(),
        // Our queries are too short to repay compiling; the service unit forbids writable code.
        "jit=off".to_owned(),
        "logging_collector=off".to_owned(),
        // Errors go to whoever caused them. In the log they would bring along what people typed.
        "log_min_messages=log".to_owned(),
        "log_checkpoints=off".to_owned(),
    ];
    let durable = if throw_away { "off" } else { "on" };
    settings.push(format!("fsync={durable}"));
    settings.push(format!("full_page_writes={durable}"));
    if throw_away {
        settings.push("synchronous_commit=off".to_owned());
    }
    settings
        .into_iter()
        .flat_map(|setting| ["-c".to_owned(), setting])
        .collect()
}

/// A path in a setting that is a list: commas and quotes would end it.
fn quoted(path: &Path) -> String {
    format!("\"{}\"", path.to_string_lossy().replace('"', "\"\""))
}

/// Removes the marks of a server that is no more (killed, or gone with the power).
///
/// PostgreSQL takes the process id in them for alive if any process has it now, even a dead child
/// nobody has asked after, or after a reboot an unrelated one of the same account. A server of
/// this directory always works in it, which `/proc` shows; where there is no `/proc` PostgreSQL's
/// own judgement stands. Its check of the shared memory remains in any case.
pub(super) fn remove_stale_marks(layout: &Layout, run: &Path) {
    let can_tell = Path::new("/proc/self/cwd").exists();
    let socket_mark = address::socket_in(run).with_extension("5432.lock");
    for mark in [layout.pid_file(), socket_mark] {
        let Ok(text) = fs::read_to_string(&mark) else {
            continue;
        };
        let pid = text
            .lines()
            .next()
            .and_then(|line| line.trim().parse::<u32>().ok());
        let alive = pid.is_some_and(|pid| {
            fs::read_link(format!("/proc/{pid}/cwd")).is_ok_and(|cwd| cwd == layout.data())
        });
        if can_tell && !alive && fs::remove_file(&mark).is_ok() {
            tracing::info!(mark = %mark.display(), "removed the mark of a server that is gone");
        }
    }
}

/// What the server has written to its log beyond the first `from` bytes.
pub(super) fn log_since(layout: &Layout, from: u64) -> String {
    let text = fs::read(layout.log()).unwrap_or_default();
    let from = usize::try_from(from).unwrap_or(usize::MAX);
    String::from_utf8_lossy(text.get(from..).unwrap_or_default()).into_owned()
}

/// The last lines of a text, to show.
pub(super) fn tail(text: &str) -> String {
    let lines: Vec<&str> = text.trim_end().lines().collect();
    lines[lines.len().saturating_sub(20)..].join("\n")
}
