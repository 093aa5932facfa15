"""`gradus calibrate`: a tiny course whose checks train what costs nothing."""

import os
import signal
import subprocess
import sys
import time

import pytest
import typer
from grading import setting_of
from gradus_command import invoked
from repository import text_of

from autograder.course.reading import find_course
from framework.errors import BadInputError, GradusError, UnknownNameError
from framework.providers.backends import REFERENCE
from plugins.authoring.calibration.calibrating import calibrated
from plugins.authoring.commands.calibrate import calibrate

HEAD = """
import pytest
from autograder.checks import LOWER
"""

TRAINED = text_of("texts/calibrating/trained.txt")

UNTRAINED = '''
@pytest.mark.task("Sigmoid")
@pytest.mark.points(1)
def test_range(submission):
    """Sigmoid: which `gradus calibrate` has no time for."""
    raise RuntimeError("not to be run")
'''

SHARE = TRAINED.format(
    name="share", value="submission.Sigmoid().forward(rng.normal(3.0, 0.1))", best=1.0
)
HEIGHT = TRAINED.format(name="height", value="rng.normal(5.0, 0.1)", best="float('inf')")


@pytest.fixture
def exercise(tiny_course):
    """`exercise(SHARE)`: the tiny exercise with these checks."""
    solution = tiny_course.exercise("squash").solution
    model = "from framework.interfaces import Model\n\n\nclass Sigmoid(Model):"
    solution.write_text(solution.read_text("utf-8").replace("class Sigmoid:", model), "utf-8")

    def exercise(*checks):
        exercise = tiny_course.exercise("squash")
        exercise.tests.write_text(HEAD + "\n".join(checks), "utf-8")
        return exercise

    return exercise


@pytest.fixture
def setting(tiny_course):
    return setting_of(tiny_course, provider=REFERENCE)


@pytest.fixture
def gradus(exercise, course_root, monkeypatch):
    """Run ``gradus calibrate`` in the tiny course: (exit code, output); our errors are raised."""
    monkeypatch.chdir(course_root)
    app = typer.Typer()
    app.command()(calibrate)

    def run(*arguments):
        return invoked(app, *arguments)

    return run


def test_every_metric_gets_a_threshold_from_the_ends_of_its_trainings(setting, exercise):
    result = calibrated(setting, exercise(SHARE, UNTRAINED, HEIGHT), 20, jobs=1)
    assert list(result) == ["share", "height"]
    assert result["share"].mean == pytest.approx(0.9526, abs=0.003)
    assert 0.9 < result["share"].value < 0.95
    assert result["height"].mean == pytest.approx(5.0, abs=0.1)
    assert {(t.seeds, t.attempts) for t in result.values()} == {(20, 5)}


def test_side_by_side_and_in_turn_measure_the_same_and_report_after_every_seed(setting, exercise):
    trained, told = exercise(SHARE), []
    alone = calibrated(setting, trained, 20, 1, lambda done, total: told.append((done, total)))
    assert told == [(done, 20) for done in range(1, 21)]
    assert calibrated(setting, trained, 20, jobs=2) == alone


def test_an_exercise_that_trains_nothing_is_reported_after_the_first_seed(setting, exercise):
    count = 'from pathlib import Path\nwith Path("{}").open("a") as f:\n    f.write("x")\n'
    untrained = exercise(UNTRAINED)
    seen = untrained.tests.with_name("seen")
    untrained.tests.write_text(count.format(seen) + HEAD + UNTRAINED, "utf-8")
    with pytest.raises(BadInputError, match="squash has nothing to calibrate: none of its checks"):
        calibrated(setting, untrained, 50, jobs=1)
    assert seen.read_text() == "x"


FAILS = SHARE.replace(
    "    def training", '    raise ValueError("no such thing")\n\n    def training'
)


@pytest.mark.parametrize(
    ("checks", "said"),
    [
        ((SHARE, SHARE.replace("test_share", "test_again")),
         "measure 'share' 2 times: give each metric a name"),
        ((FAILS,), "squash, seed 0: .*test_share not graded on the reference"),
    ],
)  # fmt: skip
def test_checks_without_a_metric_of_their_own_are_refused(setting, exercise, checks, said):
    with pytest.raises(GradusError, match=said):
        calibrated(setting, exercise(*checks), 20, jobs=1)


def test_the_command_shows_what_was_and_what_is_and_writes_it(gradus, exercise, course_root):
    toml = exercise(SHARE, HEIGHT).toml
    before = toml.read_text("utf-8").replace("loss = 0.5", "loss = 0.5\nshare = 0.5")
    toml.write_text(before, "utf-8")
    code, output = gradus("squash", "--seeds", "20", "--jobs", "1")
    assert code == 0
    head, share, height, written = output.splitlines()
    assert " ".join(head.split()) == (
        "metric before threshold mean spread best trainings false failures"
    )
    new = find_course(course_root).exercise("squash").thresholds
    assert share.split()[:3] == ["share", "0.5", f"{new['share'].value:.5g}"]
    assert height.split()[:2] == ["height", "-"]
    rate = f"{1 / new['height'].false_failure:,.0f}"
    assert height.split()[5:] == ["inf", str(new["height"].attempts), "1", "in", rate]
    assert written == f"written to {toml.relative_to(course_root)}"
    assert new["loss"].value == 0.5
    kept = before.replace("share = 0.5\n", "").rstrip()
    assert toml.read_text("utf-8").startswith(kept)


@pytest.mark.parametrize(
    ("arguments", "error", "message"),
    [
        (("sqash",), UnknownNameError, "did you mean 'squash'"),
        (("squash", "--seeds", "19"), BadInputError, "19 seeds are too few to calibrate with"),
        (("squash", "--seeds", "-1"), BadInputError, "-1 seeds are too few to calibrate with"),
        (("squash", "--attempts", "2"), BadInputError, "100 seeds need at least 3 attempts, not 2"),
    ],
)
def test_what_cannot_be_calibrated_changes_no_file(gradus, exercise, arguments, error, message):
    toml = exercise(SHARE).toml
    before = toml.read_bytes()
    with pytest.raises(error, match=message):
        gradus(*arguments)
    assert toml.read_bytes() == before


@pytest.mark.skipif(sys.platform != "linux", reason="processes are forked on Linux alone")
@pytest.mark.parametrize("jobs", ["1", "2"])
def test_an_interrupt_leaves_the_file_as_it_was(exercise, course_root, jobs):
    begun = course_root / "begun"
    toml = exercise(text_of("texts/calibrating/endless.txt").format(begun=str(begun))).toml
    before = toml.read_bytes()
    heed = "import signal; signal.signal(signal.SIGINT, signal.default_int_handler)"
    code = f"{heed}; from framework.cli import main; main()"
    process = subprocess.Popen(
        [sys.executable, "-c", code, "calibrate", "squash", "--jobs", jobs],
        cwd=course_root, start_new_session=True, stderr=subprocess.PIPE, text=True,
    )  # fmt: skip
    deadline = time.monotonic() + 30
    while not begun.exists() and time.monotonic() < deadline:
        time.sleep(0.05)
    os.killpg(process.pid, signal.SIGINT)
    _, error = process.communicate(timeout=20)
    assert process.returncode == 130
    assert error.startswith("gradus: interrupted: no threshold is measured, and ")
    assert error.endswith("exercise.toml is as before\n") and error.count("\n") == 1
    assert toml.read_bytes() == before
