"""What one grading of a watched submission leaves for the next one."""

from __future__ import annotations

from autograder.course.reading import Exercise
from autograder.grading.parallel import can_fork
from autograder.grading.setting import Setting
from autograder.grading.watched.grader import WatchedGrader
from autograder.grading.workers import Workers
from autograder.record.results import ExerciseResult
from autograder.submissions.submission import Submission
from autograder.verdicts import Verdict

#: Exercises that are prepared for the next grading: those of the files that were saved last.
PREPARED = 2

#: Seconds of a grading whose checks are rehearsed for the next one; more would keep it waiting.
QUICK = 1.0

#: Verdicts that the same files may not get again.
BY_CHANCE = (Verdict.TIMED_OUT, Verdict.OUT_OF_MEMORY, Verdict.NOT_GRADED)


class WarmState:
    """Lets the next grading of a submission reuse what the last one had.

    Where processes can be forked, each exercise is graded in one of its own, which is prepared
    while the command waits. Elsewhere only the next worker is started.

    Attributes:
        submission: the state that was graded last; the next one takes its folder over.
        graded_last: the exercises of which checks ran then.
        grader: of all states; None where no process can be forked.
    """

    def __init__(self, setting: Setting) -> None:
        self.submission: Submission | None = None
        self.graded_last: tuple[Exercise, ...] = ()
        self.grader = WatchedGrader(setting) if can_fork() else None
        self._setting = setting
        self._workers: Workers | None = None
        self._results: dict[str, tuple[tuple[str, ...], ExerciseResult]] = {}

    def workers(self, submission: Submission) -> Workers:
        """Return the workers for `submission`; new ones if its exercises are others."""
        if self._workers is not None and not self._workers.serve(submission):
            self._workers.close()
            self._workers = None
        if self._workers is None:
            self._workers = Workers(self._setting, submission)
        return self._workers

    def prepare(self) -> None:
        """Prepare the exercises that the next grading will probably need."""
        if self.submission is None:
            return
        self._setting.course_hash  # noqa: B018 - reads all of the course
        exercises = sorted(self.graded_last, key=self._saved)[-PREPARED:]
        if self.grader is not None:
            self.grader.prepare(self.submission, exercises, PREPARED, self._is_quick)
            return
        for exercise in exercises:
            self.workers(self.submission).start(exercise)

    def _is_quick(self, exercise: Exercise) -> bool:
        """Return whether the checks of `exercise` took little time with the files of now."""
        known = self.result(exercise, self.submission) if self.submission is not None else None
        return known is not None and known.seconds < QUICK

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
        needed = (one.name for one in self._setting.course.with_required([exercise]))
        return tuple(submission.files[name].source for name in needed if name in submission.files)

    def close(self) -> None:
        """End what was prepared, and remove the folder of the submission."""
        if self.grader is not None:
            self.grader.close()
        if self._workers is not None:
            self._workers.close()
        if self.submission is not None:
            self.submission.close()
