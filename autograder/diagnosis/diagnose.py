"""Diagnosis of the failed checks of one exercise."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field, replace

from autograder.conversations.transcript import Transcript
from autograder.course.reading import Exercise
from autograder.diagnosis.comparison import numpy_errors_ignored
from autograder.diagnosis.exchanges import View
from autograder.diagnosis.first_fault import located, wrong_methods
from autograder.diagnosis.flaws import almost_right, flaws_alone, miscounted_calls
from autograder.diagnosis.generic import GeneralMistakes
from autograder.diagnosis.recorded import RecordedCheck, Replayer, TaskChecks
from autograder.diagnosis.solution_changes.answer_matcher import AnswerMatcher
from autograder.diagnosis.solution_changes.listed_mistakes import Joined, KnownMistakes
from autograder.diagnosis.solution_changes.search import OutOfTrials, Trials, search_apart
from autograder.results.report import EXPLAINED, CheckResult, Diagnosis
from autograder.verdicts import Verdict
from framework.models.parts import PartSource

#: A check whose answers took longer than this, in seconds, is diagnosed after the other checks.
SLOW = 0.2


@dataclass
class Explained:
    """What was found of the failed checks of one exercise, by the id of each check."""

    at_fault: dict[str, CheckResult] = field(default_factory=dict)
    diagnoses: dict[str, Diagnosis] = field(default_factory=dict)


def diagnosed(
    exercise: Exercise,
    checks: Sequence[CheckResult],
    transcripts: Mapping[str, Transcript],
    parts: PartSource,
    *,
    listed: bool = True,
) -> list[CheckResult]:
    """Return `checks` with the method that was wrong first, and a diagnosis where it is certain.

    Args:
        transcripts: the requests and answers of each check, by its id.
        parts: the source of the parts of other exercises.
        listed: whether the mistakes listed for the exercise are used.
    """

    def search(trials: Trials) -> Explained:
        with numpy_errors_ignored():
            return Diagnoser(exercise, checks, transcripts, parts, trials).explained(listed)

    explained = search_apart(search) or Explained()
    return [
        replace(
            explained.at_fault.get(check.id, check), diagnosis=explained.diagnoses.get(check.id)
        )
        for check in checks
    ]


class Diagnoser:
    """Explains the failed checks of one exercise; see `diagnosed` for the arguments."""

    def __init__(
        self,
        exercise: Exercise,
        checks: Sequence[CheckResult],
        transcripts: Mapping[str, Transcript],
        parts: PartSource,
        trials: Trials,
    ) -> None:
        self._tasks = exercise.task_names
        self._matcher = AnswerMatcher(Replayer(exercise, parts), trials)
        recorded = [check for check in checks if check.id in transcripts]
        self._checks = [
            RecordedCheck(check, transcripts[check.id].exchanges, self._matcher.replayer)
            for check in sorted(recorded, key=lambda check: cost(transcripts[check.id]))
        ]

    def explained(self, listed: bool) -> Explained:
        """Return what is found before the budget of trials is used up."""
        result = Explained()
        tasks = [checks for task in self._tasks if (checks := self._of(task)).failed]
        for checks in tasks:
            result.at_fault |= self._located(checks)
        with suppress(OutOfTrials):
            self._explain(tasks, result.diagnoses, listed)
        return result

    def _explain(
        self, tasks: Sequence[TaskChecks], diagnoses: dict[str, Diagnosis], listed: bool
    ) -> None:
        """Add the diagnoses by listed mistakes, else by general mistakes."""
        known, general = KnownMistakes(self._matcher), GeneralMistakes(self._matcher)
        joined = known.causes_by_task(tasks) if listed else {}
        for cause in joined.values():
            diagnoses |= cause.found
        for checks in tasks:
            diagnoses |= flaws_alone(_unexplained(checks, diagnoses).failed)
            main = joined.get(checks.task, Joined())
            base = known.module(main.cause)
            if main.found and base is not None:
                others = general.beside(_unexplained(checks, diagnoses), base)
                diagnoses |= {
                    key: replace(main.main, second=cause) for key, cause in others.items()
                }
            diagnoses |= general.explained(_other_methods(checks, diagnoses))
            diagnoses |= almost_right(_unexplained(checks, diagnoses).failed)
            diagnoses |= miscounted_calls(_unexplained(checks, diagnoses).failed)

    def _located(self, checks: TaskChecks) -> dict[str, CheckResult]:
        """Return the failed checks of a task by id, each with the method that was wrong first."""
        failed = [check for check in self._checks if check.result.verdict is Verdict.FAILED]
        blamed = {check.result.method for check in failed}
        free = frozenset[str]().union(*(wrong_methods(c.pairs) for c in checks.passed)) - blamed
        return {
            check.id: located(check.result, check.pairs, free)
            for check in checks.failed
            if check.result.verdict is Verdict.FAILED and check.result.method
        }

    def _of(self, task: str) -> TaskChecks:
        """Return the recorded checks of `task` whose answers can explain something."""
        own = [check for check in self._checks if check.result.task == task]
        return TaskChecks(
            task,
            tuple(c for c in own if c.result.verdict in EXPLAINED and c.exchanges and c.is_wrong),
            tuple(c for c in own if c.result.verdict is Verdict.PASSED),
        )


def _unexplained(checks: TaskChecks, diagnoses: Mapping[str, Diagnosis]) -> TaskChecks:
    """Return `checks` without the failed checks that are explained."""
    return replace(checks, failed=tuple(c for c in checks.failed if c.id not in diagnoses))


def _other_methods(checks: TaskChecks, diagnoses: Mapping[str, Diagnosis]) -> TaskChecks:
    """Return `checks` without the failed checks whose method is explained.

    Another explanation of the same method might contradict the first one.
    """
    explained = {
        check.method
        for check in checks.failed
        if check.id in diagnoses and check.is_wrong_in(View(loosely=True))
    }
    left = _unexplained(checks, diagnoses).failed
    return replace(checks, failed=tuple(c for c in left if c.method not in explained))


def cost(transcript: Transcript) -> tuple[bool, int]:
    """Return the cost of a replay: whether the check took long, and the bytes of its requests."""
    asked = sum(len(exchange.frame) for exchange in transcript.exchanges)
    return transcript.seconds > SLOW, asked
