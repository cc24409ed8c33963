"""Who sends each generated request. To an operation of staff: the key of the first role with the
permission the contract says it needs. To one of residents: a resident, whose session is opened
anew when the fuzzer has ended it. Every second request to open a session brings a code that works.

Requests about the keys in use are not sent: a revoked key would turn the rest of the run into
a test of 401.
"""

import atexit
import itertools
import json
import os
from collections import Counter, defaultdict
from pathlib import Path
from typing import Any

import schemathesis
from keys import keys
from session import Session

KEYS = keys()
SESSION = Session()
# Requests are made long before they are sent; the token is put in at the last moment.
RESIDENT = "Bearer <the resident's token>"
ANSWERS: defaultdict[str, Counter[int]] = defaultdict(Counter)
OPENINGS = itertools.count()


def operation_id(case: Any) -> str:
    return case.operation.definition.raw["operationId"]


@schemathesis.auth(refresh_interval=None)
class Caller:
    def get(self, case: Any, context: Any) -> str | None:
        operation = case.operation.definition.raw
        if {"ResidentSession": []} in operation.get("security", []):
            return RESIDENT
        needed = operation.get("x-required-permission")
        fitting = (f"Bearer {key.secret}" for key in KEYS if needed in key.permissions)
        return next(fitting, None)

    def set(self, case: Any, credential: str, context: Any) -> None:
        case.headers = {**(case.headers or {}), "Authorization": credential}


@schemathesis.hook
def filter_case(context: Any, case: Any) -> bool:
    named = set(map(str, (case.path_parameters or {}).values()))
    return named.isdisjoint(key.id for key in KEYS)


@schemathesis.hook
def before_call(context: Any, case: Any, kwargs: Any) -> None:
    headers = case.headers or {}
    if headers.get("Authorization") == RESIDENT:
        case.headers = {**headers, "Authorization": f"Bearer {SESSION.token()}"}
    if operation_id(case) == "openResidentSession" and looks_like_a_session(case.body):
        if next(OPENINGS) % 2 == 0:
            case.body["lookup_code"] = SESSION.resident.lookup_code
            case.body["id_last_six"] = SESSION.resident.last_six
            case.headers = {**headers, "X-Forwarded-For": SESSION.address()}


def looks_like_a_session(body: Any) -> bool:
    known = {"lookup_code", "id_last_six"}
    return isinstance(body, dict) and all(isinstance(body.get(name), str) for name in known)


@schemathesis.hook
def after_call(context: Any, case: Any, response: Any) -> None:
    operation = operation_id(case)
    ANSWERS[operation][response.status_code] += 1
    sent = (case.headers or {}).get("Authorization")
    if operation == "endResidentSession" or response.status_code == 401:
        SESSION.ended(sent)


@atexit.register
def tell() -> None:
    Path(os.environ["ANSWERS"]).write_text(json.dumps(ANSWERS))
