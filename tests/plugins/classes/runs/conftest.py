"""A queue of jobs, and graders of the test's own in place of sandboxes."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest
from queue_run import Run

from autograder.public.grading import GradeOptions
from plugins.classes.runs import cluster
from plugins.classes.runs.grade_job import RunSettings

#: Grades a job by the name of its place; some end the process, one answers what is invalid.
STAND_IN = """
import json, os, signal, sys, time
for line in sys.stdin:
    job = json.loads(line)[1]
    place = job["place"]
    if place.startswith("killer") or (place.startswith("shaky") and not job["alone"]):
        os.kill(os.getpid(), signal.SIGKILL)
    if place.startswith("slow"):
        time.sleep(60)
    time.sleep(0.01)
    result = dict(verdict="passed", earned=1.0, possible=1.0, for_a_person=0.0, checks="c",
                  report="{}", repeated=False, sandbox="s", seconds=0.0)
    if place.startswith("liar"):
        result["earned"] = "99"
    print(json.dumps({"result": result, "fault": "", "is_open": False}), flush=True)
"""


@pytest.fixture
def command(tmp_path, monkeypatch):
    """The program that replaces a grader's."""
    file = tmp_path / "stand_in.py"
    file.write_text(STAND_IN)
    monkeypatch.setattr(cluster, "COMMAND", [sys.executable, str(file)])
    return file


@pytest.fixture
def settings():
    return RunSettings(GradeOptions(course=Path("no course")))


@pytest.fixture
def run(tmp_path):
    """A `Run` on an empty store."""
    made = Run(str(tmp_path / "results.sqlite"))
    yield made
    made.store.close()
