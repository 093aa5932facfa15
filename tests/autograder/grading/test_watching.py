"""What one grading leaves for the next: the folder, what is prepared, and results that hold."""

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
    warm = WatchState(setting)

    def regrade(*, cold=False):
        former = None if cold else warm.submission
        submission = load_submission(folder, course, NAMES, former)
        listener = Silent()
        exercises = tuple(map(course.exercise, NAMES))
        if cold:
            with submission:
                return answer(GradeRequest(setting, submission, exercises, 1, listener)), 0
        warm.submission = submission
        report = answer(GradeRequest(setting, submission, exercises, 1, listener, warm))
        warm.prepare()
        return report, listener.checks

    regrade.warm = warm
    yield regrade
    warm.close()


def verdicts(report):
    return {one.name: one.verdict for one in report.exercises}


def findings(report):
    """All of a report but its times."""
    results = [replace(one, seconds=0.0) for one in report.exercises]
    checks = [replace(check, seconds=0.0) for one in results for check in one.checks]
    return [replace(one, tasks=()) for one in results], checks, report.notes


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


def test_a_prepared_run_finds_what_a_cold_one_finds(regrade, folder):
    regrade()
    edit(folder, "np.sqrt(squares)", "squares")
    edit(folder, "def clip", "print('said')\n\n\ndef clip")
    warm, _ = regrade()
    cold, _ = regrade(cold=True)
    assert findings(warm) == findings(cold)
    assert any(check.verdict is Verdict.FAILED for one in warm.exercises for check in one.checks)


def test_a_file_that_mentions_plotting_gets_a_worker_that_can_import_it(regrade, folder):
    pytest.importorskip("matplotlib")
    regrade()
    edit(folder, "import numpy as np", "import matplotlib\nimport numpy as np")
    assert verdicts(regrade()[0])["gradient_clipping"] is Verdict.PASSED


def test_the_next_run_is_prepared_and_sees_the_files_of_its_time(regrade, folder, monkeypatch):
    regrade()
    staged = regrade.warm.submission.folder
    (folder / "gradient_clipping.py").write_text("raise RuntimeError('of the new file')\n", "utf-8")
    monkeypatch.setattr(
        "autograder.grading.workers.Workers._launch", lambda *_: pytest.fail("nothing is prepared")
    )
    monkeypatch.setattr(WatchState, "prepare", lambda *_: None)
    assert verdicts(regrade()[0])["gradient_clipping"] is Verdict.CRASHED
    assert regrade.warm.submission.folder == staged


def test_a_result_that_load_may_have_caused_is_not_kept(regrade):
    regrade()
    warm = regrade.warm
    exercise = find_course(ROOT).exercise("losses")
    found = warm.result(exercise, warm.submission)
    (task, *others) = found.tasks
    (check, *rest) = task.checks
    late = replace(check, verdict=Verdict.TIMED_OUT)
    late_task = replace(task, checks=(late, *rest))
    warm._results.clear()
    warm.keep(exercise, warm.submission, replace(found, tasks=(late_task, *others)))
    assert warm.result(exercise, warm.submission) is None


def test_another_exercise_gets_workers_that_know_its_parts(regrade, folder):
    regrade()
    (folder / "losses.py").unlink()
    edit(folder, "import numpy as np", "import numpy as np  # changed")
    before = regrade.warm._workers
    assert verdicts(regrade()[0])["losses"] is Verdict.NOT_STARTED
    assert regrade.warm._workers is not before
