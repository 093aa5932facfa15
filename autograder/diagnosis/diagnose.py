"""Diagnosis of the failed checks of one exercise."""

from __future__ import annotations

import logging
import warnings
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import replace
from functools import cached_property

import numpy as np

from autograder.checks.budget import BudgetExceeded, limited
from autograder.course.reading import Exercise
from autograder.diagnosis.exchanges import Exchanges
from autograder.diagnosis.first_fault import located, wrong_methods
from autograder.diagnosis.generic import explain_failures
from autograder.diagnosis.known import KnownMistakes
from autograder.diagnosis.reading import pairs_of
from autograder.diagnosis.replay_cache import ReplayCache
from autograder.isolation.host.transcript import Transcript
from autograder.record.results import EXPLAINED, CheckResult, Diagnosis
from autograder.verdicts import Verdict
from framework.models.parts import PartSource

#: The limit of CPU time for one exercise, in seconds; most exercises need much less.
SECONDS = 3.0
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
    diagnoser = Diagnoser(exercise, checks, transcripts, parts)
    found: dict[str, Diagnosis] = {}
    at_fault: dict[str, CheckResult] = {}
    try:
        with limited(SECONDS), numpy_errors_ignored():
            for task in exercise.task_names:
                at_fault |= diagnoser.located(task)
            for task in exercise.task_names if listed else ():
                for name, diagnosis in diagnoser.known(task):
                    found[name] = diagnosis
            for task in exercise.task_names:
                found = diagnoser.generic(task, set(found)) | found
    except BudgetExceeded:
        pass  # the diagnoses found so far are valid
    except Exception as error:  # a report must not depend on the diagnosis
        logging.getLogger(__name__).debug("no diagnosis for %s", exercise.name, exc_info=error)
    return [
        replace(at_fault.get(check.id, check), diagnosis=found.get(check.id)) for check in checks
    ]


@contextmanager
def numpy_errors_ignored() -> Iterator[None]:
    """Ignore NumPy's floating-point errors in the block: some mistakes cause them."""
    with warnings.catch_warnings(), np.errstate(all="ignore"):
        warnings.simplefilter("ignore")
        yield


class Diagnoser:
    """Explains the failed checks of one exercise; see `diagnosed` for the arguments."""

    def __init__(
        self,
        exercise: Exercise,
        checks: Sequence[CheckResult],
        transcripts: Mapping[str, Transcript],
        parts: PartSource,
    ) -> None:
        self._cache = ReplayCache(exercise, parts)
        recorded = [check for check in checks if check.id in transcripts]
        self._checks = sorted(recorded, key=lambda check: cost(transcripts[check.id]))
        self._exchanges: dict[str, Exchanges] = {
            name: transcript.exchanges for name, transcript in transcripts.items()
        }

    @cached_property
    def _mistakes(self) -> KnownMistakes:
        return KnownMistakes(self._cache)

    def located(self, task: str) -> dict[str, CheckResult]:
        """Return the failed checks of `task` by id, each with the method that was wrong first."""
        failed, cache = self._failed(task), self._cache
        if not failed:
            return {}
        passed = [pairs_of(other, cache.right_answers(other)) for other in self._passed(task)]
        blamed = {check.method for check in self._checks if check.verdict is Verdict.FAILED}
        free = frozenset[str]().union(*map(wrong_methods, passed)) - blamed
        return {
            check.id: located(check, pairs_of(asked, cache.right_answers(asked)), free)
            for check in self._checks
            if (asked := failed.get(check.id)) and check.verdict is Verdict.FAILED and check.method
        }

    def known(self, task: str) -> Iterator[tuple[str, Diagnosis]]:
        """Yield the id and the diagnosis of each failed check that a listed mistake explains."""
        failed, passed = self._failed(task), self._passed(task)
        for name, exchanges in failed.items():
            others = [other for key, other in failed.items() if key != name]
            mistake = self._mistakes.find(task, exchanges, passed, others)
            if mistake is not None:
                yield name, Diagnosis(mistake.id, mistake.sentence, mistake.hint)

    def generic(self, task: str, known: set[str]) -> dict[str, Diagnosis]:
        """Return diagnoses of the other failed checks of `task`, without the listed mistakes."""
        failed = {k: exchanges for k, exchanges in self._failed(task).items() if k not in known}
        return explain_failures(self._cache, task, failed, self._passed(task)) if failed else {}

    def _failed(self, task: str) -> dict[str, Exchanges]:
        """Return the exchanges of the failed checks by id, the cheapest first."""
        return {
            check.id: self._exchanges[check.id]
            for check in self._checks
            if check.task == task and check.verdict in EXPLAINED and self._exchanges[check.id]
        }

    def _passed(self, task: str) -> list[Exchanges]:
        """Return the exchanges of the passed checks, the cheapest first."""
        return [
            self._exchanges[check.id]
            for check in self._checks
            if check.task == task and check.verdict is Verdict.PASSED
        ]


def cost(transcript: Transcript) -> tuple[bool, int]:
    """Return the cost of a replay: whether the check took long, and the bytes of its requests."""
    asked = sum(len(exchange.frame) for exchange in transcript.exchanges)
    return transcript.seconds > SLOW, asked
