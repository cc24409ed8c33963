"""What is read: a programme of 16,000 households over 53 parcels, three quarters signed."""

import random
from pathlib import Path

import people
from reads import Scenario
from server import Client, Server

PARCELS = 53
HOUSEHOLDS = 16_000
TARGETS = 500
SESSIONS = 120
# A caller may look up twenty cases a minute; this machine has many addresses of its own.
SESSIONS_PER_ADDRESS = 15


def codes_of(name: str) -> list[str]:
    """The codes of the parcels of a programme."""
    prefix = name.upper().replace(" ", "-")
    return [f"{prefix}-{n:02}" for n in range(PARCELS)]


def new_programme(
    server: Server, client: Client, name: str, rows: int, village: str | None = None
) -> tuple[str, Path]:
    """A programme with its parcels, and the roster to be imported into it.

    The first of its parcels hangs on the village, when one is given.
    """
    body = {
        "name": f"benchmark, {name}",
        "year": 2018,
        "target_villages": 22,
        "target_areas": 31,
        "target_demolition_m2": "3000000.00",
        "synthetic": True,
    }
    programme = client.post("/v1/programmes", body)["id"]
    codes = codes_of(name)
    for code in codes:
        body = {
            "programme_id": programme,
            "code": code,
            "name": f"{code} 片区",
            "kind": "shantytown_area",
            "legal_track": "state_expropriation",
            "subdistrict": "大观园街道",
            "households_planned": rows // PARCELS,
            "area_planned_m2": "50000.00",
            "signing_from": "2018-03-01",
            "signing_to": "2018-09-30",
            "moving_by": "2018-12-31",
            "contact_name": "改造办公室",
            "contact_phone": "0531-00000000",
        }
        if village and code == codes[0]:
            body["org_unit_id"] = village
        client.post("/v1/parcels", body)
    file = server.folder / f"{codes[0]}.csv"
    people.write_roster(file, people.households(codes, rows))
    return programme, file


class Town:
    """Loaded as an office would load it."""

    def __init__(self, server: Server):
        self.server = server
        self.key = server.key("district_admin")
        client = self.client = Client(server, self.key)
        self.programme, roster = new_programme(server, client, "town", HOUSEHOLDS)
        client.wait_for(client.upload("roster", self.programme, roster))
        listed = client.get(f"/v1/parcels?programme_id={self.programme}&limit=200")
        self.parcels = {parcel["code"]: parcel["id"] for parcel in listed["items"]}
        for parcel in self.parcels.values():
            client.post(f"/v1/parcels/{parcel}/rosters")
        self.people = list(people.households(sorted(self.parcels), HOUSEHOLDS))
        agreements = server.folder / "agreements.csv"
        people.write_agreements(agreements, self.people)
        client.wait_for(client.upload("agreements", self.programme, agreements))

    def scenarios(self) -> list[Scenario]:
        chosen = random.Random(53).sample(self.people, TARGETS)
        ids = [self._household(person) for person in chosen]
        tokens = self._open_sessions(list(zip(chosen, ids))[:SESSIONS])
        lists = [f"/v1/households?parcel_id={parcel}&limit=50" for parcel in self.parcels.values()]
        rates = f"/v1/programmes/{self.programme}/signing-rates?group_by=parcel"
        return [
            Scenario("one household", [(f"/v1/households/{id}", self.key) for id in ids]),
            Scenario("a resident's case", [("/v1/resident/case", token) for token in tokens]),
            Scenario("a page of 50 households", [(path, self.key) for path in lists]),
            Scenario("signing rates of a programme", [(rates, self.key)]),
        ]

    def _household(self, person: dict) -> str:
        parcel = self.parcels[person["parcel"]]
        path = f"/v1/households?parcel_id={parcel}&household_no={person['number']}"
        return self.client.get(path)["items"][0]["id"]

    def _open_sessions(self, residents: list[tuple[dict, str]]) -> list[str]:
        tokens = []
        for at in range(0, len(residents), SESSIONS_PER_ADDRESS):
            source = f"127.0.0.{at // SESSIONS_PER_ADDRESS + 2}"
            stranger = Client(self.server, None, source)
            for person, household in residents[at : at + SESSIONS_PER_ADDRESS]:
                issued = self.client.post(f"/v1/households/{household}/lookup-codes")
                body = {
                    "lookup_code": issued["lookup_code"],
                    "id_last_six": person["citizen_number"][-6:],
                    "channel": "self",
                }
                tokens.append(stranger.post("/v1/resident/sessions", body)["token"])
        return tokens
