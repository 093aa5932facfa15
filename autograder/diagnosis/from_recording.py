"""Diagnosis in a student kit: recorded right answers take the place of the solution.

Nothing can be computed with a solution. What remains are the comparison with the right answers to
the same requests, the patterns of wrong arrays, and the fingerprints of listed mistakes.

A kit stores no mistake in the open. The digest of the wrong answers that a mistake gives is the key
of its sentence: only answers with this mistake unlock it. Changes of behaviour of the solution are
sealed in the same way, beside the listed mistakes.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Iterator, Mapping, Sequence, Set
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

import numpy as np

from autograder.conversations.player import same_request
from autograder.conversations.recording import Tape, handles_in
from autograder.course.kit_folder import enciphered
from autograder.diagnosis.answer_reader import NO_NAMES, HeldAnswers, evidence_of, groups_of
from autograder.diagnosis.comparison import (
    IgnoredDifferences,
    facts_between,
    numpy_errors_ignored,
    same_exchange,
)
from autograder.diagnosis.evidence import free_methods, located
from autograder.diagnosis.flaws import flaw_of
from autograder.diagnosis.patterns import ANSWERS, EFFECTS, PATTERNS, told_by, told_by_each
from autograder.results.report import EXPLAINED, CheckResult, Diagnosis
from autograder.sandbox.session.requests import Get
from autograder.sandbox.session.session import Exchange, Transcript
from autograder.sandbox.session.text_names import TextNames
from autograder.sandbox.wire import Handle
from autograder.verdicts import Verdict

#: A listed mistake that explains this number of facts may stand beside another mistake.
CERTAIN = 6
#: Numbers count as equal if they agree in this many digits of the largest one of their array.
DIGITS = 6


def diagnosed_from_recording(
    checks: Sequence[CheckResult],
    transcripts: Mapping[str, Transcript],
    tapes: Mapping[str, Tape],
    names: TextNames = NO_NAMES,
) -> list[CheckResult]:
    """Return `checks` with the method that was wrong first, and a diagnosis where it is certain.

    Args:
        transcripts: the requests and answers of each check, by its id.
        tapes: what was recorded of each check, by its id.
        names: of arguments and results, in the text of the exercise.
    """
    known = {
        check.id: AskedCheck.of(check, transcripts[check.id], tapes[check.id], names)
        for check in checks
        if check.id in transcripts and check.id in tapes
    }
    with numpy_errors_ignored():
        search = SealedSearch(known.values())
        named = {name: mistake.diagnosis for name, mistake in search.best().items()}
        explained = {asked.place for name, asked in known.items() if name in named}
        # Another explanation of the same method might contradict the first one.
        left = [asked for asked in search.failed if asked.place not in explained]
        named |= _by_patterns(left, search.passed)
        pairs = (pair for asked in search.passed for pair in asked.pairs)
        free = free_methods(checks, pairs)
        told = {asked.id: asked.explained(named.get(asked.id), free) for asked in search.failed}
    return [told.get(check.id, check) for check in checks]


@dataclass(frozen=True)
class SealedMistake:
    """What the answers with a mistake unlock.

    Attributes:
        seen_in: the checks in which it gives wrong answers, each by `mark_of` its id.
    """

    id: str
    sentence: str
    hint: str
    seen_in: tuple[str, ...] = ()

    @property
    def diagnosis(self) -> Diagnosis:
        """What is said of a check with its answers."""
        return Diagnosis(self.id, self.sentence, self.hint)

    @property
    def is_listed(self) -> bool:
        """Whether it is a mistake listed for the exercise, not a change of behaviour."""
        return not self.id.startswith("generic/")


@dataclass(eq=False)
class AskedCheck(HeldAnswers):
    """A check beside the right answers to its requests, as far as these are recorded."""

    result: CheckResult
    exchanges: Sequence[Exchange]
    right: Sequence[Exchange]
    mistakes: Mapping[str, list[bytes]]
    names: TextNames

    @classmethod
    def of(
        cls, check: CheckResult, transcript: Transcript, tape: Tape, names: TextNames
    ) -> AskedCheck:
        """Hold the requests of `transcript` against those of `tape`."""
        asked = [exchange for exchange in transcript.exchanges if not exchange.is_import]
        right = list(_right_answers(asked, tape.answers))
        return cls(check, asked[: len(right)], right, tape.mistakes, names)

    def explained(self, diagnosis: Diagnosis | None, free: Set[str]) -> CheckResult:
        """Return the check with what explains it, or the flaw of the form if only that is wrong.

        Args:
            diagnosis: of its wrong answers, if there is one.
            free: methods whose answers may differ, see `located`.
        """
        loosely = IgnoredDifferences(loosely=True)
        pairs = zip(self.exchanges, self.right, strict=True)
        if diagnosis is None and all(same_exchange(*pair, loosely) for pair in pairs):
            diagnosis = flaw_of(self)
        return replace(located(self.result, self.pairs, free), diagnosis=diagnosis)

    @cached_property
    def facts(self) -> int:
        """The number of facts in which the answers are wrong."""
        return sum(map(facts_between, self.exchanges, self.right))

    @property
    def place(self) -> tuple[str, str]:
        """The task, and its method that was wrong first; an empty text if it is not clear."""
        return self.result.task, self.method

    @cached_property
    def key(self) -> bytes:
        """The digest of the answers up to the first wrong one; empty if all are right."""
        return key_of_wrong(self.exchanges, self.right)

    @cached_property
    def unlocked(self) -> list[SealedMistake]:
        """The mistakes that give the wrong answers of this check.

        A change of behaviour is sealed without exceptions of its own.
        """
        keys = {self.key, key_of_wrong(self.exchanges, self.right, raising=False)}
        named = (unsealed(d, key) for key in keys for d in self.mistakes.get(name_of(key), ()))
        return [mistake for mistake in named if mistake is not None]


class SealedSearch:
    """The search for the mistakes that wrong answers unlock, of those that no check contradicts.

    A check that passed contradicts a mistake that fails it. So does a failed check with other wrong
    answers, unless a listed mistake explains many facts: then another mistake stands beside it.

    Attributes:
        passed: the checks that passed.
        failed: the checks that did not, whose answers can be explained.
    """

    def __init__(self, checks: Iterable[AskedCheck]) -> None:
        self.passed = [asked for asked in checks if asked.result.verdict is Verdict.PASSED]
        self.failed = [asked for asked in checks if asked.result.verdict in EXPLAINED]
        right = {mark_of(asked.id) for asked in self.passed if not asked.key}
        self._wrong = {mark_of(asked.id) for asked in self.failed if asked.key}
        self._right_methods = {
            (asked.result.task, method) for asked in self.passed for method in asked.telling_methods
        }
        self._explained: dict[SealedMistake, list[AskedCheck]] = {}
        for asked in self.failed:
            for mistake in asked.unlocked:
                if right.isdisjoint(mistake.seen_in):
                    self._explained.setdefault(mistake, []).append(asked)

    def best(self) -> dict[str, SealedMistake]:
        """Return check id -> the mistake that explains most checks, a listed one first.

        None is named if several explain as many.
        """
        fitting = [mistake for mistake in self._explained if self._fits(mistake)]
        best: dict[str, SealedMistake] = {}
        for asked in self.failed:
            mine = [mistake for mistake in fitting if asked in self._explained[mistake]]
            most = max(map(self._rank, mine), default=None)
            first = [mistake for mistake in mine if self._rank(mistake) == most]
            if len({mistake.diagnosis for mistake in first}) == 1:
                best[asked.id] = first[0]
        return best

    def _rank(self, mistake: SealedMistake) -> tuple[int, bool]:
        return len(self._explained[mistake]), mistake.is_listed

    def _fits(self, mistake: SealedMistake) -> bool:
        """Return whether few other mistakes give these answers, and no failed check contradicts."""
        explained = self._explained[mistake]
        marks = {mark_of(asked.id) for asked in explained}
        is_all = self._wrong.intersection(mistake.seen_in) <= marks
        facts = sum(asked.facts for asked in explained)
        is_proved = any(self._is_proof(asked) for asked in explained)
        return is_proved and (is_all or (mistake.is_listed and facts >= CERTAIN))

    def _is_proof(self, asked: AskedCheck) -> bool:
        """Return whether few mistakes give the answers, or the method was right elsewhere."""
        return not asked.is_common or asked.place in self._right_methods


def _by_patterns(checks: Sequence[AskedCheck], right: Sequence[AskedCheck]) -> dict[str, Diagnosis]:
    """Return what patterns say of failed checks: of all with the same wrong method together.

    Args:
        right: the checks that passed.
    """
    diagnoses: dict[str, Diagnosis] = {}
    for task in dict.fromkeys(check.result.task for check in checks):
        passed = [check for check in right if check.result.task == task]
        failed = (check for check in checks if check.result.task == task)
        for (_, is_of_arrays), group in groups_of(failed).items():
            patterns = {**EFFECTS, **PATTERNS} if is_of_arrays else ANSWERS
            evidence = evidence_of(group, passed)
            diagnoses |= told_by(patterns, *evidence) or told_by_each(patterns, *evidence)
    return diagnoses


def _right_answers(asked: Sequence[Exchange], answers: Sequence[Exchange]) -> Iterator[Exchange]:
    """Yield the right answers as long as the recorded requests are those of the check."""
    objects: dict[int, int] = {}
    for theirs, answer in zip(asked, answers, strict=False):
        if not same_request(theirs.plain_steps(), answer.plain_steps(), objects):
            return
        yield answer
        for ours, right in zip(theirs.outcomes, answer.outcomes, strict=False):
            pairs = zip(handles_in(ours.value), handles_in(right.value), strict=False)
            objects.update({mine.id: other.id for mine, other in pairs})


def key_of(exchanges: Iterable[Exchange], *, strictly: bool = False) -> bytes:
    """Return the digest of the steps, the outcomes and the exceptions of `exchanges`.

    Args:
        strictly: whether the values of initial parameters count, not their names and shapes alone;
            right ones may be drawn in many ways.
    """
    text = hashlib.sha256()
    for exchange in exchanges:
        for step, outcome in zip(exchange.steps, exchange.outcomes, strict=False):
            is_drawn = not strictly and isinstance(step, Get) and step.name == "parameters"
            facts = [f"{outcome.is_method} {outcome.changed} {outcome.aliased}"]
            for value in (outcome.value, outcome.args, outcome.kwargs):
                facts += _value(value, is_drawn)
            text.update("\n".join(facts).encode() + b"\n")
        text.update(f"raised {exchange.message}\n".encode())
    return text.digest()


def key_of_wrong(
    asked: Iterable[Exchange], right: Iterable[Exchange], *, raising: bool = True
) -> bytes:
    """Return the digest of the answers up to the first wrong one; empty if all are right.

    Values of initial parameters count where nothing else is wrong.

    Args:
        raising: whether an exception alone is a wrong answer. Many changes of code raise it.
    """
    pairs: Iterable[tuple[Exchange, Exchange]] = zip(asked, right, strict=False)
    for strictly in (False, True):
        read: list[tuple[Exchange, Exchange]] = []
        for pair in pairs:
            read.append(pair)
            mine, theirs = (key_of([exchange], strictly=strictly) for exchange in pair)
            if mine != theirs and (raising or not _only_raises(*pair)):
                return key_of([ours for ours, _ in read], strictly=strictly)
        pairs = read
    return b""


def _only_raises(ours: Exchange, right: Exchange) -> bool:
    """Return whether `ours` ended by an exception, and its answers before that are right."""
    before = replace(right, outcomes=right.outcomes[: len(ours.outcomes)], message=ours.message)
    return bool(ours.raised) and key_of([ours]) == key_of([before])


def mark_of(check: str) -> str:
    """Return the short name of the check with an id, as it is sealed."""
    return hashlib.sha256(check.encode()).hexdigest()[:6]


def name_of(key: bytes) -> str:
    """Return the name under which what `key` unlocks is stored."""
    return hashlib.sha256(b"name" + key).hexdigest()[:32]


def sealed(mistake: SealedMistake, key: bytes) -> bytes:
    """Return `mistake`, enciphered with `key`."""
    fields = [mistake.id, mistake.sentence, mistake.hint, list(mistake.seen_in)]
    return enciphered(json.dumps(fields).encode(), key)


def unsealed(data: bytes, key: bytes) -> SealedMistake | None:
    """Return what `key` unlocks; None if `data` is not of it."""
    try:
        name, sentence, hint, seen_in = json.loads(enciphered(data, key))
    except (ValueError, TypeError):
        return None
    return SealedMistake(str(name), str(sentence), str(hint), tuple(map(str, seen_in)))


def _value(value: Any, by_form: bool) -> Iterator[str]:
    if isinstance(value, dict):
        for key in sorted(value, key=str):
            yield str(key)
            yield from _value(value[key], by_form)
    elif isinstance(value, list | tuple):
        yield f"{len(value)} items"
        for item in value:
            yield from _value(item, by_form)
    elif isinstance(value, Handle):
        yield "object"
    elif isinstance(value, np.ndarray | float | complex):
        yield from _numbers(np.asarray(value), by_form)
    else:
        yield repr(value)


def _numbers(array: Any, by_form: bool) -> Iterator[str]:
    yield f"{array.dtype.kind} {array.shape}"
    if by_form or not array.size:
        return
    if array.dtype.kind not in "fc":
        yield repr(array.tolist())
        return
    finite = np.isfinite(array)
    largest = float(np.abs(array[finite]).max(initial=0.0))
    yield f"{largest:.{DIGITS - 1}e}"
    with np.errstate(invalid="ignore"):
        rounded = np.round(array / (largest or 1.0), DIGITS) + 0.0
    yield repr(np.where(finite, rounded, array).tolist())
