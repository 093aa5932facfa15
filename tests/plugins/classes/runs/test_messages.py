"""What crosses between machines is checked on arrival."""

import json
from dataclasses import replace
from pathlib import Path

import msgspec
import pytest

from autograder.public.grading import GradeOptions
from plugins.classes.runs.cluster import graded, outcome_from, read_task
from plugins.classes.runs.grade_job import Job, JobOutcome, RunSettings, environment_of, setting_of
from plugins.classes.runs.stored_runs import StoredResult

RESULT = StoredResult("passed", 1.0, 2.0, 0.0, "c", "{}", False, "fork", 0.5)


def test_a_task_and_an_outcome_arrive_as_they_were_sent():
    options = GradeOptions(course=Path("/course"), seed=7, plugins=("a", "b"))
    settings = RunSettings(options, "r1", "numpy 2")
    task = settings, Job("/class/1", "rnn", "d", alone=True)
    assert read_task(msgspec.json.encode(task, enc_hook=str)) == task
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
    options = GradeOptions(course=tiny_course.root, sandbox="process")
    nowhere = replace(options, course=Path("/nowhere"))
    job = Job(str(tiny_course.root / "solutions"), "squash")
    revision = setting_of(RunSettings(options)).course_hash
    for settings, fault in (
        (RunSettings(options, revision, "numpy 1"), "instead of numpy 1"),
        (RunSettings(options, "x" * 64, environment_of(options)), "instead of xxxxxxxxxxxx"),
        (RunSettings(nowhere, "r", environment_of(nowhere)), "/nowhere"),
    ):
        assert fault in graded(settings, job).fault
