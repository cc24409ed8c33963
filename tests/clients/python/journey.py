"""A household's way through the generated Python client, against a running Anju."""

import importlib
import json
import pkgutil

import anju_client
from support import CONTRACT, fetched


def every_generated_module_loads() -> None:
    names = [module.name for module in pkgutil.walk_packages(anju_client.__path__, "anju_client.")]
    assert any(name.startswith("anju_client.api.") for name in names), "no operation was generated"
    for name in names:
        importlib.import_module(name)


def the_server_serves_the_contract_the_client_was_made_from() -> None:
    assert fetched("/v1/openapi.json") == json.loads(CONTRACT.read_text())


STEPS = [
    every_generated_module_loads,
    the_server_serves_the_contract_the_client_was_made_from,
]

if __name__ == "__main__":
    for step in STEPS:
        step()
        print(f"  python: {step.__name__.replace('_', ' ')}")
