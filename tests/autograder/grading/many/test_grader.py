"""Many submissions in one process: each gets the report that `grade` makes of it alone."""

from __future__ import annotations

from dataclasses import asdict

import numpy as np
import pytest
from repository import ROOT

from autograder.course.mistakes import load_mistakes
from autograder.course.reading import find_course
from autograder.grading.many.grader import ManyGrader
from autograder.grading.request import GradeRequest
from autograder.grading.setting import Setting
from autograder.isolation.sandboxes import choose
from autograder.isolation.sandboxes.forked.sandbox import ForkSandbox
from autograder.submissions.submission import load_submission
from framework.providers.plugins import Plugins


class Silence:
    def check_done(self, exercise, result):
        pass

    def exercise_done(self, result):
        pass


@pytest.fixture(scope="module")
def setting():
    course = find_course(ROOT)
    works = ForkSandbox().unavailable() is None
    return Setting(course, Plugins(course=course), choose("fork" if works else "process"))


@pytest.fixture
def handed_in(setting, tmp_path):
    """`handed_in(name, source)`: a submission with this one file."""
    opened = []

    def load(name, source):
        folder = tmp_path / str(len(opened))
        folder.mkdir()
        (folder / f"{name}.py").write_text(source, "utf-8")
        opened.append(load_submission(folder, setting.course, [name]))
        return opened[-1]

    yield load
    for submission in opened:
        submission.close()


def alone(setting, submission, exercises):
    """What `grade` reports of `submission`."""
    request = GradeRequest(setting, submission, tuple(exercises), 1, Silence())
    return setting.plugins.hook.grade_submission(request=request)


def facts(value):
    """All of a report but its times and the name of its folder."""
    if isinstance(value, dict):
        left = {key: item for key, item in value.items() if key not in ("seconds", "submission")}
        return {key: facts(item) for key, item in left.items()}
    if isinstance(value, list | tuple):
        return [facts(item) for item in value]
    return value.tolist() if isinstance(value, np.ndarray) else value


def answers_to(exercise):
    """The solution, files that cannot be imported or that print and raise, and listed mistakes."""
    solution = exercise.solution.read_text("utf-8")
    yield solution
    yield solution + "\n1 / 0\n"
    yield solution + "\nprint('words')\nnp.random.seed = None\n"
    yield solution.replace("return ", "print('here')\n        return ")
    for mistake in load_mistakes(exercise)[:2]:
        yield mistake.apply(solution)
    yield solution


SAMPLE = ("neuron",)
ALL = [exercise.name for exercise in find_course(ROOT).code_exercises]


@pytest.mark.parametrize(
    "name", [n if n in SAMPLE else pytest.param(n, marks=pytest.mark.slow) for n in ALL]
)
@pytest.mark.timeout(900)
def test_every_report_is_that_of_grade(setting, handed_in, name):
    exercise, many = setting.course.exercise(name), ManyGrader(setting)
    for number, source in enumerate(answers_to(exercise)):
        submission = handed_in(name, source)
        expected = alone(setting, submission, [exercise])
        assert facts(asdict(many.grade(submission, [exercise]))) == facts(asdict(expected)), number


def wrong(exercise):
    return load_mistakes(exercise)[0].apply(exercise.solution.read_text("utf-8"))


def test_equal_answers_are_explained_once(setting, handed_in):
    exercise, many = setting.course.exercise("activations"), ManyGrader(setting)
    source = wrong(exercise)
    for text in (source, source + "\n# another file, with the same answers\n"):
        report = many.grade(handed_in("activations", text), [exercise])
        assert any(check.diagnosis for result in report.exercises for check in result.checks)
    assert many.shared.diagnoses.made == 1


def never(*arguments):
    raise AssertionError(arguments)


def test_checks_are_collected_once_and_the_reference_is_asked_once(setting, handed_in, monkeypatch):
    exercise, many = setting.course.exercise("activations"), ManyGrader(setting)
    solution = exercise.solution.read_text("utf-8")
    many.grade(handed_in("activations", solution), [exercise])
    monkeypatch.setattr("autograder.grading.many.collected.run_pytest", never)
    monkeypatch.setattr("autograder.grading.many.grader.open_solution", never)
    assert many.grade(handed_in("activations", solution), [exercise]).exit_code == 0
    assert many.grade(handed_in("activations", wrong(exercise)), [exercise]).exit_code == 1


def test_what_is_remembered_is_bounded(setting, handed_in):
    exercise, many = setting.course.exercise("activations"), ManyGrader(setting)
    solution = exercise.solution.read_text("utf-8")
    sizes = []
    for _ in range(3):
        many.grade(handed_in("activations", solution), [exercise])
        sizes.append(many.shared.answers["activations"].size)
    assert sizes[0] == sizes[1] == sizes[2] > 0
