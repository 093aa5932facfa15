"""What one grading leaves for the next: the folder, started workers, and results that hold."""

from __future__ import annotations

from dataclasses import replace

import pytest
from repository import ROOT

from autograder.course.reading import find_course
from autograder.grading.request import GradeRequest, answer
from autograder.grading.setting import Setting
from autograder.grading.workers import WarmState
from autograder.isolation.sandboxes import choose
from autograder.submissions.submission import load_submission
from autograder.verdicts import Verdict
from framework.providers.plugins import Plugins


class Silent:
    def check_done(self, exercise, result):
        self.checks += 1

    def exercise_done(self, result):
        self.exercises += 1

    checks = exercises = 0


@pytest.fixture
def folder(tmp_path, real_solution):
    for name in ("activations", "losses"):
        (tmp_path / f"{name}.py").write_text(real_solution(name), "utf-8")
    return tmp_path


@pytest.fixture
def regrade(folder):
    """`regrade()`: verdicts by exercise, and how many checks ran."""
    course = find_course(ROOT)
    setting = Setting(course, Plugins(course=course), choose("process"))
    warm = WarmState(course)

    def regrade():
        names = ("activations", "losses")
        warm.submission = load_submission(folder, course, names, warm.submission)
        listener = Silent()
        exercises = tuple(course.exercise(name) for name in names)
        request = GradeRequest(setting, warm.submission, exercises, 1, listener, warm)
        report = answer(request)
        warm.start_workers()
        return {one.name: one.verdict for one in report.exercises}, listener.checks

    regrade.warm = warm
    yield regrade
    warm.close()


def test_what_did_not_change_is_not_graded_again(regrade, folder):
    verdicts, checks = regrade()
    assert set(verdicts.values()) == {Verdict.PASSED}
    path = folder / "activations.py"
    path.write_text(path.read_text("utf-8").replace("np.tanh(z)", "np.sin(z)"), "utf-8")
    verdicts, again = regrade()
    assert verdicts == {"activations": Verdict.FAILED, "losses": Verdict.PASSED}
    assert 0 < again < checks
    assert regrade() == (verdicts, 0)


def test_the_next_worker_is_started_and_sees_the_files_of_its_time(regrade, folder, monkeypatch):
    regrade()
    staged = regrade.warm.submission.folder
    ready = regrade.warm._workers._ready
    assert sorted(ready) == ["activations", "losses"]
    assert len(ready["activations"]._started) == 1
    path = folder / "activations.py"
    path.write_text("raise RuntimeError('of the new file')\n", "utf-8")
    monkeypatch.setattr(
        "autograder.grading.workers.Workers._launch", lambda *_: pytest.fail("no worker is ready")
    )
    monkeypatch.setattr(WarmState, "start_workers", lambda *_: None)
    verdicts, _ = regrade()
    assert verdicts["activations"] is Verdict.CRASHED
    assert regrade.warm.submission.folder == staged


def test_a_result_that_load_may_have_caused_is_not_kept(regrade):
    regrade()
    warm = regrade.warm
    course = find_course(ROOT)
    exercise = course.exercise("losses")
    found = warm.result(exercise, warm.submission)
    (task, *others) = found.tasks
    (check, *rest) = task.checks
    late = replace(check, verdict=Verdict.TIMED_OUT)
    late_task = replace(task, checks=(late, *rest))
    warm._results.clear()
    warm.keep(exercise, warm.submission, replace(found, tasks=(late_task, *others)))
    assert warm.result(exercise, warm.submission) is None


def test_another_exercise_gets_workers_that_know_its_parts(regrade, folder, real_solution):
    regrade()
    before = regrade.warm._workers
    (folder / "losses.py").unlink()
    with (folder / "activations.py").open("a") as file:
        file.write("\n# changed\n")
    assert regrade()[0]["losses"] is Verdict.NOT_STARTED
    assert regrade.warm._workers is not before
