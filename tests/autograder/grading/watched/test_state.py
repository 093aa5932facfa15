"""What one grading leaves for the next: the folder, what is prepared, and results that hold."""

from __future__ import annotations

import os
import signal
import time
from contextlib import suppress
from dataclasses import replace
from pathlib import Path

import pytest
from repository import ROOT

from autograder.course.reading import find_course
from autograder.grading.request import GradeRequest, answer
from autograder.grading.setting import Setting
from autograder.grading.watched import state
from autograder.grading.watched.run import Run, _Started
from autograder.grading.watched.state import WarmState
from autograder.isolation.sandboxes import choose
from autograder.isolation.sandboxes.base import tree_of
from autograder.submissions.submission import load_submission
from autograder.verdicts import Verdict
from framework.errors import BadInputError, SandboxError
from framework.providers.plugins import Plugins

NAMES = ("activations", "losses")
FORKS = state.can_fork()


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


@pytest.fixture(params=[pytest.param(True, id="forked"), pytest.param(False, id="in this process")])
def regrade(folder, request, monkeypatch):
    """`regrade()`: the report, and how many checks ran."""
    if request.param and not FORKS:
        pytest.skip("needs processes that can be forked")
    monkeypatch.setattr(state, "can_fork", lambda: request.param)
    course = find_course(ROOT)
    setting = Setting(course, Plugins(course=course), choose("process"))
    warm = WarmState(setting)

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


def edit(folder, before, after, name="activations"):
    path = folder / f"{name}.py"
    path.write_text(path.read_text("utf-8").replace(before, after), "utf-8")


def test_what_did_not_change_is_not_graded_again(regrade, folder):
    report, checks = regrade()
    assert set(verdicts(report).values()) == {Verdict.PASSED}
    edit(folder, "np.tanh(z)", "np.sin(z)")
    report, again = regrade()
    assert verdicts(report) == {"activations": Verdict.FAILED, "losses": Verdict.PASSED}
    assert 0 < again < checks
    report, again = regrade()
    assert verdicts(report) == {"activations": Verdict.FAILED, "losses": Verdict.PASSED}
    assert again == 0


def test_a_prepared_run_finds_what_a_cold_one_finds(regrade, folder):
    regrade()
    edit(folder, "np.tanh(z)", "np.sin(z)")
    edit(folder, "class ReLU", "print('said')\n\n\nclass ReLU")
    warm, _ = regrade()
    cold, _ = regrade(cold=True)
    assert findings(warm) == findings(cold)
    assert any(check.verdict is Verdict.FAILED for one in warm.exercises for check in one.checks)


def test_a_file_that_mentions_plotting_gets_a_worker_that_can_import_it(regrade, folder):
    pytest.importorskip("matplotlib")
    regrade()
    edit(folder, "import numpy as np", "import matplotlib\nimport numpy as np")
    assert verdicts(regrade()[0])["activations"] is Verdict.PASSED


def test_the_next_run_is_prepared_and_sees_the_files_of_its_time(regrade, folder, monkeypatch):
    regrade()
    staged = regrade.warm.submission.folder
    (folder / "activations.py").write_text("raise RuntimeError('of the new file')\n", "utf-8")
    monkeypatch.setattr(
        "autograder.grading.workers.Workers._launch", lambda *_: pytest.fail("nothing is prepared")
    )
    monkeypatch.setattr(WarmState, "prepare", lambda *_: None)
    assert verdicts(regrade()[0])["activations"] is Verdict.CRASHED
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


def test_only_a_state_whose_checks_ended_in_time_is_rehearsed(regrade, folder):
    report, _ = regrade()
    course, warm = find_course(ROOT), regrade.warm
    exercise = course.exercise("activations")
    (found,) = (one for one in report.exercises if one.name == exercise.name)
    warm.keep(exercise, warm.submission, replace(found, seconds=0.5))
    assert warm._is_quick(exercise)
    warm.keep(exercise, warm.submission, replace(found, seconds=state.QUICK))
    assert not warm._is_quick(exercise)
    warm.keep(exercise, warm.submission, replace(found, seconds=0.5))
    edit(folder, "np.tanh(z)", "np.sin(z)")  # which nothing is known of, as after a time-out
    warm.submission = load_submission(folder, course, NAMES, warm.submission)
    assert not warm._is_quick(exercise)


