"""One job is graded as `grade` does; afresh, without what is known of other submissions."""

import json
from pathlib import Path

import pytest
from repository import ROOT

from autograder.public.grading import GradeOptions
from plugins.classes.runs import grade_job as job_module
from plugins.classes.runs.grade_job import Job, RunSettings, grade_job


@pytest.fixture
def job():
    """`job(...)`: what becomes of the solution of a small exercise."""
    course = ROOT / "tests" / "data" / "hostile" / "course"
    settings = RunSettings(GradeOptions(course=course, sandbox="process"))
    return lambda **named: grade_job(settings, Job(str(course / "solutions"), "neighbour", **named))


def test_a_job_that_is_graded_afresh_uses_nothing_of_others(job, monkeypatch):
    usual = job().result
    monkeypatch.setattr(job_module, "memory_of", None)
    again = job(afresh=True).result
    assert (again.verdict, again.earned, again.checks) == (
        usual.verdict, usual.earned, usual.checks,
    )  # fmt: skip
    assert "not callable" in job().fault


def test_the_same_work_gets_the_same_inputs_and_changed_work_others(tmp_path):
    """A table of expected values, filled attempt by attempt, would earn points otherwise."""
    course = ROOT / "tests" / "data" / "hostile" / "course"
    settings = RunSettings(GradeOptions(course=course, sandbox="process", secret=12))
    solution = next((course / "solutions").rglob("neighbour.py")).read_text("utf-8")
    seeds = []
    for text in (solution, solution, solution + "\n# changed\n"):
        (tmp_path / "neighbour.py").write_text(text, "utf-8")
        outcome = grade_job(settings, Job(str(tmp_path), "neighbour"))
        seeds.append(json.loads(outcome.result.report)["provenance"]["seed"])
    assert seeds[0] == seeds[1] != seeds[2]


def test_whatever_goes_wrong_is_a_fault_of_ours(job):
    assert "have changed since they were queued" in job(digest="x").fault
    outcome = grade_job(RunSettings(GradeOptions(course=Path("/nowhere"))), Job("/nowhere", "x"))
    assert outcome.result is None and "/nowhere" in outcome.fault
