"""Whose key each generated request carries.

Every operation starts with the first role of the key file and moves to the next when it is
answered 403, so each is fuzzed by somebody who may call it, and the refusals are checked
against the contract as well.
"""

import json
import os
from collections import Counter
from pathlib import Path
from typing import Any

import schemathesis

KEYS: list[str] = list(json.loads(Path(os.environ["DEMO_KEYS"]).read_text()).values())
refused: Counter[str] = Counter()


@schemathesis.auth(refresh_interval=None)
class StaffKey:
    def get(self, case: Any, context: Any) -> str:
        return KEYS[refused[case.operation.label] % len(KEYS)]

    def set(self, case: Any, key: str, context: Any) -> None:
        case.headers = {**(case.headers or {}), "Authorization": f"Bearer {key}"}


@schemathesis.hook
def after_call(context: Any, case: Any, response: Any) -> None:
    if response.status_code == 403:
        refused[case.operation.label] += 1