def test_another_exercise_gets_workers_that_know_its_parts(regrade, folder, monkeypatch):
    regrade()
    (folder / "losses.py").unlink()
    edit(folder, "import numpy as np", "import numpy as np  # changed")
    started = []
    monkeypatch.setattr(Run, "__init__", noted(Run.__init__, started))
    before = regrade.warm._workers
    assert verdicts(regrade()[0])["losses"] is Verdict.NOT_STARTED
    assert started if regrade.warm.grader else regrade.warm._workers is not before


def noted(function, calls):
    def noted(*args, **kwargs):
        calls.append(args)
        return function(*args, **kwargs)

    return noted


def ended(pid):
    """Whether the process `pid` ends within some seconds."""
    for _ in range(200):
        with suppress(OSError):
            if "\nState:\tZ" in Path(f"/proc/{pid}/status").read_text("utf-8"):
                return True
            time.sleep(0.05)
            continue
        return True
    return False


@pytest.mark.skipif(not FORKS, reason="needs processes that can be forked")
class TestForked:
    @pytest.fixture
    def run(self, folder):
        """`run()`: a prepared run of `activations`, and the submission."""
        course = find_course(ROOT)
        setting = Setting(course, Plugins(course=course), choose("process"))
        submission = load_submission(folder, course, NAMES)

        def run():
            return Run(setting, submission, course.exercise("activations")), submission

        yield run
        submission.close()

    def test_a_process_that_dies_is_a_fault_of_its_own(self, run):
        prepared, submission = run()
        os.kill(prepared._process.pid, signal.SIGKILL)
        prepared.begin(submission)
        with pytest.raises(SandboxError, match="activations has ended without a result"):
            prepared.result()
        prepared._process.join(10)
        assert not prepared.serves(submission)
        prepared.close()

    def test_one_that_is_stopped_ends_with_the_first_process(self, run):
        reading, writing = os.pipe()
        first = os.fork()
        if first == 0:
            prepared, _ = run()
            pid = prepared._process.pid
            while len(tree_of(_Started(prepared._process)).pids()) < 3:  # its worker runs
                time.sleep(0.01)
            os.killpg(pid, signal.SIGSTOP)  # as `close` does before it kills
            os.write(writing, f"{pid} {prepared._scratch}".encode())
            os.kill(os.getpid(), signal.SIGKILL)
        os.waitpid(first, 0)
        pid, scratch = os.read(reading, 4096).decode().split()
        os.close(reading), os.close(writing)
        assert ended(int(pid))
        assert not Path(scratch).exists()

    def test_what_is_wrong_with_the_course_is_raised_here(self, run, monkeypatch):
        def missing(*_):
            raise BadInputError("there is no solution of it")

        monkeypatch.setattr("autograder.course.reading.Course.require_solutions", missing)
        prepared, submission = run()
        prepared.begin(submission)
        with pytest.raises(BadInputError, match="there is no solution of it"):
            prepared.result()
        prepared.close()

    def test_a_run_that_is_closed_leaves_nothing_behind(self, run, monkeypatch, tmp_path):
        place = tmp_path / "temporary"
        place.mkdir()
        monkeypatch.setattr("tempfile.tempdir", str(place))
        prepared, _ = run()
        deadline = time.monotonic() + 20
        while not any(place.rglob("own")) and time.monotonic() < deadline:
            time.sleep(0.01)
        scratch = [path for path in place.iterdir() if path.name.startswith("gradus-scratch-")]
        assert scratch
        pid = prepared._process.pid
        prepared.close()
        assert not any(map(Path.exists, scratch))
        assert not Path(f"/proc/{pid}").exists()
