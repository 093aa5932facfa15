"""Diagnoses that are made once for each set of answers, however many submissions give it."""

from __future__ import annotations

import hashlib
from collections import OrderedDict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace

from autograder.conversations.exchange import Exchange, outcome_fields
from autograder.conversations.transcript import Transcript
from autograder.isolation import wire
from autograder.record.results import CheckResult, Diagnosis, Fact
from autograder.verdicts import Verdict

#: How many sets of answers are remembered: those that came last.
MOST = 1000


@dataclass(frozen=True)
class _Told:
    """What a diagnosis tells of one check."""

    method: str
    call: str
    details: tuple[str, ...]
    fact: Fact
    diagnosis: Diagnosis | None

    @classmethod
    def of(cls, check: CheckResult) -> _Told:
        return cls(check.method, check.call, check.details, check.fact, check.diagnosis)

    def about(self, check: CheckResult) -> CheckResult:
        return replace(
            check,
            method=self.method,
            call=self.call,
            details=self.details,
            fact=self.fact,
            diagnosis=self.diagnosis,
        )


@dataclass
class RememberedDiagnoses:
    """Diagnoses by the digest of the answers that they explain.

    Attributes:
        made: how many were made, and not remembered.
    """

    made: int = 0
    _known: OrderedDict[bytes, list[_Told]] = field(default_factory=OrderedDict)

    def explained(
        self,
        exercise: str,
        checks: list[CheckResult],
        asked: Mapping[str, Transcript],
        states: Mapping[str, bytes],
        diagnose: Callable[[], list[CheckResult]],
    ) -> list[CheckResult]:
        """Return `checks` with what `diagnose` finds, or has found for the same answers.

        Args:
            states: id of a check that passed -> the digest of its answers, where it is known.
        """
        key = _digest(exercise, checks, asked, states)
        if key is None:
            self.made += 1
            return diagnose()
        if key not in self._known:
            self.made += 1
            self._known[key] = [_Told.of(check) for check in diagnose()]
            if len(self._known) > MOST:
                self._known.popitem(last=False)
        self._known.move_to_end(key)
        told = self._known[key]
        return [one.about(check) for one, check in zip(told, checks, strict=True)]


def _digest(
    exercise: str,
    checks: Sequence[CheckResult],
    asked: Mapping[str, Transcript],
    states: Mapping[str, bytes],
) -> bytes | None:
    """Return the digest of all that a diagnosis depends on; None if that is unknown."""
    text = hashlib.sha256(exercise.encode())
    for check in checks:
        facts = (check.id, check.task, check.verdict, check.message, check.method, check.call)
        text.update(repr((facts, check.details, check.fact)).encode())
        if check.verdict is Verdict.PASSED and check.id in states:
            text.update(states[check.id])
            continue
        transcript = asked.get(check.id)
        for exchange in transcript.exchanges if transcript is not None else ():
            answer = _answer(exchange)
            if answer is None:
                return None
            text.update(hashlib.sha256(answer).digest())
    return text.digest()


def _answer(exchange: Exchange) -> bytes | None:
    """Return the request and the answer of an exchange; None where a callback was used."""
    if exchange.callbacks:
        return None
    steps = wire.decode_frame(exchange.frame)["steps"]
    outcomes = [outcome_fields(outcome) for outcome in exchange.outcomes]
    told = [[call.method, call.text] for call in exchange.calls]
    try:
        return wire.encode([steps, outcomes, exchange.raised, exchange.message, told])
    except wire.WireError:
        return None
