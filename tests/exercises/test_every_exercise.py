"""For every exercise: its solution passes, its untouched stub gets nothing, its points add up."""

import json
import re
from functools import cache
from importlib.util import find_spec

import pytest
from graded_changes import trains_nothing
from grading import fork_or_process, graded_folder, setting_of
from right_answers import reference_failures, runs_all

from autograder.course.generated_stubs import available_stub
from autograder.course.questions.description import Prose
from autograder.course.reading import find_course
from autograder.grading.request import GradeRequest, answer
from autograder.results.findings.figures import Plot
from autograder.verdicts import Verdict
from plugins.authoring.checking import checking
from plugins.authoring.checking.promises import unclaimed_promises

COURSE = find_course()
SETTING = setting_of(COURSE)
EXERCISES = COURSE.select()

#: Figures of the lecture that a student's own run draws.
DRAWN = {
    "word2vec": {"Your word vectors: words of one class have the same letter"},
    "vanishing_gradients": {"Share of a gradient that is left", "Gradient descent at a cliff"},
    "gated_lm": {"Your LSTM: the unit that remembers the subject's number"},
}


@cache
def graded(name, folder):
    """The report on one exercise: graded once, whatever number of tests look at it."""
    return graded_folder(COURSE, COURSE.root / folder, [name], sandbox=fork_or_process())


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
    assert list(checking.points(exercise, result.checks)) == []
    assert [task.name for task in result.tasks] == list(exercise.task_names)
    prose = sum(question.points for question in exercise.questions if isinstance(question, Prose))
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


#: All but the exercise about a tape of NumPy arrays.
IN_TORCH = [exercise for exercise in COURSE.code_exercises if exercise.name != "autograd"]
needs_torch = pytest.mark.skipif(not find_spec("torch"), reason="PyTorch is not installed")


def pytest_generate_tests(metafunc):
    """Grade the torch backend at the last exercise of each unit, or at that of ``--exercise``."""
    if "in_torch" in metafunc.fixturenames:
        name = metafunc.config.getoption("exercise")
        last = {item.unit: item for item in IN_TORCH}.values()
        chosen = [item for item in IN_TORCH if item.name == name] if name else last
        metafunc.parametrize("in_torch", chosen, ids=lambda exercise: exercise.name)


@needs_torch
def test_the_torch_backend_passes_the_checks(in_torch, request):
    """Checks that train a model are left out, but for ``--exercise``: the solution runs them.

    By default, `tests/plugins/torch_backend/test_forms.py` compares all forms with NumPy's.
    """
    needs = runs_all if request.config.getoption("exercise") else trains_nothing
    assert list(reference_failures(in_torch, range(1), "torch", needs)) == []


@pytest.mark.parametrize("name", ["ngram", "kneser_ney", "text_cnn"])
def test_a_faster_form_in_numpy_passes_the_checks(name):
    assert list(reference_failures(COURSE.exercise(name), range(1))) == []


@pytest.mark.slow
@needs_torch
@pytest.mark.parametrize("exercise", IN_TORCH, ids=lambda exercise: exercise.name)
def test_the_torch_backend_gets_full_marks(exercise):
    setting = setting_of(COURSE, provider="torch")
    (result,) = answer(GradeRequest(setting, None, (exercise,))).exercises
    assert failures(result) == []
    assert result.earned == exercise.points


#: Sentences that sound like a promise, and that no check need name.
NO_PROMISES = {"In the worst case the numbers overflow."}  # without gradient clipping


def test_gradus_check_finds_nothing_in_files_and_texts(exercise):
    """Also each promise is named by a check, which is an advice for other courses."""
    steps = checking.reading_steps(SETTING, exercise)
    problems = [problem for _, step in steps for problem in step()]
    assert [p.text for p in problems if not p.is_advice] == []
    assert set(unclaimed_promises(exercise)) <= NO_PROMISES


def test_hints_name_helpers_that_the_stub_has(exercise):
    stub = available_stub(exercise) or ""
    named = re.findall(r"(?<![\w^}{'])_[a-z][a-z_]+\b(?<!_ik)", " ".join(exercise.hints))
    assert [name for name in named if name not in stub] == []


def test_files_that_the_readme_names_exist(exercise):
    text = exercise.readme.read_text("utf-8")
    files = re.findall(r"`((?:docs|exercises|framework)/[\w./]+)`", text)
    assert [file for file in files if not (COURSE.root / file).exists()] == []


def test_side_by_side_and_in_turn_give_the_same_report():
    from autograder.reports.json_report import render_json

    def text(jobs):
        names = COURSE.exercise_names[:3]
        report = graded_folder(COURSE, COURSE.root / "exercises", names, jobs=jobs)
        return re.sub(r'"seconds": [\d.]+', '"seconds": 0', render_json(report))

    assert text(1) == text(2)
    assert json.loads(text(1))["exit_code"] == 1
