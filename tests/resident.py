"""A household that a test makes for itself through the API of a running Anju, with what a
resident of it knows. Nothing but Python's own library; BASE_URL and DEMO_KEYS as with-server
gives them.

    python3 tests/resident.py     prints lookup code and last six, for a shell to read
"""

import json
import os
import urllib.request
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from uuid import uuid4

# A region nobody lives in; the last digit is the check digit of GB 11643.
CITIZEN_NUMBER = "370199198001010014"


@dataclass(frozen=True)
class Resident:
    lookup_code: str
    last_six: str


def created(path: str, body: Any, role: str | None = None, **headers: str) -> Any:
    """What a POST made, asked for by somebody of a role or by anyone; fails if it did not."""
    headers["Idempotency-Key"] = str(uuid4())
    headers["Content-Type"] = "application/json"
    if role:
        keys = json.loads(Path(os.environ["DEMO_KEYS"]).read_text())
        headers["Authorization"] = f"Bearer {keys[role]}"
    request = urllib.request.Request(
        f"{os.environ['BASE_URL']}/v1{path}",
        data=None if body is None else json.dumps(body).encode(),
        headers=headers,
        method="POST",
    )
    with urllib.request.urlopen(request, timeout=30) as answer:
        return json.load(answer)


def settled() -> Resident:
    """A household in a parcel and a programme of its own, with a code just issued."""
    programme = created("/programmes", {
        "name": f"居民查询测试 {uuid4()}", "year": 2018, "target_villages": 1, "target_areas": 0,
        "target_demolition_m2": "1000.00", "synthetic": True,
    }, "district_admin")
    parcel = created("/parcels", {
        "programme_id": programme["id"], "code": "CX", "name": "查询村", "kind": "old_village",
        "legal_track": "agreement_relocation", "subdistrict": "七贤街道",
        "households_planned": 1, "area_planned_m2": "120.50",
        "signing_from": "2018-03-01", "signing_to": "2018-03-31", "moving_by": "2018-04-30",
        "contact_name": "村改造办公室", "contact_phone": "0531-00000000",
    }, "district_admin")
    household = created("/households", {
        "parcel_id": parcel["id"], "household_no": "CX-1", "holder_name": "张小三",
        "address": "查询村 1 号",
        "persons": [{"name": "张小三", "relation": "02", "holder": True,
                     "document": {"kind": "citizen_number", "number": CITIZEN_NUMBER}}],
        "structures": [{"seq": 1, "use": "residential", "recognised_area_m2": "120.50"}],
    }, "case_officer")
    code = created(f"/households/{household['id']}/lookup-codes", None, "case_officer")
    return Resident(code["lookup_code"], CITIZEN_NUMBER[-6:])


def opened(resident: Resident, address: str) -> str:
    """The token of a session just opened from an address."""
    session = {"lookup_code": resident.lookup_code, "id_last_six": resident.last_six,
               "channel": "self"}
    return created("/resident/sessions", session, **{"X-Forwarded-For": address})["token"]


if __name__ == "__main__":
    made = settled()
    print(made.lookup_code, made.last_six)
