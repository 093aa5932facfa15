"""Keeps what one grading leaves for the next one in the same process."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from autograder.course.reading import Course, Exercise
from autograder.results.report import ExerciseResult
from autograder.submissions.submission import Submission
from autograder.verdicts import Verdict

if TYPE_CHECKING:
    from autograder.conversations.remembered import Remembered
    from autograder.grading.checks_run import Checks

#: Maximum bytes of answers of the reference that are remembered.
MAX_REMEMBERED = 256 << 20
#: Verdicts that the same files may not get again.
BY_CHANCE = (Verdict.TIMED_OUT, Verdict.OUT_OF_MEMORY, Verdict.NOT_GRADED)


@dataclass
class Memory:
    """What graders of one setting share in one process, for submissions that are graded in turn.

    Attributes:
        checks: exercise -> its checks, collected once.
        answers: seed -> exercise -> what the reference has answered.
    """

    checks: dict[str, Checks] = field(default_factory=dict)
    answers: dict[int, dict[str, Remembered]] = field(default_factory=dict)

    def answers_for(self, seed: int) -> dict[str, Remembered]:
        """Return exercise -> what the reference has answered with this seed.

        All answers are forgotten where they take too much memory.
        """
        kept = [answers for of_seed in self.answers.values() for answers in of_seed.values()]
        if sum(answers.size for answers in kept) > MAX_REMEMBERED:
            self.answers.clear()
        return self.answers.setdefault(seed, {})


class WatchState:
    """Lets the next grading of a submission reuse the results of the last one."""

    def __init__(self, course: Course) -> None:
        self.memory = Memory()
        self._course = course
        self._results: dict[str, tuple[tuple[str, ...], ExerciseResult]] = {}

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
        required = (other.name for other in self._course.with_required([exercise]))
        return tuple(submission.files[name].source for name in required if name in submission.files)
