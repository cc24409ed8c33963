"""Where Anju answers and with which keys: what every step of the journey starts from."""

import json
import os
from pathlib import Path
from typing import Any

import httpx
from anju_client import AuthenticatedClient, Client

BASE_URL = os.environ["BASE_URL"]
CONTRACT = Path(os.environ["CONTRACT"])
KEYS: dict[str, str] = json.loads(Path(os.environ["DEMO_KEYS"]).read_text())


def staff(role: str) -> AuthenticatedClient:
    """The generated client, as a member of staff in this role."""
    return AuthenticatedClient(base_url=BASE_URL, token=KEYS[role])


def anyone() -> Client:
    """The generated client, without a credential."""
    return Client(base_url=BASE_URL)


def fetched(path: str) -> Any:
    """JSON from a path outside the contract."""
    answer = httpx.get(f"{BASE_URL}{path}", timeout=30)
    answer.raise_for_status()
    return answer.json()
