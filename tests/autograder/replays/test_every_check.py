"""Every public check of the course can be replayed, saved, and written as a program."""

import re
import runpy
import sys
from contextlib import redirect_stdout, suppress
from io import StringIO
from typing import NamedTuple

import pytest
from repository import ROOT

from autograder.course.mistakes import load_mistakes
from autograder.course.reading import find_course
from autograder.grading.checks_run import public_only
from autograder.grading.grader import Grader
from autograder.replays.own_process import place_of_fault
from autograder.replays.recorded_calls import RecordedCalls, ReplayedCheck
from autograder.replays.script import arguments_at_fault, save_arrays, script_of
from autograder.submissions.submission import load_submission
from framework.errors import UsageError
from framework.models import parts

pytestmark = pytest.mark.filterwarnings("ignore::RuntimeWarning")  # wrong code overflows


@pytest.fixture
def public_checks(real_course, process_setting):
    """`public_checks(name, submission)`: the records of all public checks of an exercise."""

    def public_checks(name, submission):
        checks = []

        def keep(result):
            checks.append(ReplayedCheck(exercise, result, tuple(session.exchanges)))

        exercise = real_course.exercise(name)
        grader = Grader(process_setting, submission)
        try:
            with grader.under_test(exercise) as under_test:
                under_test.session = session = RecordedCalls(under_test.session)
                grader.run(under_test, keep, public_only)
        finally:
            grader.close()
        return checks

    return public_checks


class Printed(NamedTuple):
    failed: bool
    text: str


def printed(function, *arguments):
    """Return what `function` prints, and whether it raises an exception or returns 1."""
    with redirect_stdout(StringIO()) as output:
        try:
            failed = bool(function(*arguments))
        except AssertionError:
            raise
        except Exception:
            failed = True
    return Printed(failed, re.sub(r" at 0x\w+", "", output.getvalue()))


@pytest.fixture
def run_script(monkeypatch, real_course):
    """`run_script(file)`: run a program in this process, which it leaves as it was."""

    def run_script(file):
        with monkeypatch.context() as patched:
            patched.setattr(sys, "path", [*sys.path])
            patched.setattr(parts, "_process_source", parts._process_source)
            try:
                runpy.run_path(str(file))
            finally:
                for name in real_course.exercise_names:
                    sys.modules.pop(name, None)

    return run_script


def sources(exercise):
    """Yield the solution and an answer with a mistake."""
    yield exercise.solution_source()
    for mistake in load_mistakes(exercise)[:1]:
        yield mistake.apply(exercise.solution_source())


def without_seconds(name, text):
    """Return `text` without the seconds that a model comparison measures."""
    return re.sub(r"\d\.\d+(e-\d+)?", "", text) if name == "model_comparison" else text


SAMPLE = ["activations", "lexicon"]
REST = [e.name for e in find_course(ROOT).code_exercises if e.name not in SAMPLE]


@pytest.mark.parametrize(
    "name", [*SAMPLE, *(pytest.param(name, marks=pytest.mark.slow) for name in REST)]
)
def test_every_public_check_is_replayed(
    name, real_course, wrong_submission, process_setting, public_checks, made_again, run_script,
    tmp_path,
):  # fmt: skip
    exercise = real_course.exercise(name)
    needed = [required.name for required in real_course.with_required([exercise])]
    for source in sources(exercise):
        folder = wrong_submission(name, source)
        with load_submission(folder, real_course, needed) as submission:
            for check in public_checks(name, submission):
                replayed = printed(made_again, process_setting, submission, check)
                location = place_of_fault(check.exchanges, check.result)
                if location is not None:
                    answered = check.exchanges[location[0]].outcomes
                    assert replayed.failed == (not answered), check.result.id
                try:
                    text, arrays = script_of(check, submission, real_course)
                except UsageError as error:
                    assert f"`gradus replay {check.result.id}`" in str(error)
                    continue
                file = tmp_path / "replay.py"
                file.write_text(text, "utf-8")
                save_arrays(file.with_suffix(".npz"), arrays)
                again = printed(run_script, file)
                assert again.failed == replayed.failed, check.result.id
                assert without_seconds(name, again.text) == without_seconds(name, replayed.text)
                with suppress(UsageError):  # a call without arrays
                    save_arrays(tmp_path / "args.npz", arguments_at_fault(check, submission))
