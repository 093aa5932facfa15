"""What crosses between machines is checked on arrival."""

from __future__ import annotations

import json
from dataclasses import replace

import msgspec
import pytest

from plugins.classes.runs.cluster import Task, graded, outcome_from
from plugins.classes.runs.grade_job import Job, JobOutcome, RunSettings, environment_of, setting_of
from plugins.classes.runs.stored_runs import StoredResult

RESULT = StoredResult("passed", 1.0, 2.0, 0.0, "c", "{}", False, "fork", 0.5)


def test_a_task_and_an_outcome_arrive_as_they_were_sent():
    settings = RunSettings("/course", "r1", "numpy 2", 7, plugins=("a", "b"))
    task = settings, Job("/class/1", "rnn", "d", alone=True)
    assert msgspec.json.decode(msgspec.json.encode(task), type=Task) == task
    for outcome in (JobOutcome(RESULT), JobOutcome(fault="disk full"), JobOutcome(is_open=True)):
        assert outcome_from(msgspec.json.encode(outcome)) == outcome


@pytest.mark.parametrize(
    "text",
    [
        "",
        "{",
        "[]",
        json.dumps({"result": None, "fault": 3, "is_open": False}),
        json.dumps({"result": {"verdict": "passed"}, "fault": "", "is_open": False}),
        msgspec.json.encode(JobOutcome(RESULT)).decode().replace("1.0", '"1.0"'),
        "[" * 100_000,
    ],
)
def test_what_is_no_outcome_is_a_fault_of_ours(text):
    found = outcome_from(text)
    assert found.result is None and found.fault.startswith("a worker returned no outcome")


def test_a_worker_with_other_versions_or_another_course_has_a_fault(tiny_course):
    settings = RunSettings(str(tiny_course.root), sandbox="process")
    job = Job(str(tiny_course.root / "solutions"), "squash")
    revision, versions = setting_of(settings).course_hash, environment_of("numpy", "cpu")
    for changes, fault in (
        ({"revision": revision, "environment": "numpy 1"}, "instead of numpy 1"),
        ({"revision": "x" * 64, "environment": versions}, "instead of xxxxxxxxxxxx"),
        ({"course": "/nowhere", "environment": versions}, "/nowhere"),
    ):
        assert fault in graded(replace(settings, **changes), job).fault
