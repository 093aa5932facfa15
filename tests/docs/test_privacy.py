"""What the page about privacy says of network connections."""

from __future__ import annotations

import ast

from repository import ROOT

#: Modules that talk to other machines.
CONNECTING = ("ftplib", "http", "httpx", "requests", "smtplib", "urllib.request", "urllib3")


def imported(source: str) -> set[str]:
    """Return the modules that `source` imports."""
    result = set()
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Import):
            result |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            result |= {node.module, *(f"{node.module}.{alias.name}" for alias in node.names)}
    return result


def connects(name: str) -> bool:
    return any(name == item or name.startswith(f"{item}.") for item in CONNECTING)


def test_no_module_opens_a_network_connection_and_one_listens():
    connecting, listening = [], []
    for package in ("framework", "autograder", "plugins"):
        for file in sorted((ROOT / package).rglob("*.py")):
            name, modules = str(file.relative_to(ROOT)), imported(file.read_text("utf-8"))
            connecting += [f"{name}: {module}" for module in sorted(modules) if connects(module)]
            listening += [name] if modules & {"uvicorn", "socketserver", "http.server"} else []
    assert connecting == []
    assert listening == ["plugins/classes/pages/server.py"]


def test_a_module_that_connects_is_found():
    source = "from urllib import request\nimport http.client\nimport urllib.parse\n"
    assert sorted(filter(connects, imported(source))) == ["http.client", "urllib.request"]
