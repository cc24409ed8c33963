"""Anju as a process: built for release, started over a data directory that is thrown away."""

import http.client
import json
import os
import re
import shutil
import signal
import socket
import subprocess
import tempfile
import time
import uuid
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
READY_WITHIN_S = 120
STOP_WITHIN_S = 90  # longer than the private PostgreSQL is given
JOB_WITHIN_S = 1_800
LOG_LINES_SHOWN = 40


class Failed(Exception):
    """The benchmark cannot go on."""


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def build() -> str:
    """The program; PROGRAM names one that is built already."""
    if program := os.environ.get("PROGRAM"):
        return program
    messages = subprocess.run(
        ["cargo", "build", "--release", "--message-format=json-render-diagnostics"],
        cwd=ROOT,
        check=True,
        stdout=subprocess.PIPE,
        text=True,
    ).stdout
    artifacts = (json.loads(line) for line in messages.splitlines())
    programs = [found for a in artifacts if (found := a.get("executable"))]
    return programs[-1]


class Server:
    """One Anju over one data directory; can be stopped and started again."""

    def __init__(self, program: str):
        self.program = program
        self.folder = Path(tempfile.mkdtemp(prefix="anju-bench-"))
        self.folder.chmod(0o711)  # started by root, the database runs as another user
        self.data = self.folder / "data"
        self.port = free_port()
        self.process = None
        kept = {
            name: value
            for name, value in os.environ.items()
            if name == "ANJU_PG_BIN" or not name.startswith(("ANJU_", "DATABASE_URL", "PG"))
        }
        self.environment = kept | {
            "ANJU_LISTEN": f"127.0.0.1:{self.port}",
            "ANJU_DATA_DIR": str(self.data),
        }

    def start(self) -> None:
        with (self.folder / "log").open("ab") as log:
            self.process = subprocess.Popen(
                [self.program, "serve"],
                env=self.environment,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                start_new_session=True,  # Ctrl-C stops it through stop(), not by itself
            )
        started = time.monotonic()
        while not self._is_ready():
            if self.process.poll() is not None:
                raise Failed(f"anju ended with status {self.process.returncode}")
            if time.monotonic() - started > READY_WITHIN_S:
                raise Failed(f"anju was not ready within {READY_WITHIN_S} s")
            time.sleep(0.05)

    def _is_ready(self) -> bool:
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=5)
        try:
            connection.request("GET", "/readyz")
            return connection.getresponse().status == 200
        except OSError:
            return False
        finally:
            connection.close()

    def stop(self) -> None:
        if self.process is None or self.process.poll() is not None:
            return
        self.process.send_signal(signal.SIGTERM)
        try:
            self.process.wait(STOP_WITHIN_S)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
            raise Failed(f"anju did not stop within {STOP_WITHIN_S} s of SIGTERM") from None

    def restart(self) -> None:
        self.stop()
        self.start()

    def discard(self) -> None:
        self.stop()
        shutil.rmtree(self.folder, ignore_errors=True)

    def last_words(self) -> str:
        log = self.folder / "log"
        lines = log.read_text(errors="replace").splitlines() if log.is_file() else []
        return "\n".join(lines[-LOG_LINES_SHOWN:])

    def key(self, role: str, unit: str | None = None) -> str:
        """A new API key, of the district or of the unit with this code."""
        command = [self.program, "key", "create", "--role", role, "--label", "benchmark"]
        command += ["--unit", unit] if unit else []
        quiet = self.environment | {"ANJU_LOG": "warn"}
        made = subprocess.run(command, env=quiet, check=True, stdout=subprocess.PIPE, text=True)
        return made.stdout.split()[-1]

    def memory_mb(self) -> tuple[float, float] | None:
        """Resident now and at its highest, of Anju alone; None where there is no /proc."""
        try:
            status = Path(f"/proc/{self.process.pid}/status").read_text()
        except OSError:
            return None

        def figure(name: str) -> float:
            return int(re.search(rf"^{name}:\s+(\d+) kB$", status, re.M)[1]) / 1024

        return figure("VmRSS"), figure("VmHWM")


class Client:
    """Calls the API as the holder of one key; `source` is the local address it calls from."""

    def __init__(self, server: Server, key: str | None, source: str | None = None):
        from_address = (source, 0) if source else None
        self.connection = http.client.HTTPConnection(
            "127.0.0.1", server.port, timeout=600, source_address=from_address
        )
        self.headers = {"Accept": "application/json"}
        if key:
            self.headers["Authorization"] = f"Bearer {key}"

    def get(self, path: str):
        return self._send("GET", path, None, {})

    def post(self, path: str, body=None):
        headers = {"Idempotency-Key": str(uuid.uuid4())}
        if body is None:
            return self._send("POST", path, b"", headers)
        headers["Content-Type"] = "application/json"
        return self._send("POST", path, json.dumps(body).encode(), headers)

    def upload(self, kind: str, programme: str, file: Path):
        """POSTs an import that writes; answers it, its job queued."""
        mark = uuid.uuid4().hex
        fields = {"kind": kind, "mode": "commit", "programme_id": programme}
        parts = [
            f'--{mark}\r\nContent-Disposition: form-data; name="{name}"\r\n\r\n{value}\r\n'
            for name, value in fields.items()
        ]
        parts.append(
            f'--{mark}\r\nContent-Disposition: form-data; name="file"; filename="{file.name}"\r\n'
            "Content-Type: text/csv\r\n\r\n"
        )
        body = "".join(parts).encode() + file.read_bytes() + f"\r\n--{mark}--\r\n".encode()
        headers = {
            "Idempotency-Key": str(uuid.uuid4()),
            "Content-Type": f"multipart/form-data; boundary={mark}",
        }
        return self._send("POST", "/v1/imports", body, headers)

    def wait_for(self, queued: dict) -> None:
        """Until the job of an import has ended; it must have written its rows."""
        deadline = time.monotonic() + JOB_WITHIN_S
        path = f"/v1/imports/{queued['id']}"
        while (found := self.get(path))["state"] in ("queued", "running"):
            if time.monotonic() > deadline:
                raise Failed(f"an import did not end within {JOB_WITHIN_S} s")
            time.sleep(0.05)
        if not found["committed"]:
            refused = self.get(f"{path}/rows?verdict=refused&limit=3")
            raise Failed(f"an import wrote nothing: {found} {refused}")

    def _send(self, method: str, path: str, body, headers: dict):
        self.connection.request(method, path, body, self.headers | headers)
        answer = self.connection.getresponse()
        text = answer.read()
        if answer.status >= 300:
            raise Failed(f"{method} {path} answered {answer.status}: {text.decode()[:1000]}")
        return json.loads(text) if text.startswith((b"{", b"[")) else None
