"""The workers of a submission, and what one grading leaves for the next one.

A worker takes longer to start than most checks to run: each can be started before it is needed,
and waits for the next grading where a submission is watched. Nothing here imports NumPy, so that
the first worker starts while the command still imports what the checks need.
"""

from __future__ import annotations

import tempfile
from collections.abc import Iterable
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

from autograder.course.borrowed import borrowed_parts
from autograder.course.reading import Course, Exercise
from autograder.grading.setting import Setting
from autograder.isolation.host.launch import WorkerSpec
from autograder.isolation.host.process import Launch, WorkerProcess
from autograder.isolation.sandboxes.scratch import remove_scratch
from autograder.isolation.sandboxes.worker_modules import NUMPY_ARRAYS
from autograder.record.results import ExerciseResult
from autograder.submissions.submission import Submission
from autograder.verdicts import Verdict
from framework.errors import SandboxError
from framework.providers.backends import REFERENCE


@dataclass(frozen=True)
class EarlyLaunch(Launch):
    """A launch whose first worker may have been started already."""

    _started: list[WorkerProcess] = field(default_factory=list)

    def start_early(self) -> None:
        """Start the worker that the next `start` returns; one that fails is tried again then."""
        with suppress(OSError, SandboxError):
            self._started.append(super().start())

    def start(self) -> WorkerProcess:
        """Return the worker that was started early, or start one; does not wait for it."""
        return self._started.pop() if self._started else super().start()

    def close(self) -> None:
        """End the worker that nothing needed."""
        while self._started:
            self._started.pop().close()


class Workers:
    """Starts the workers of one submission, or of the ones that take its place in its folder.

    Args:
        setting: how it is graded.
        submission: its folder holds the files that the workers import when they are asked to.
    """

    def __init__(self, setting: Setting, submission: Submission) -> None:
        self._setting, self._folder = setting, submission.folder
        self._names = tuple(submission.files)
        self._scratch = Path(tempfile.mkdtemp(prefix="gradus-scratch-"))
        self._ready: dict[str, EarlyLaunch] = {}

    def serve(self, submission: Submission) -> bool:
        """Return whether they serve `submission`: the same exercises in the same folder."""
        return (submission.folder, tuple(submission.files)) == (self._folder, self._names)

    def start(self, exercise: Exercise) -> None:
        """Start the worker for `exercise`, if there is none yet, while the caller goes on."""
        if exercise.name not in self._ready:
            self._ready[exercise.name] = self._launch(exercise)
            self._ready[exercise.name].start_early()

    def launch(self, exercise: Exercise) -> Launch:
        """Return the launch of a worker for `exercise`; it may have started already."""
        return self._ready.pop(exercise.name, None) or self._launch(exercise)

    def close(self) -> None:
        """End the workers that nothing needed, and remove what all of them wrote."""
        self.end_started()
        remove_scratch(self._scratch)

    def end_started(self) -> None:
        """End the workers that were started and that nothing needed yet."""
        for launch in self._ready.values():
            launch.close()
        self._ready.clear()

    def _launch(self, exercise: Exercise) -> EarlyLaunch:
        spec = WorkerSpec(
            self._setting.sandbox,
            self._folder,
            Path(tempfile.mkdtemp(prefix=f"{exercise.name}-", dir=self._scratch)),
            parts_of(self._setting.course, (exercise.name, *self._names)),
            self._arrays(),
            self._setting.device,
            self._setting.course.graded_imports(exercise),
        )
        launch = spec.launch(exercise.name)
        return EarlyLaunch(launch.sandbox, launch.argv, launch.view, launch.limits)

    def _arrays(self) -> str:
        if self._setting.backend == REFERENCE:
            return NUMPY_ARRAYS
        registry = self._setting.plugins.registry
        return registry.find("arrays", self._setting.backend, kind="arrays").target


def parts_of(course: Course, names: Iterable[str]) -> dict[str, tuple[str, str]]:
    """Return the parts that the exercises `names`, and those they require, may use.

    Returns:
        registry name -> (exercise, task).
    """
    required = course.with_required(map(course.exercise, names))
    own = {
        task.registry_name: (exercise.name, task.name)
        for exercise in required
        for task in exercise.tasks
    }
    scoped = {f"{course.name}/{name}": place for name, place in own.items()} if course.base else {}
    return {**borrowed_parts(course, required), **scoped, **own}


#: Workers that are started for the next grading: those of the files that were saved last.
STARTED = 2

#: Verdicts that the same files may not get again.
BY_CHANCE = (Verdict.TIMED_OUT, Verdict.OUT_OF_MEMORY, Verdict.NOT_GRADED)


class WarmState:
    """Lets the next grading of a submission reuse what the last one had.

    Attributes:
        submission: the state that was graded last; the next one takes its folder over.
        graded_last: the exercises of which checks ran then.
    """

    def __init__(self, course: Course) -> None:
        self.submission: Submission | None = None
        self.graded_last: tuple[Exercise, ...] = ()
        self._course = course
        self._workers: Workers | None = None
        self._results: dict[str, tuple[tuple[str, ...], ExerciseResult]] = {}

    def workers(self, setting: Setting, submission: Submission) -> Workers:
        """Return the workers for `submission`; new ones if its exercises are others."""
        if self._workers is not None and not self._workers.serve(submission):
            self._workers.close()
            self._workers = None
        if self._workers is None:
            self._workers = Workers(setting, submission)
        return self._workers

    def start_workers(self) -> None:
        """Start the workers that the next grading will probably need."""
        if self._workers is None or self.submission is None:
            return
        for exercise in sorted(self.graded_last, key=self._saved)[-STARTED:]:
            self._workers.start(exercise)

    def _saved(self, exercise: Exercise) -> int:
        """Return when the file of `exercise` was saved last; 0 if it is gone."""
        files = self.submission.files if self.submission is not None else {}
        try:
            return files[exercise.name].path.stat().st_mtime_ns
        except (OSError, KeyError):
            return 0

    def result(self, exercise: Exercise, submission: Submission) -> ExerciseResult | None:
        """Return the last result of `exercise` if no file that it depends on has changed."""
        sources, result = self._results.get(exercise.name, ((), None))
        return result if sources == self._sources(exercise, submission) else None

    def keep(self, exercise: Exercise, submission: Submission, result: ExerciseResult) -> None:
        """Remember the result of `exercise`, unless the machine's load may have caused it."""
        if result.verdict not in BY_CHANCE:
            self._results[exercise.name] = self._sources(exercise, submission), result

    def _sources(self, exercise: Exercise, submission: Submission) -> tuple[str, ...]:
        """Return the code that the result of `exercise` depends on."""
        needed = (one.name for one in self._course.with_required([exercise]))
        return tuple(submission.files[name].source for name in needed if name in submission.files)

    def close(self) -> None:
        """End the workers, and remove the folder of the submission."""
        if self._workers is not None:
            self._workers.close()
        if self.submission is not None:
            self.submission.close()
