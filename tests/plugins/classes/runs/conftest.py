"""A queue of jobs, and graders of the test's own in place of sandboxes."""

import sys
from pathlib import Path

import pytest
from queue_run import Run
from repository import text_of

from autograder.public.grading import GradeOptions
from plugins.classes.runs import cluster
from plugins.classes.runs.grade_job import RunSettings

#: Grades a job by the name of its place; some end the process, one answers what is invalid.
STAND_IN = text_of("texts/runs/stand_in.py")


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
