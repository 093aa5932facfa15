"""Diagnosis of the failed checks of one exercise."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import replace

from autograder.course.reading import Exercise
from autograder.diagnosis.comparison import numpy_errors_ignored
from autograder.diagnosis.evidence import located
from autograder.diagnosis.exchanges import View
from autograder.diagnosis.flaws import almost_right, flaws_alone, miscounted_calls
from autograder.diagnosis.generic import GeneralMistakes
from autograder.diagnosis.recorded import RecordedCheck, TaskChecks
from autograder.diagnosis.replay import Replayer
from autograder.diagnosis.solution_changes.answer_matcher import AnswerMatcher
from autograder.diagnosis.solution_changes.listed_mistakes import Joined, KnownMistakes
from autograder.diagnosis.solution_changes.search import OutOfTrials, Trials, search_apart
from autograder.results.report import EXPLAINED, CheckResult, Diagnosis
from autograder.sandbox.session.session import Transcript
from autograder.verdicts import Verdict
from framework.models.parts import PartSource

#: A check whose answers took longer than this, in seconds, is diagnosed after the other checks.
SLOW = 0.2


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

    def search(trials: Trials) -> dict[str, CheckResult]:
        with numpy_errors_ignored():
            return Diagnoser(exercise, checks, transcripts, parts, trials).explained(listed)

    explained = search_apart(search) or {}
    return [explained.get(check.id, check) for check in checks]


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
        recorded = [(check, transcripts[check.id]) for check in checks if check.id in transcripts]
        recorded.sort(key=lambda item: _cost(item[1]))
        self._checks = [
            RecordedCheck(check, transcript.exchanges, self._matcher.replayer)
            for check, transcript in recorded
        ]

    def explained(self, listed: bool) -> dict[str, CheckResult]:
        """Return the failed checks by id, with what is found before the trials are used up."""
        tasks = [checks for task in self._tasks if (checks := self._of(task)).failed]
        results = {name: check for checks in tasks for name, check in self._located(checks).items()}
        diagnoses: dict[str, Diagnosis] = {}
        with suppress(OutOfTrials):
            self._explain(tasks, diagnoses, listed)
        return {
            name: replace(check, diagnosis=diagnoses.get(name)) for name, check in results.items()
        }

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
                diagnoses |= {name: replace(main.main, second=c) for name, c in others.items()}
            diagnoses |= general.explained(_other_methods(checks, diagnoses))
            for told in (almost_right, miscounted_calls):
                diagnoses |= told(_unexplained(checks, diagnoses).failed)

    def _located(self, checks: TaskChecks) -> dict[str, CheckResult]:
        """Return the failed checks of a task by id, each with the method that was wrong first."""
        blamed = {c.result.method for c in self._checks if c.result.verdict is Verdict.FAILED}
        pairs = (pair for check in checks.passed for pair in check.pairs)
        free = {pair.call.method for pair in pairs if pair.differs} - blamed
        return {
            check.id: located(check.result, check.pairs, free)
            if check.result.verdict is Verdict.FAILED and check.result.method
            else check.result
            for check in checks.failed
        }

    def _of(self, task: str) -> TaskChecks:
        """Return the recorded checks of `task` whose answers can explain something."""
        own = [check for check in self._checks if check.result.task == task]
        failed = (c for c in own if c.result.verdict in EXPLAINED and c.exchanges)
        return TaskChecks(
            task,
            tuple(c for c in failed if c.is_wrong_in(View(strictly=True))),
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


def _cost(transcript: Transcript) -> tuple[bool, int]:
    """Return whether the check took long, and the bytes of its requests."""
    return transcript.seconds > SLOW, sum(len(asked.frame) for asked in transcript.exchanges)
