"""Reads: requests a second through Anju, beside pgbench running the very same statements."""

import re
import subprocess
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path
from statistics import median

from database import OWNER, Database, Statement, literal
from server import Client, Failed, Server

WRK = ("-t2", "-c64")
PGBENCH_CLIENTS, PGBENCH_THREADS = 16, 2
WARM_UP_S = 2
# How often a client of pgbench takes up another target; choosing costs it nothing then.
TURNS_PER_TARGET = 500


@dataclass
class Scenario:
    """A read: what it is called, and what is asked for, as (path, key) pairs."""

    name: str
    targets: list[tuple[str, str]]


@dataclass
class Measured:
    anju: list[float] = field(default_factory=list)
    limit: list[float] = field(default_factory=list)
    unfenced: list[float] = field(default_factory=list)
    p50_ms: float = 0
    p99_ms: float = 0
    statements: int = 0

    def ratio(self) -> float:
        return median(a / b for a, b in zip(self.anju, self.limit))

    def second_fence(self) -> float:
        """What row-level security takes: the share of the runs that the owner, whom it does not
        bind, makes more of than the service."""
        return median(1 - b / c for b, c in zip(self.limit, self.unfenced))


def measure(server: Server, scenario: Scenario, seconds: int, rounds: int) -> Measured:
    database = Database(server)
    clients = {key: Client(server, key) for _, key in scenario.targets}
    asked = [lambda p=path, k=key: clients[k].get(p) for path, key in scenario.targets]
    for request in asked:  # what is asked for the first time is looked up first
        request()
    statements = _common(scenario.name, database.observe(asked))
    for statement in statements[0]:
        if not database.returns_rows(statement):
            raise Failed(f"{scenario.name}: a statement finds nothing: {statement.text}")
    script = server.folder / "script.sql"
    script.write_text(_script(statements))
    targets = server.folder / "targets"
    targets.write_text("".join(f"{path} {key}\n" for path, key in scenario.targets))

    found = Measured(statements=len(statements[0]))
    _wrk(server, targets, WARM_UP_S)
    database.rate(script, WARM_UP_S, PGBENCH_CLIENTS, PGBENCH_THREADS)
    for _ in range(rounds):
        rate, found.p50_ms, found.p99_ms = _wrk(server, targets, seconds)
        found.anju.append(rate)
        limit = database.rate(script, seconds, PGBENCH_CLIENTS, PGBENCH_THREADS)
        found.limit.append(limit)
        free = database.rate(script, seconds, PGBENCH_CLIENTS, PGBENCH_THREADS, user=OWNER)
        found.unfenced.append(free)
    return found


def _common(name: str, observed: list[list[Statement]]) -> list[list[Statement]]:
    """The requests that sent what most sent: Anju's worker looks for jobs between them."""
    shape = Counter(tuple(s.text for s in one) for one in observed).most_common(1)[0][0]
    if not shape:
        raise Failed(f"{name}: no statement was seen")
    return [one for one in observed if tuple(s.text for s in one) == shape]


def _script(observed: list[list[Statement]]) -> str:
    """The statements for pgbench, with `$1` as they are.

    pgbench numbers its own variables in the order in which they occur, so naming them in a
    comment in front gives the statement its parameters and leaves its text alone. A variable that
    was never set is null.
    """
    first = observed[0]
    rows, names = [[] for _ in observed], []
    lines = []
    begun = False
    for s, statement in enumerate(first):
        if statement.text.startswith("begin"):
            begun = True
            lines += _pipeline(s, observed, names, rows)
            continue
        if re.search(r"(?<!:):[A-Za-z_]", statement.text):
            raise Failed(f"pgbench would replace something in: {statement.text}")
        given = []
        for p, value in enumerate(statement.values):
            given.append(f":v{s}_{p}")
            column = [one[s].values[p] for one in observed]
            if any((other is None) != (value is None) for other in column):
                raise Failed(f"null for some targets only: {statement.text}")
            if value is not None:
                names.append(f"v{s}_{p}")
                for row, own in zip(rows, column):
                    row.append(literal(own))
        comment = f"/* {' '.join(given)} */ " if given else ""
        lines.append(f"{comment}{statement.text};")
    if begun:
        lines.append("commit;")
    if names:
        values = ", ".join(f"({', '.join(row)})" for row in rows)
        choose = f"select * from (values {values}) as t({', '.join(names)}) order by random() limit 1"
        lines[:0] = [
            f"\\if :turn % {TURNS_PER_TARGET} = 0",
            f"{choose} \\gset",
            "\\endif",
            "\\set turn :turn + 1",
        ]
    return "\n".join(lines) + "\n"


def _pipeline(s: int, observed: list[list[Statement]], names: list, rows: list) -> list[str]:
    """What opens a transaction, in one round trip as Anju sends it.

    A setting that differs from target to target is a parameter, which `set` cannot take and
    `set_config` can; it costs the same.
    """
    parts = [part.strip() for part in observed[0][s].text.split(";") if part.strip()]
    lines = ["\\startpipeline", f"{parts[0]};"]
    for part in parts[1:]:
        name, number = re.fullmatch(r"set local (\S+) = \$(\d+)", part).groups()
        column = [one[s].values[int(number) - 1] for one in observed]
        if len(set(column)) == 1:
            lines.append(f"set local {name} = {literal(column[0])};")
            continue
        variable = f"v{s}_{number}"
        names.append(variable)
        for row, own in zip(rows, column):
            row.append(literal(own))
        lines.append(f"select set_config('{name}', :{variable}, true);")
    return [*lines, "\\endpipeline"]


def _wrk(server: Server, targets: Path, seconds: int) -> tuple[float, float, float]:
    """Requests a second, and the median and 99th percentile of an answer in ms."""
    lua = Path(__file__).with_name("targets.lua")
    url = f"http://127.0.0.1:{server.port}"
    command = ["wrk", *WRK, f"-d{seconds}s", "-s", lua, url, "--", targets]
    told = subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True).stdout
    figures = re.search(r"^figures (.*)$", told, re.M)
    count, micros, errors, p50, p99 = map(int, figures[1].split())
    if errors or not count:
        raise Failed(f"{errors} of {count} requests failed:\n{told}")
    return count / micros * 1e6, p50 / 1000, p99 / 1000
