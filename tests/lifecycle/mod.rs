//! The program itself, started as an operator starts it.
#![expect(
    clippy::unwrap_used,
    reason = "in what the tests share, too, it fails the test"
)]

mod commands;
mod serving;

use std::{
    fs::{self, Permissions},
    io::{Read as _, Write as _},
    net::{SocketAddr, TcpListener, TcpStream},
    os::unix::fs::PermissionsExt as _,
    path::{Path, PathBuf},
    process::{Child, Command, ExitStatus, Output},
    time::Duration,
};

use tempfile::TempDir;

use crate::support::watch;

/// Longer than anything here takes.
const PATIENCE: Duration = Duration::from_secs(90);

/// A place for a data directory, which the account of the database server can reach.
struct Place(TempDir);

impl Place {
    fn new() -> Self {
        let everybody = Permissions::from_mode(0o755);
        let mut made = tempfile::Builder::new();
        let made = made.prefix("anju-test-").permissions(everybody).tempdir();
        Self(made.unwrap())
    }

    fn path(&self, name: &str) -> PathBuf {
        self.0.path().join(name)
    }

    fn ring(&self) -> PathBuf {
        self.path("data/keys/ring.toml")
    }

    /// The program with no settings but its data directory.
    fn anju(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_anju"));
        command.env_clear().args(arguments);
        for name in ["PATH", "TMPDIR", "ANJU_PG_BIN"] {
            if let Some(value) = std::env::var_os(name) {
                command.env(name, value);
            }
        }
        command.env("ANJU_DATA_DIR", self.path("data"));
        command
    }
}

/// Runs a command that must fail; what it complained about.
fn refused(command: &mut Command) -> String {
    let Output { status, stderr, .. } = command.output().unwrap();
    let told = String::from_utf8(stderr).unwrap();
    assert_eq!(status.code(), Some(1), "{told}");
    assert!(!told.contains("panic"), "{told}");
    told
}

/// Runs a command that must succeed; what it printed.
fn done(command: &mut Command) -> String {
    let Output {
        status,
        stdout,
        stderr,
    } = command.output().unwrap();
    assert!(status.success(), "{}", String::from_utf8_lossy(&stderr));
    String::from_utf8(stdout).unwrap()
}

/// A port that was free a moment ago.
fn free_address() -> SocketAddr {
    TcpListener::bind("127.0.0.1:0")
        .and_then(|listener| listener.local_addr())
        .unwrap()
}

/// A serving process; killed with the test.
struct Serving {
    process: Child,
    address: SocketAddr,
    log: PathBuf,
}

impl Drop for Serving {
    fn drop(&mut self) {
        // It has ended already where the test went well.
        let _ended = self.process.kill();
        let _gathered = self.process.wait();
        self.log().lines().for_each(watch::line);
    }
}

impl Serving {
    /// Starts it with a standard output nobody reads, and waits until it answers.
    fn start(command: &mut Command, log: &Path) -> Self {
        let (nobody, stdout) = std::io::pipe().unwrap();
        drop(nobody);
        let address = free_address();
        let process = command
            .env("ANJU_LISTEN", address.to_string())
            .stdout(stdout)
            .stderr(fs::File::create(log).unwrap())
            .spawn()
            .unwrap();
        let mut serving = Self {
            process,
            address,
            log: log.to_owned(),
        };
        while serving.get("/readyz", "").is_none() {
            let ended = serving.process.try_wait().unwrap();
            assert_eq!(ended, None, "{}", serving.log());
        }
        serving
    }

    /// Status and text of an answer; nothing when nobody listens.
    fn get(&self, path: &str, headers: &str) -> Option<(u16, String)> {
        let mut client = TcpStream::connect(self.address).ok()?;
        client.set_read_timeout(Some(PATIENCE)).unwrap();
        let request =
            format!("GET {path} HTTP/1.1\r\nhost: anju\r\nconnection: close\r\n{headers}\r\n");
        client.write_all(request.as_bytes()).ok()?;
        let mut answer = String::new();
        client.read_to_string(&mut answer).ok()?;
        let status = answer.get(9..12)?.parse().ok()?;
        Some((status, answer))
    }

    fn signal(&self, name: &str) {
        signal(name, &self.process.id().to_string());
    }

    fn ended(mut self) -> ExitStatus {
        self.process.wait().unwrap()
    }

    fn log(&self) -> String {
        fs::read_to_string(&self.log).unwrap()
    }
}

fn signal(name: &str, pid: &str) {
    let kill = r#"kill -s "$1" "$2""#;
    let sent = Command::new("/bin/sh")
        .args(["-c", kill, "sh", name, pid])
        .status();
    assert!(sent.unwrap().success());
}
