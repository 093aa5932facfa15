"""Submissions that are graded one after the other: each gets the report of a grading alone."""

from dataclasses import asdict

import numpy as np
import pytest
from grading import fork_or_process, setting_of
from repository import ROOT

from autograder.course.mistakes import load_mistakes
from autograder.course.reading import find_course
from autograder.grading.request import GradeRequest
from autograder.grading.watching import Memory
from autograder.submissions.submission import load_submission


@pytest.fixture(scope="module")
def setting():
    return setting_of(find_course(ROOT), fork_or_process())


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


@pytest.fixture(scope="session")
def graded():
    """`graded(setting, submission, exercises)`: what `grade` reports; with a `memory`, if given."""

    def graded(setting, submission, exercises, memory=None):
        request = GradeRequest(setting, submission, tuple(exercises), memory=memory)
        return setting.plugins.hook.grade_submission(request=request)

    return graded


@pytest.fixture(scope="session")
def facts():
    """`facts(report)`: all of it but its times and the name of its folder."""
    return lambda report: _facts(asdict(report))


def _facts(value):
    if isinstance(value, dict):
        left = {key: item for key, item in value.items() if key not in ("seconds", "submission")}
        return {key: _facts(item) for key, item in left.items()}
    if isinstance(value, list | tuple):
        return [_facts(item) for item in value]
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
def test_every_report_is_that_of_grade(setting, handed_in, graded, facts, name):
    exercise, memory = setting.course.exercise(name), Memory()
    for number, source in enumerate(answers_to(exercise)):
        submission = handed_in(name, source)
        expected = graded(setting, submission, [exercise])
        assert facts(graded(setting, submission, [exercise], memory)) == facts(expected), number


def never(*arguments):
    raise AssertionError(arguments)


def test_checks_are_collected_once_and_the_reference_is_asked_once(
    setting, graded, handed_in, monkeypatch
):
    exercise, memory = setting.course.exercise("activations"), Memory()
    solution = exercise.solution.read_text("utf-8")
    wrong = load_mistakes(exercise)[0].apply(solution)
    graded(setting, handed_in("activations", solution), [exercise], memory)
    size = memory.answers_for(0)["activations"].size
    monkeypatch.setattr("pytest.main", never)
    monkeypatch.setattr("autograder.grading.under_test.open_solution", never)
    for source, code in ((solution, 0), (wrong, 1)):
        report = graded(setting, handed_in("activations", source), [exercise], memory)
        assert report.exit_code == code
    assert memory.answers_for(0)["activations"].size == size > 0, "what is remembered is bounded"
