"""The private PostgreSQL under Anju, seen past Anju: its log, psql, pgbench, COPY."""

import os
import re
import shutil
import subprocess
import time
from dataclasses import dataclass
from pathlib import Path

from server import Failed, Server

DATABASE = "anju"
OWNER = "postgres"
SERVICE = "anju_service"
LINE = "anju-bench:"  # begins each entry of the log while statements are observed


@dataclass
class Statement:
    """A statement as the server got it: its text with $1, $2 …, and the values (None is null)."""

    text: str
    values: list[str | None]


def programs() -> Path:
    """The folder of psql and pgbench."""
    if folder := os.environ.get("ANJU_PG_BIN"):
        if (Path(folder) / "pgbench").exists():
            return Path(folder)
    if found := shutil.which("pgbench"):
        return Path(found).parent
    raise Failed("pgbench is missing: it comes with PostgreSQL's server or contrib package")


class Database:
    """A database of the cluster that a server runs."""

    def __init__(self, server: Server, name: str = DATABASE):
        self.server = server
        self.name = name
        self.programs = programs()
        self.cluster = server.data / "postgres"

    def socket(self) -> str:
        return (self.cluster / "data/postmaster.pid").read_text().splitlines()[4]

    def run(self, program: str, *arguments: str, user: str = OWNER) -> str:
        names = {"PGHOST": self.socket(), "PGUSER": user, "PGDATABASE": self.name}
        ran = subprocess.run(
            [self.programs / program, *arguments],
            env=self.server.environment | names | {"PGPORT": "5432"},
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            check=False,
        )
        if ran.returncode != 0:
            raise Failed(f"{program}: {ran.stderr.strip()[-2000:]}")
        return ran.stdout

    def psql(self, *statements: str) -> str:
        """Each statement as a command of its own, so that a transaction spans several."""
        commands = [argument for text in statements for argument in ("-c", text)]
        return self.run("psql", "-qXAt", "-v", "ON_ERROR_STOP=1", *commands)

    def settle(self) -> None:
        """Statistics and dirty pages, so that no run pays for what was loaded before it."""
        self.psql("vacuum analyze", "checkpoint")

    def observe(self, requests) -> list[list[Statement]]:
        """What each request makes Anju send: its statements, in order, with their values.

        The text comes from the log of the server itself, so it cannot differ from what runs.
        """
        log = self.cluster / "server.log"
        self._log_statements(on=True)
        seen = []
        try:
            for request in requests:
                start = log.stat().st_size
                request()
                with log.open("rb") as file:
                    file.seek(start)
                    seen.append(_statements(file.read().decode()))
        finally:
            self._log_statements(on=False)
        return seen

    def _log_statements(self, on: bool) -> None:
        if on:
            settings = [
                "alter system set log_statement = 'all'",
                f"alter system set log_line_prefix = '{LINE}%a:'",
            ]
        else:
            settings = ["alter system reset log_statement", "alter system reset log_line_prefix"]
        self.psql(*settings, "select pg_reload_conf()")
        time.sleep(0.5)  # every backend takes the settings on before its next statement

    def rate(
        self, script: Path, seconds: int, clients: int, threads: int, user: str = SERVICE
    ) -> float:
        """Runs of the script a second, as the role Anju works as."""
        told = self.run(
            "pgbench",
            *("-n", "-M", "prepared", "-c", str(clients), "-j", str(threads)),
            *("-T", str(seconds), "-D", "turn=0", "-f", str(script)),
            user=user,
        )
        return float(re.search(r"^tps = ([\d.]+)", told, re.M)[1])

    def returns_rows(self, statement: Statement) -> bool:
        """Whether the statement finds anything: an empty answer would be no measure."""
        if statement.text.startswith("begin"):
            return True
        values = ", ".join(literal(value) for value in statement.values)
        called = f"execute it({values})" if values else "execute it"
        return self.psql(f"prepare it as {statement.text}", called).strip() != ""


def literal(value: str | None) -> str:
    """For SQL and for pgbench, which takes `:name` for a variable even in a string."""
    if value is None:
        return "null"
    escaped = value.replace("\\", "\\\\").replace("'", "''").replace(":", "\\072")
    return f"E'{escaped}'"


def _opening(text: str) -> Statement | None:
    """`begin; set local a = 'b'; …` with its literals as values: they differ from caller to caller."""
    if not re.match(r"begin\b", text):
        return None
    values = []

    def numbered(found: re.Match) -> str:
        values.append(found[1])
        return f"${len(values)}"

    return Statement(re.sub(r"'([^']*)'", numbered, text), values)


def _statements(log: str) -> list[Statement]:
    found = []
    for entry in log.split(LINE)[1:]:
        sender, _, said = entry.partition(":")
        said = said.rstrip("\n").replace("\n\t", "\n")
        if sender != "anju":
            continue
        if ran := re.match(r"LOG:  (?:execute [^:]+|statement): (.*)", said, re.S):
            # Its end is sent while the caller is already answered, so it may be seen too late.
            if ran[1].strip().lower() not in ("commit", "rollback"):
                found.append(_opening(ran[1]) or Statement(ran[1], []))
        elif found and (given := re.match(r"DETAIL:  parameters: (.*)", said, re.S)):
            values = re.findall(r"\$\d+ = (NULL|'(?:[^']|'')*')", given[1])
            found[-1].values = [
                None if value == "NULL" else value[1:-1].replace("''", "'") for value in values
            ]
    return found
