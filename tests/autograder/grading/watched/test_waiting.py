"""What a waiting run has rehearsed on the earlier state of a submission, and what it then finds."""

import gc
from contextlib import closing
from dataclasses import replace

import pytest
from repository import ROOT

from autograder.course.reading import find_course
from autograder.grading.grader import Grader
from autograder.grading.setting import Setting
from autograder.grading.watched.run import _handed_in
from autograder.grading.watched.waiting import WaitingGrader
from autograder.grading.workers import Workers
from autograder.isolation.sandboxes import choose
from autograder.submissions.submission import load_submission
from autograder.verdicts import Verdict
from framework.providers.plugins import Plugins

EXERCISE = "activations"
#: The checks of `Tanh`.
OF_TANH = 3


@pytest.fixture
def setting():
    course = find_course(ROOT)
    return Setting(course, Plugins(course=course), choose("process"))


@pytest.fixture
def file(tmp_path, real_solution):
    file = tmp_path / f"{EXERCISE}.py"
    file.write_text(real_solution(EXERCISE), "utf-8")
    yield file
    gc.unfreeze()


@pytest.fixture
def graded_after(setting, file):
    """`graded_after(edit)`: the result after `edit`, what a plain run finds, and both counts."""

    def graded_after(before, after, *, is_asked=lambda: False):
        course = setting.course
        exercise, submission = course.exercise(EXERCISE), load_submission(file, course)
        states = [submission]

        def receive():
            file.write_text(file.read_text("utf-8").replace(before, after), "utf-8")
            states.append(load_submission(file, course, former=submission))
            return _handed_in(states[-1])

        workers = Workers(setting, submission)
        with closing(WaitingGrader(setting, submission, workers, receive, is_asked)) as grader:
            grader.rehearse(exercise)
            checks = grader._shared.checks.get(EXERCISE)
            rehearsed = checks.ran if checks else 0
            warm = grader.grade(exercise)
            checks = grader._shared.checks[EXERCISE]
            counts = rehearsed, checks.ran - rehearsed, checks.followed
        with closing(Grader(setting, states[-1])) as plain:
            cold = plain.grade(exercise)
        submission.close()
        return timeless(warm), timeless(cold), counts

    return graded_after


def timeless(result):
    tasks = [
        replace(task, checks=tuple(replace(check, seconds=0.0) for check in task.checks))
        for task in result.tasks
    ]
    return replace(result, seconds=0.0, tasks=tuple(tasks))


def test_checks_that_pass_with_equal_answers_are_not_run_again(graded_after):
    warm, cold, (rehearsed, ran, followed) = graded_after("import numpy", "import re\nimport numpy")
    assert warm == cold and warm.verdict is Verdict.PASSED
    assert (ran, followed) == (0, rehearsed)


def test_what_has_changed_is_found(graded_after):
    warm, cold, (rehearsed, ran, followed) = graded_after("np.tanh(z)", "np.sin(z)")
    assert warm == cold and warm.verdict is Verdict.FAILED
    assert (ran, followed) == (OF_TANH, rehearsed - OF_TANH)


def test_what_is_printed_and_no_longer_written_is_found(graded_after):
    warm, cold, _ = graded_after("class ReLU", "print('said')\n\n\nclass Other")
    assert warm == cold
    assert "said" in str(warm)


def test_a_file_that_cannot_be_imported_is_found(graded_after):
    warm, cold, (_, ran, followed) = graded_after("import numpy", "import nothing_there, numpy")
    assert warm == cold and warm.verdict is Verdict.CRASHED
    assert ran and not followed


def test_a_rehearsal_ends_when_the_submission_comes(graded_after):
    asked = iter([False, False])
    warm, cold, (rehearsed, ran, followed) = graded_after(
        "import numpy", "import re\nimport numpy", is_asked=lambda: next(asked, True)
    )
    assert warm == cold and warm.verdict is Verdict.PASSED
    assert (rehearsed, followed) == (2, 2)
    assert ran > 10


def test_a_submission_that_is_there_already_is_not_kept_waiting(graded_after):
    warm, cold, (rehearsed, _, followed) = graded_after("", "", is_asked=lambda: True)
    assert warm == cold
    assert (rehearsed, followed) == (0, 0)
