"""For every exercise: its solution passes, its untouched stub gets nothing, its points add up."""

import importlib.util
import json
import re
from functools import cache

import pytest
from grading import graded_folder, setting_of
from right_answers import sandbox

from autograder.course.questions.description import Prose
from autograder.course.reading import find_course
from autograder.course.stubs import available_stub
from autograder.grading.request import GradeRequest, answer
from autograder.results.findings.figures import Plot
from autograder.verdicts import Verdict

COURSE = find_course()
EXERCISES = COURSE.select()

#: Figures of the lecture that a student's own run draws.
DRAWN = {
    "word2vec": {"Your word vectors: words of one class have the same letter"},
    "vanishing_gradients": {"Share of a gradient that is left", "Gradient descent at a cliff"},
    "gated_lm": {"Your LSTM: the unit that remembers the subject's number"},
}


@cache
def graded(name, folder="", provider=""):
    """The report on one exercise: graded once, whatever number of tests look at it."""
    if provider:
        setting = setting_of(COURSE, provider=provider)
        return answer(GradeRequest(setting, None, (COURSE.exercise(name),)))
    return graded_folder(COURSE, COURSE.root / folder, [name], sandbox=sandbox())


def failures(result):
    right = (Verdict.PASSED, Verdict.FOR_A_PERSON)
    return [(c.id, c.message, c.details) for c in result.checks if c.verdict not in right]


@pytest.fixture(params=EXERCISES, ids=lambda exercise: exercise.name)
def exercise(request):
    return request.param


def test_the_solution_gets_full_marks(exercise):
    (result,) = graded(exercise.name, "solutions").exercises
    assert failures(result) == []
    assert result.earned + result.for_a_person == exercise.points
    prose = sum(one.points for one in exercise.questions if isinstance(one, Prose))
    assert result.for_a_person == prose
    drawn = {plot.title for check in result.checks for plot in check.of(Plot)}
    assert DRAWN.get(exercise.name, set()) <= drawn


def test_an_untouched_stub_gets_nothing_and_is_not_started(exercise):
    report = graded(exercise.name, "exercises")
    (result,) = report.exercises
    assert result.earned == 0
    for task in result.tasks:
        left_out = task.name in exercise.optional_tasks
        assert task.verdict is (Verdict.SKIPPED if left_out else Verdict.NOT_STARTED)
    assert report.exit_code == 1


@pytest.mark.skipif(not importlib.util.find_spec("torch"), reason="PyTorch is not installed")
@pytest.mark.parametrize(
    "exercise",
    [one for one in COURSE.code_exercises if one.name != "autograd"],  # a tape of NumPy arrays
    ids=lambda exercise: exercise.name,
)
def test_the_torch_backend_gets_full_marks(exercise):
    (result,) = graded(exercise.name, provider="torch").exercises
    assert failures(result) == []
    assert result.earned == exercise.points


def test_every_task_has_checks_and_points(exercise):
    (result,) = graded(exercise.name, "exercises").exercises
    assert [task.name for task in result.tasks] == list(exercise.task_names)
    assert sum(check.points for check in result.checks) == exercise.points
    optional = exercise.optional_tasks
    assert all((check.points > 0) != (check.task in optional) for check in result.checks)


def test_hints_go_in_at_least_three_steps(exercise):
    assert len(exercise.hints) >= 3
    assert len(set(exercise.hints)) == len(exercise.hints)


def test_hints_name_helpers_that_the_stub_has(exercise):
    stub = available_stub(exercise) or ""
    named = re.findall(r"(?<![\w^}{'])_[a-z][a-z_]+\b(?<!_ik)", " ".join(exercise.hints))
    assert [name for name in named if name not in stub] == []


def test_files_that_the_readme_names_exist(exercise):
    text = exercise.readme.read_text("utf-8")
    files = re.findall(r"`((?:docs|exercises|framework)/[\w./]+)`", text)
    assert [file for file in files if not (COURSE.root / file).exists()] == []


def test_the_readme_says_how_to_start(exercise):
    text = exercise.readme.read_text("utf-8")
    assert f"grade {exercise.name}" in text
    assert f"gradus hint {exercise.name}" in text


def test_side_by_side_and_in_turn_give_the_same_report():
    from autograder.reports.json_report import render_json

    def text(jobs):
        names = COURSE.exercise_names[:3]
        report = graded_folder(COURSE, COURSE.root / "exercises", names, jobs=jobs)
        return re.sub(r'"seconds": [\d.]+', '"seconds": 0', render_json(report))

    assert text(1) == text(2)
    assert json.loads(text(1))["exit_code"] == 1
