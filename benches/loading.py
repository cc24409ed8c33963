"""The import of a roster, beside COPY of the very rows it leaves."""

import time
from dataclasses import dataclass, field
from pathlib import Path
from statistics import median

from database import Database
from server import Client, Server

COPY = "copied"  # the database that COPY fills

# The rows of one programme in each table the import fills, in the order of their references.
ROWS = {
    "household": "select t.* from household t join parcel p on p.id = t.parcel_id"
    " where p.programme_id = '{programme}'",
    "person": "select t.* from person t join household h on h.id = t.household_id"
    " join parcel p on p.id = h.parcel_id where p.programme_id = '{programme}'",
    "structure": "select t.* from structure t join household h on h.id = t.household_id"
    " join parcel p on p.id = h.parcel_id where p.programme_id = '{programme}'",
    "household_name_key": "select t.* from household_name_key t join parcel p on p.id = t.parcel_id"
    " where p.programme_id = '{programme}'",
    "audit_salt": "select t.* from audit_salt t join household h on h.id = t.subject_id"
    " join parcel p on p.id = h.parcel_id where p.programme_id = '{programme}'",
    "audit_event": "select t.* from audit_event t join parcel p on p.id = t.parcel_id"
    " where p.programme_id = '{programme}' and t.object_type = 'household'",
}


@dataclass
class Measured:
    rows: int = 0
    anju_s: list[float] = field(default_factory=list)
    copy_s: list[float] = field(default_factory=list)

    def ratio(self) -> float:
        """How fast the import is: its rows a second over those of COPY."""
        return median(copy / anju for anju, copy in zip(self.anju_s, self.copy_s))


def timed_import(client: Client, programme: str, file: Path) -> float:
    """Seconds from the first byte sent until the job has succeeded."""
    started = time.monotonic()
    client.wait_for(client.upload("roster", programme, file))
    return time.monotonic() - started


def round_of(server: Server, client: Client, programme: str, file: Path, into: Measured) -> None:
    """One import and one COPY of the same rows, each into the database as it was before."""
    database = Database(server)
    copied = _twin(server, database)
    database.settle()
    into.anju_s.append(timed_import(client, programme, file))
    folder = server.folder / "rows"
    folder.mkdir(exist_ok=True)
    for table, rows in ROWS.items():
        query = rows.format(programme=programme)
        database.psql(f"\\copy ({query}) to '{folder / table}'")
    into.rows = _count(database, programme)
    copied.settle()
    loads = [f"\\copy {table} from '{folder / table}'" for table in ROWS]
    started = time.monotonic()
    copied.psql("begin", *loads, "commit")
    into.copy_s.append(time.monotonic() - started)
    if _count(copied, programme) != into.rows:
        raise AssertionError("COPY wrote other rows than the import")
    database.psql(f"drop database {COPY} with (force)")


def _count(database: Database, programme: str) -> int:
    """Rows in all tables that are filled."""
    counts = [f"(select count(*) from ({rows.format(programme=programme)}) t)" for rows in ROWS.values()]
    return int(database.psql(f"select {' + '.join(counts)}"))


def _twin(server: Server, database: Database) -> Database:
    """A second database with the same schema, rows, indexes and constraints."""
    dump = server.folder / "dump"
    database.run("pg_dump", "-Fc", "-Z0", "-f", str(dump))
    database.psql(f"drop database if exists {COPY}", f"create database {COPY} template template0")
    twin = Database(server, COPY)
    twin.run("pg_restore", "-d", COPY, str(dump))
    dump.unlink()
    return twin
