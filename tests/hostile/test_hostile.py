"""Hostile submissions: each gets what it declares, and no more, and leaves nothing behind."""

import json
import re
import sys
import tempfile
import xml.etree.ElementTree as ET
from pathlib import Path

import pytest
from printed_text import printed
from programs import completed_script
from repository import ROOT

#: Of one check: what is shown of what it printed, and of its message.
MOST_PRINTED = 20_000
MOST_SAID = 3_000

#: What a terminal would obey, and what no sentence for a student has in it.
CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]")
INTERNAL = re.compile(r"Traceback|/autograder/|<frozen")
#: Where something lies on the grader's machine.
MACHINE = (f"{tempfile.gettempdir()}/gradus-", str(ROOT), sys.prefix, str(Path.home()))

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="these sandboxes need Linux")


def test_it_gets_what_it_deserves(expected, aftermath, listener):
    (result,) = aftermath.report.exercises
    declared = {task.name: expected.verdict(task.name) for task in result.tasks}
    assert {task.name: str(task.verdict) for task in result.tasks} == declared, described(result)
    assert (result.earned, result.possible) == (expected.points, 4)
    for task in result.tasks:
        for words in expected.words(task.name):
            assert words in said_about(task)
    for check in result.checks:
        is_presentable(check)
    assert aftermath.report.exit_code == (0 if expected.points == 4 else 1)
    assert aftermath.alive == []
    assert aftermath.touched == []
    assert aftermath.descriptors <= 0
    assert aftermath.seconds < expected.seconds
    with pytest.raises(BlockingIOError):
        listener.accept()


def described(result):
    """All facts, for the debugging of a case."""
    return "\n".join(
        f"{check.id} {check.verdict}: {check.message} {check.details} | {printed(check)[-500:]}"
        for check in result.checks
    )


def said_about(task):
    """What a student reads about the checks of a task that did not pass."""
    failed = [check for check in task.checks if check.verdict != "passed"]
    return "\n".join("\n".join([c.message, *c.details, printed(c), c.call]) for c in failed)


def is_presentable(check):
    """A sentence, no more of it than a person reads, and nothing that a terminal obeys."""
    said = "\n".join([check.message, *check.details, check.call])
    assert (check.verdict == "passed") == (check.message == "")
    assert len(said) < MOST_SAID
    assert len(printed(check)) < MOST_PRINTED
    for text in (said, printed(check), *(f.function + f.source for f in check.frames)):
        assert not CONTROL.search(text), ascii(CONTROL.search(text))
    assert not INTERNAL.search(said), said
    for folder in MACHINE:
        assert folder not in said + printed(check)
    assert all("/" not in f.file and len(f"{f.line}") < 8 for f in check.frames)


LOOP = "while True:\n    pass\n"


def test_an_exercise_that_hangs_leaves_the_others_their_time(sandbox, course, grade_files):
    beside = (course / "solutions" / "unit" / "neighbour" / "neighbour.py").read_text("utf-8")
    report = grade_files(sandbox, {"target": LOOP, "neighbour": beside}).report
    target, neighbour = report.exercises
    assert (target.verdict, target.earned) == ("timed out", 0)
    assert (neighbour.verdict, neighbour.earned) == ("passed", 1)
    assert neighbour.seconds < 4


@pytest.mark.parametrize(
    ("sandbox", "reason"),
    [
        ("refusing", "the warden is on holiday"),
        ("missing", "/no/such/program"),
        ("dying", "no bed"),
        ("babbling", "TypeError"),
    ],
)
def test_a_sandbox_that_does_not_start_is_our_fault_and_its_points_stay_open(
    course, tmp_path, sandbox, reason
):
    plugin = str(course / "no_sandboxes.py")
    options = ["--plugin", plugin, "--sandbox", sandbox, "--json", "report.json", "--jobs", "1"]
    submission = ["--submission", str(course / "solutions"), "--course", str(course)]
    done = completed_script("grade", "target", *submission, *options, cwd=tmp_path)
    assert done.returncode == 3, done.stdout + done.stderr
    assert "points: 4 not graded" in done.stdout
    assert "Traceback" not in done.stdout + done.stderr
    (exercise,) = json.loads((tmp_path / "report.json").read_text("utf-8"))["exercises"]
    assert (exercise["verdict"], exercise["possible"]) == ("not graded", 4)
    assert exercise["not_graded"] == 4
    assert reason in json.dumps(exercise)


@pytest.mark.parametrize("name", ["terminal_codes", "code_in_values", "printed_report"])
def test_reports_of_it_can_be_shown_and_read(case_file, course, tmp_path, name):
    (tmp_path / "target.py").write_text(case_file(name), "utf-8")
    files = [f"--{kind}=report.{kind}" for kind in ("json", "junit", "html")]
    options = ["--sandbox", "process", "--course", str(course), "--show-hidden", *files]
    done = completed_script("grade", "target.py", *options, cwd=tmp_path)
    assert done.returncode == 1, done.stdout + done.stderr
    assert not CONTROL.search(done.stdout), ascii(done.stdout)
    assert done.stderr == ""
    assert len(done.stdout) < 10_000
    json.loads((tmp_path / "report.json").read_text("utf-8"))
    ET.parse(tmp_path / "report.junit")
    assert not CONTROL.search((tmp_path / "report.html").read_text("utf-8"))
