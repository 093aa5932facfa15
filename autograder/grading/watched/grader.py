"""Grades the exercises of a watched submission, each in a process of its own."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from autograder.course.reading import Exercise
from autograder.grading.parallel import load_grader
from autograder.grading.setting import Setting
from autograder.grading.watched.run import OnCheck, Run
from autograder.record.results import ExerciseResult
from autograder.submissions.submission import Submission


class WatchedGrader:
    """Grades like `autograder.grading.grader.Grader`, one state of a submission after the other."""

    def __init__(self, setting: Setting) -> None:
        self._setting = setting
        self._submission: Submission | None = None
        self._prepared: dict[str, Run] = {}
        self._running: dict[str, Run] = {}
        self._ended: list[Run] = []

    def prepare(
        self,
        submission: Submission,
        exercises: Sequence[Exercise],
        most: int,
        rehearsed: Callable[[Exercise], bool] = lambda exercise: False,
    ) -> None:
        """Prepare the next run of each of `exercises`; of what is prepared, keep the `most` latest.

        Args:
            submission: what was graded last.
            rehearsed: whether the checks of an exercise run on it once more, while the run waits.
        """
        load_grader()  # every process inherits it
        self._close_ended()
        for exercise in exercises:
            if exercise.name not in self._prepared:
                run = Run(self._setting, submission, exercise, rehearsed=rehearsed(exercise))
                self._prepared[exercise.name] = run
        for name in list(self._prepared)[:-most]:
            self._prepared.pop(name).close()

    def begin(self, submission: Submission) -> None:
        """Grade `submission` from now on."""
        self._submission = submission
        for name in [name for name, run in self._prepared.items() if not run.serves(submission)]:
            self._prepared.pop(name).close()

    def is_prepared(self, exercise: Exercise) -> bool:
        """Return whether the next run of `exercise` is prepared."""
        return exercise.name in self._prepared

    def start(self, exercise: Exercise, plugins: Sequence[object] = ()) -> None:
        """Start a run of `exercise`, the prepared one if it is one of all checks."""
        if self._submission is None:
            raise RuntimeError("`begin` was not called")
        run = self._prepared.pop(exercise.name, None) if not plugins else None
        run = run or Run(self._setting, self._submission, exercise, plugins)
        run.begin(self._submission)
        self._running[exercise.name] = run

    def grade(
        self, exercise: Exercise, on_check: OnCheck | None = None, plugins: Sequence[object] = ()
    ) -> ExerciseResult:
        """Return the result of the run of `exercise`, which may have been started already."""
        if exercise.name not in self._running:
            self.start(exercise, plugins)
        run = self._running.pop(exercise.name)
        self._ended.append(run)
        return run.result(on_check)

    def end(self) -> None:
        """End the runs that go on: nothing waits for their results."""
        self._ended += self._running.values()
        self._running.clear()

    def close(self) -> None:
        """End all processes."""
        self.end()
        self._ended += self._prepared.values()
        self._prepared.clear()
        self._close_ended()

    def _close_ended(self) -> None:
        while self._ended:
            self._ended.pop().close()
