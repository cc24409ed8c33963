"""Finding a household among a million: how long one search takes, for headquarters and for one village."""

import statistics
import time
from dataclasses import dataclass

import people
from database import Database
from server import Client, Failed, Server
from town import new_programme

FILES = 5
ASKED = 200


@dataclass
class Measured:
    """One kind of search: how many are found in a page, and how long an answer takes."""

    name: str
    found: float
    p50_ms: float
    p99_ms: float


def load(server: Server, rows: int) -> list[dict]:
    """Households in several rosters of one district; answers them."""
    client = Client(server, server.key("district_admin"))
    everybody = []
    for at in range(FILES):
        name = f"many {at}"
        programme, file = new_programme(server, client, name, rows // FILES)
        client.wait_for(client.upload("roster", programme, file))
        file.unlink()
        prefix = name.upper().replace(" ", "-")
        codes = [f"{prefix}-{n:02}" for n in range(people.PARCELS)]
        some = people.households(codes, rows // FILES)
        everybody += [person for n, person in enumerate(some) if n % 997 == at]
    Database(server).settle()
    return everybody


def criteria(person: dict) -> dict[str, dict]:
    """What an officer types, by what it is called."""
    holder = person["holder"]
    return {
        "citizen number": {"citizen_number": person["citizen_number"]},
        "telephone": {"phone": person["phone"]},
        "last four digits": {"phone_last4": person["phone"][-4:]},
        "whole name": {"name": holder},
        "end of a name": {"name": holder[-2:]},
        "pinyin initials": {"pinyin_initials": people.initials(holder)},
        "household number": {"household_no": person["number"]},
    }


def measure(server: Server, everybody: list[dict]) -> list[Measured]:
    """Every kind of search, one after the other, by headquarters and by an officer of one unit."""
    callers = {
        "district": Client(server, server.key("district_admin")),
        "one unit of many": Client(server, server.key_of_new_unit("case_officer")),
    }
    measured = []
    for who, client in callers.items():
        for kind in criteria(everybody[0]):
            times, found = [], []
            for person in everybody[:ASKED]:
                body = criteria(person)[kind]
                started = time.perf_counter()
                page = client.post("/v1/households/search?limit=20", body)
                times.append((time.perf_counter() - started) * 1000)
                found.append(len(page["items"]))
            if who == "district" and not all(found):
                raise Failed(f"search by {kind}: somebody was not found")
            times.sort()
            p50, p99 = statistics.median(times), times[int(len(times) * 0.99) - 1]
            measured.append(Measured(f"{kind}, {who}", statistics.mean(found), p50, p99))
    return measured
