"""Whose key each generated request carries: that of the first role with the permission the
contract says the operation needs.

Requests about the keys in use are not sent: a revoked key would turn the rest of the run into
a test of 401.
"""

from typing import Any

import schemathesis
from keys import keys

KEYS = keys()


@schemathesis.auth(refresh_interval=None)
class StaffKey:
    def get(self, case: Any, context: Any) -> str | None:
        needed = case.operation.definition.raw.get("x-required-permission")
        fitting = (key.secret for key in KEYS if needed in key.permissions)
        return next(fitting, None)

    def set(self, case: Any, secret: str, context: Any) -> None:
        case.headers = {**(case.headers or {}), "Authorization": f"Bearer {secret}"}


@schemathesis.hook
def filter_case(context: Any, case: Any) -> bool:
    named = set(map(str, (case.path_parameters or {}).values()))
    return named.isdisjoint(key.id for key in KEYS)
