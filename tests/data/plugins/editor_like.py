import json
import os
from pathlib import Path

import pytest


def pytest_sessionfinish(session, exitstatus):
    if not session.config.option.collectonly:
        return
    found = {"exitstatus": int(exitstatus), "root": str(session.path), "tests": []}
    for item in session.items:
        parent = item.parent
        while not isinstance(parent, pytest.File):
            assert isinstance(parent, pytest.Class), type(parent)
            parent = parent.parent
        folder = parent.path.parent
        while folder != session.path:  # every folder up to the root becomes a node
            assert folder != folder.parent, (parent.path, session.path)
            folder = folder.parent
        found["tests"].append(
            {
                "id": item.nodeid,
                "name": item.name,
                "path": str(parent.path),
                "line": item.location[1] + 1,
                "parametrized": hasattr(item, "callspec"),
            }
        )
    with Path(os.environ["TEST_RUN_FILE"]).open("w", encoding="utf-8") as out:
        json.dump(found, out)


def pytest_collectreport(report):
    if report.failed:
        raise AssertionError(report.longrepr)


def pytest_report_teststatus(report, config):
    if report.when == "call" and report.failed:
        with Path(os.environ["TEST_RUN_FILE"]).open("a", encoding="utf-8") as out:
            out.write(str(report.longrepr) + "\n===\n")
