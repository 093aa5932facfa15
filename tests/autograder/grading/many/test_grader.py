"""Many submissions in one process: each gets the report that `grade` makes of it alone."""

from __future__ import annotations

import pytest
from repository import ROOT

from autograder.course.mistakes import load_mistakes
from autograder.course.reading import find_course
from autograder.grading.many.grader import ManyGrader


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
def test_every_report_is_that_of_grade(setting, handed_in, alone, facts, name):
    exercise, many = setting.course.exercise(name), ManyGrader(setting)
    for number, source in enumerate(answers_to(exercise)):
        submission = handed_in(name, source)
        expected = alone(setting, submission, [exercise])
        assert facts(many.grade(submission, [exercise])) == facts(expected), number


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
