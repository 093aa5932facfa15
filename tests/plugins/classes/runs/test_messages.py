"""What crosses between machines is checked on arrival."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from autograder.public.grading import GradeOptions
from plugins.classes.runs import grader_process as serve
from plugins.classes.runs.engine import Job, JobOutcome
from plugins.classes.runs.grade_job import environment_of
from plugins.classes.runs.grader_process import RemoteJob, outcome_from, outcome_text
from plugins.classes.runs.stored_runs import StoredResult

RESULT = StoredResult("passed", 1.0, 2.0, 0.0, "c", "{}", False, "fork", 0.5)


def test_a_task_and_an_outcome_arrive_as_they_were_sent():
    settings = GradeOptions(course=Path("/course"), seed=7, plugins=("a", "b"))
    task = RemoteJob(settings, "r1", "numpy 2", Job("/class/1", "rnn", "d", alone=True))
    assert RemoteJob.parse(task.text()) == task
    for outcome in (JobOutcome(RESULT), JobOutcome(fault="disk full"), JobOutcome(is_open=True)):
        assert outcome_from(outcome_text(outcome)) == outcome


@pytest.mark.parametrize(
    "text",
    [
        "",
        "{",
        "[]",
        b"{}",
        None,
        json.dumps({"result": None, "fault": 3, "is_open": False}),
        json.dumps({"result": {"verdict": "passed"}, "fault": "", "is_open": False}),
        outcome_text(JobOutcome(RESULT)).replace("1.0", '"1.0"'),
        "[" * 100_000,
    ],
)
def test_what_is_no_outcome_is_a_fault_of_ours(text):
    found = outcome_from(text)
    assert found.result is None and found.fault.startswith("a worker returned no outcome")


def test_a_worker_with_other_versions_or_another_course_has_a_fault(tiny_course):
    settings = GradeOptions(course=tiny_course.root, sandbox="process")
    nowhere = GradeOptions(course=Path("/nowhere"))
    job = Job(str(tiny_course.root / "solutions"), "squash")
    revision = serve.course_hash(tiny_course)
    serve.difference.cache_clear()
    for task, fault in (
        (RemoteJob(settings, revision, "numpy 1", job), "instead of numpy 1"),
        (RemoteJob(settings, "x" * 64, environment_of(settings), job), "instead of xxxxxxxxxxxx"),
        (
            RemoteJob(nowhere, "r", environment_of(nowhere), job),
            "/nowhere",
        ),
    ):
        assert fault in serve.graded(task).fault
