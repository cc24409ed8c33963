"""The keys the fuzzer works with; run by itself, checks that all of them still open."""

import json
import os
import urllib.request
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class Key:
    id: str
    secret: str
    permissions: frozenset[str]


def keys() -> list[Key]:
    """Every key of the file; fails when one of them does not open."""
    file = Path(os.environ["DEMO_KEYS"])
    return [opened(secret) for secret in json.loads(file.read_text()).values()]


def opened(secret: str) -> Key:
    request = urllib.request.Request(
        f"{os.environ['BASE_URL']}/v1/me", headers={"Authorization": f"Bearer {secret}"}
    )
    with urllib.request.urlopen(request, timeout=30) as answer:
        me = json.load(answer)
    return Key(me["key_id"], secret, frozenset(me["permissions"]))


if __name__ == "__main__":
    print(f"contract-fuzz: all {len(keys())} keys still open")
