"""Finding a household among a million: how long one search takes, for headquarters and for one village."""

import math
import statistics
import time
from dataclasses import dataclass

import people
from database import Database
from server import Client, Failed, Server
from town import codes_of, new_programme

FILES = 5
ASKED = 200
VILLAGE = "370103099"


@dataclass
class Measured:
    """One kind of search: how many are found in a page, and how long an answer takes."""

    name: str
    found: float
    p50_ms: float
    p99_ms: float


class Many:
    """A district of many households; one village of it holds about four in a thousand."""

    def __init__(self, server: Server, rows: int):
        self.server = server
        client = Client(server, server.key("district_admin"))
        units = client.get("/v1/org-units?limit=200")["items"]
        district = next(u for u in units if u["level"] == "district" and not u["synthetic"])
        body = {"code": VILLAGE, "name": "大沟村", "level": "village", "parent_id": district["id"]}
        village = client.post("/v1/org-units", body)["id"]
        self.sample, self.villagers = [], []
        for at in range(FILES):
            name = f"many {at}"
            here = village if at == 0 else None
            programme, file = new_programme(server, client, name, rows // FILES, here)
            client.wait_for(client.upload("roster", programme, file))
            file.unlink()
            codes = codes_of(name)
            for n, person in enumerate(people.households(codes, rows // FILES)):
                if at == 0 and person["parcel"] == codes[0] and len(self.villagers) < ASKED:
                    self.villagers.append(person)
                if n % (rows // ASKED) == at:
                    self.sample.append(person)
        Database(server).settle()

    def measure(self) -> list[Measured]:
        """Every kind of search, one after the other, by headquarters and by a village's officer."""
        return [
            *self._by("headquarters", self.server.key("district_admin"), self.sample),
            *self._by("the officer of one village", self.server.key("case_officer", VILLAGE), self.villagers),
        ]

    def _by(self, who: str, key: str, sought: list[dict]) -> list[Measured]:
        client = Client(self.server, key)
        measured = []
        for kind in criteria(sought[0]):
            times, found = [], []
            for person in sought:
                started = time.perf_counter()
                page = client.post("/v1/households/search?limit=20", criteria(person)[kind])
                times.append((time.perf_counter() - started) * 1000)
                found.append(len(page["items"]))
            if not all(found):
                raise Failed(f"search by {kind}: somebody was not found")
            times.sort()
            slowest = times[math.ceil(len(times) * 0.99) - 1]
            row = Measured(f"{kind}, {who}", statistics.mean(found), statistics.median(times), slowest)
            measured.append(row)
        return measured


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
