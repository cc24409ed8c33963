"""Whose key each generated request carries.

Every operation starts with the first key and moves to the next when it is answered 403, so
each is fuzzed by somebody who may call it, and the refusals are checked against the contract
as well. Requests about the keys in use are not sent: a revoked key would turn the rest of the
run into a test of 401.
"""

from collections import Counter
from typing import Any

import schemathesis
from keys import KEYS, own_ids

OWN_IDS = own_ids()
refused: Counter[str] = Counter()


@schemathesis.auth(refresh_interval=None)
class StaffKey:
    def get(self, case: Any, context: Any) -> str:
        return KEYS[refused[case.operation.label] % len(KEYS)]

    def set(self, case: Any, key: str, context: Any) -> None:
        case.headers = {**(case.headers or {}), "Authorization": f"Bearer {key}"}


@schemathesis.hook
def filter_case(context: Any, case: Any) -> bool:
    return OWN_IDS.isdisjoint(map(str, (case.path_parameters or {}).values()))


@schemathesis.hook
def after_call(context: Any, case: Any, response: Any) -> None:
    if response.status_code == 403:
        refused[case.operation.label] += 1
