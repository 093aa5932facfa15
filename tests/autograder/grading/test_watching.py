"""What one grading leaves for the next: collected checks, answers, and results that hold."""

from dataclasses import replace

import pytest
from grading import setting_of
from repository import ROOT

from autograder.course.reading import find_course
from autograder.grading.request import GradeRequest, answer
from autograder.grading.watching import WatchState
from autograder.submissions.submission import load_submission
from autograder.verdicts import Verdict

NAMES = ("losses", "gradient_clipping")


class Silent:
    def check_done(self, exercise, result):
        self.checks += 1

    def exercise_done(self, result):
        self.exercises += 1

    checks = exercises = 0


@pytest.fixture
def folder(tmp_path, real_solution):
    for name in NAMES:
        (tmp_path / f"{name}.py").write_text(real_solution(name), "utf-8")
    return tmp_path


@pytest.fixture
def regrade(folder):
    """`regrade()`: the report, and how many checks ran."""
    course = find_course(ROOT)
    setting = setting_of(course)
    warm = WatchState(course)

    def regrade(*, cold=False):
        listener, exercises = Silent(), tuple(map(course.exercise, NAMES))
        watch = None if cold else warm
        with load_submission(folder, course, NAMES) as regrade.submission:
            request = GradeRequest(setting, regrade.submission, exercises, 1, listener, watch)
            return answer(request), listener.checks

    regrade.warm = warm
    return regrade


def verdicts(report):
    return {exercise.name: exercise.verdict for exercise in report.exercises}


def findings(report):
    """All of a report but its times."""
    results = [replace(exercise, seconds=0.0) for exercise in report.exercises]
    checks = [replace(check, seconds=0.0) for result in results for check in result.checks]
    return [replace(result, tasks=()) for result in results], checks, report.notes


def edit(folder, before, after, name="gradient_clipping"):
    path = folder / f"{name}.py"
    path.write_text(path.read_text("utf-8").replace(before, after), "utf-8")


def test_what_did_not_change_is_not_graded_again(regrade, folder):
    report, checks = regrade()
    assert set(verdicts(report).values()) == {Verdict.PASSED}
    edit(folder, "np.sqrt(squares)", "squares")
    report, again = regrade()
    assert verdicts(report) == {"gradient_clipping": Verdict.FAILED, "losses": Verdict.PASSED}
    assert 0 < again < checks
    report, again = regrade()
    assert verdicts(report) == {"gradient_clipping": Verdict.FAILED, "losses": Verdict.PASSED}
    assert again == 0


def test_a_later_run_finds_what_a_cold_one_finds(regrade, folder):
    regrade()
    edit(folder, "np.sqrt(squares)", "squares")
    edit(folder, "def clip", "print('said')\n\n\ndef clip")
    warm, _ = regrade()
    cold, _ = regrade(cold=True)
    assert findings(warm) == findings(cold)
    assert any(
        check.verdict is Verdict.FAILED for exercise in warm.exercises for check in exercise.checks
    )


def test_a_result_that_load_may_have_caused_is_not_kept(regrade):
    regrade()
    warm = regrade.warm
    exercise = find_course(ROOT).exercise("losses")
    result = warm.result(exercise, regrade.submission)
    (task, *others) = result.tasks
    (check, *rest) = task.checks
    late = replace(check, verdict=Verdict.TIMED_OUT)
    late_task = replace(task, checks=(late, *rest))
    warm._results.clear()
    warm.keep(exercise, regrade.submission, replace(result, tasks=(late_task, *others)))
    assert warm.result(exercise, regrade.submission) is None
