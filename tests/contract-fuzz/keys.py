"""The keys the fuzzer works with; run by itself, checks that all of them still open."""

import json
import os
import urllib.request
from pathlib import Path

BASE_URL = os.environ["BASE_URL"]
DEMO_KEYS = json.loads(Path(os.environ["DEMO_KEYS"]).read_text())
KEYS = [key for key in DEMO_KEYS.values() if isinstance(key, str) and key.startswith("anju_")]


def own_ids() -> set[str]:
    """The ids of the keys; fails when one of them does not open any more."""
    ids = set()
    for key in KEYS:
        headers = {"Authorization": f"Bearer {key}"}
        request = urllib.request.Request(f"{BASE_URL}/v1/me", headers=headers)
        with urllib.request.urlopen(request, timeout=30) as answer:
            ids.add(json.load(answer)["key_id"])
    assert ids, f"no key in {sorted(DEMO_KEYS)}"
    return ids


if __name__ == "__main__":
    own_ids()
    print("contract-fuzz: every key still opens")
