"""The resident the fuzzer acts for. Run by itself, checks that operations of residents have been
answered as to a resident, and not only refused: session.py FILE, as written by hooks.py.
"""

import itertools
import json
import sys
from ipaddress import IPv4Address
from pathlib import Path
from urllib.error import HTTPError

from resident import opened, settled

# What the run must have seen of each.
EXPECTED = {
    "openResidentSession": {201, 401},
    "getResidentCase": {200, 401},
    "endResidentSession": {204, 401},
}


class Session:
    """A session that is open whenever its token is asked for."""

    def __init__(self) -> None:
        self.resident = settled()
        self._token: str | None = None
        # A new address for every session: an address has only so many a minute.
        self._hosts = itertools.count(int(IPv4Address("10.0.0.1")))

    def address(self) -> str:
        return str(IPv4Address(next(self._hosts)))

    def token(self) -> str:
        if self._token is None:
            try:
                self._token = opened(self.resident, self.address())
            except HTTPError as refused:
                if refused.code != 401:
                    raise
                # The fuzzer has revoked the code, or changed who is in the household.
                self.resident = settled()
                self._token = opened(self.resident, self.address())
        return self._token

    def ended(self, credential: str | None) -> None:
        """The request with this credential was refused, or was to end the session."""
        if credential == f"Bearer {self._token}":
            self._token = None


def main() -> int:
    answers = json.loads(Path(sys.argv[1]).read_text())
    missing = 0
    for operation, expected in EXPECTED.items():
        seen = answers.get(operation, {})
        told = ", ".join(f"{count} × {status}" for status, count in sorted(seen.items()))
        print(f"contract-fuzz: {operation} answered {told or 'nothing'}")
        for status in sorted(expected - set(map(int, seen))):
            print(f"contract-fuzz: {operation} never answered {status}", file=sys.stderr)
            missing += 1
    return 1 if missing else 0


if __name__ == "__main__":
    sys.exit(main())
