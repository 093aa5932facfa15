"""The files of the project that name its version or its folders agree with it."""

from __future__ import annotations

import re
import tomllib

import yaml
from repository import ROOT

from framework import __version__


def text(name: str) -> str:
    """Return the text of a file of the project."""
    return (ROOT / name).read_text("utf-8")


def test_every_file_names_the_same_version():
    cited = re.search(r"^version: (.+)$", text("CITATION.cff"), re.M)
    assert cited and cited[1] == __version__
    needed = tomllib.loads(text("solutions/pyproject.toml"))["project"]["dependencies"]
    assert needed == [f"gradus-nlp=={__version__}"]
    assert re.search(rf"^## .*\b{re.escape(__version__)}\b", text("CHANGELOG.md"), re.M)


def test_every_package_says_that_it_is_annotated():
    assert all(
        (ROOT / top / "py.typed").is_file() for top in ("framework", "plugins", "autograder")
    )


def test_every_path_named_for_contributors_exists():
    told = re.findall(r"`((?:framework|plugins|exercises|docs|tests|solutions|\.ci)/[\w./-]*)`",
                      text(".github/CONTRIBUTING.md"))  # fmt: skip
    assert len(told) > 8
    missing = [path for path in told if not (ROOT / path).exists() and "UNIT" not in path]
    assert missing == []


def test_every_test_that_the_workflow_runs_exists():
    jobs = yaml.safe_load(text(".github/workflows/ci.yml"))["jobs"]
    steps = [step.get("run", "") for job in jobs.values() for step in job["steps"]]
    named = [word for line in steps for word in line.split() if word.startswith(("tests/", ".ci/"))]
    assert len(named) > 2
    assert [name for name in named if not (ROOT / name).exists()] == []
