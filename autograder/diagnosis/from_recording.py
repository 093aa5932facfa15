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
from itertools import chain
from typing import Any

import numpy as np

from autograder.conversations.player import same_request
from autograder.conversations.recording import Tape, handles_in
from autograder.course.kit_folder import enciphered
from autograder.diagnosis.answer_reader import NO_NAMES, gather, pairs_of, telling_methods
from autograder.diagnosis.comparison import (
    IgnoredDifferences,
    facts_between,
    numpy_errors_ignored,
    same_exchange,
)
from autograder.diagnosis.evidence import AnswerEvidence, Pair, free_methods, located
from autograder.diagnosis.flaws import first_flaw
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
        sealed_mistakes = SealedSearch(list(known.values())).best()
        named = {name: mistake.diagnosis for name, mistake in sealed_mistakes.items()}
        asked = [known[check.id] for check in checks if check.id in known]
        passed = [one for one in asked if one.check.verdict is Verdict.PASSED]
        explained = {one.method for one in asked if one.check.id in named}
        failed = [one for one in asked if one.check.verdict in EXPLAINED]
        # Another explanation of the same method might contradict the first one.
        named |= _by_patterns([one for one in failed if one.method not in explained], passed)
        free = free_methods(checks, chain.from_iterable(one.pairs for one in passed))
        return [
            known[check.id].explained(named.get(check.id), free)
            if check.id in known and check.verdict in EXPLAINED
            else check
            for check in checks
        ]


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
class AskedCheck:
    """A check beside the right answers to its requests, as far as these are recorded."""

    check: CheckResult
    asked: Sequence[Exchange]
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
        """Return the check with what explains it.

        Args:
            diagnosis: of its wrong answers, if there is one.
            free: methods whose answers may differ, see `located`.
        """
        check = self.check
        if check.verdict is Verdict.FAILED and check.method:
            check = located(check, self.pairs, free)
        return replace(check, diagnosis=diagnosis or self._flaw())

    @cached_property
    def facts(self) -> int:
        """The number of facts in which the answers are wrong."""
        return sum(map(facts_between, self.asked, self.right))

    @property
    def method(self) -> tuple[str, str]:
        """The task, and its method that was wrong first; an empty text if it is not clear."""
        return self.check.task, self.evidence.method if self.evidence is not None else ""

    @cached_property
    def key(self) -> bytes:
        """The digest of the answers up to the first wrong one; empty if all are right."""
        return key_of_wrong(self.asked, self.right)

    @cached_property
    def unlocked(self) -> list[SealedMistake]:
        """The mistakes that give the wrong answers of this check.

        A change of behaviour is sealed without exceptions of its own.
        """
        keys = {self.key, key_of_wrong(self.asked, self.right, raising=False)}
        named = (unsealed(d, key) for key in keys for d in self.mistakes.get(name_of(key), ()))
        return [mistake for mistake in named if mistake is not None]

    @cached_property
    def pairs(self) -> list[Pair]:
        """All arrays of the answers, with the expected ones."""
        return pairs_of(self.asked, self.right, self.names)

    @cached_property
    def evidence(self) -> AnswerEvidence | None:
        """What the answers show of the method that was wrong first; None if it is not clear."""
        return gather(self.asked, self.right, self.names)

    def _flaw(self) -> Diagnosis | None:
        """Return the flaw of the form, if nothing else is wrong."""
        loosely = IgnoredDifferences(loosely=True)
        pairs = zip(self.asked, self.right, strict=True)
        is_right = all(same_exchange(ours, expected, loosely) for ours, expected in pairs)
        return first_flaw(self.asked, self.right, self.names) if is_right else None


class SealedSearch:
    """The search for the mistakes that wrong answers unlock, of those that no check contradicts.

    A check that passed contradicts a mistake that fails it. So does a failed check with other wrong
    answers, unless a listed mistake explains many facts: then another mistake stands beside it.
    """

    def __init__(self, checks: Sequence[AskedCheck]) -> None:
        passed = [asked for asked in checks if asked.check.verdict is Verdict.PASSED]
        right = {mark_of(asked.check.id) for asked in passed if not asked.key}
        self._failed = [asked for asked in checks if asked.check.verdict in EXPLAINED]
        self._wrong = {mark_of(asked.check.id) for asked in self._failed if asked.key}
        self._right_methods = {
            (asked.check.task, method)
            for asked in passed
            for method in telling_methods(asked.asked, asked.pairs)
        }
        self._explained: dict[SealedMistake, list[AskedCheck]] = {}
        for asked in self._failed:
            for mistake in asked.unlocked:
                if right.isdisjoint(mistake.seen_in):
                    self._explained.setdefault(mistake, []).append(asked)

    def best(self) -> dict[str, SealedMistake]:
        """Return check id -> the mistake that explains most checks, a listed one first.

        None is named if several explain as many.
        """
        fitting = [mistake for mistake in self._explained if self._fits(mistake)]
        best: dict[str, SealedMistake] = {}
        for asked in self._failed:
            mine = [mistake for mistake in fitting if asked in self._explained[mistake]]
            most = max(map(self._rank, mine), default=None)
            first = [mistake for mistake in mine if self._rank(mistake) == most]
            if len({mistake.diagnosis for mistake in first}) == 1:
                best[asked.check.id] = first[0]
        return best

    def _rank(self, mistake: SealedMistake) -> tuple[int, bool]:
        return len(self._explained[mistake]), mistake.is_listed

    def _fits(self, mistake: SealedMistake) -> bool:
        """Return whether few other mistakes give these answers, and no failed check contradicts."""
        explained = self._explained[mistake]
        marks = {mark_of(asked.check.id) for asked in explained}
        is_all = self._wrong.intersection(mistake.seen_in) <= marks
        facts = sum(asked.facts for asked in explained)
        is_proved = any(self._is_proof(asked) for asked in explained)
        return is_proved and (is_all or (mistake.is_listed and facts >= CERTAIN))

    def _is_proof(self, asked: AskedCheck) -> bool:
        """Return whether few mistakes give the answers, or the method was right elsewhere."""
        evidence = asked.evidence
        return evidence is None or not evidence.is_common or asked.method in self._right_methods


def _by_patterns(checks: Sequence[AskedCheck], right: Sequence[AskedCheck]) -> dict[str, Diagnosis]:
    """Return what patterns say of failed checks: of all with the same wrong method together.

    Args:
        right: the checks that passed.
    """
    groups: dict[tuple[str, str, bool], dict[str, AnswerEvidence]] = {}
    for asked in checks:
        if (evidence := asked.evidence) is not None:
            key = *asked.method, evidence.is_of_arrays
            groups.setdefault(key, {})[asked.check.id] = evidence
    diagnoses: dict[str, Diagnosis] = {}
    for (task, method, is_of_arrays), group in groups.items():
        passed = chain.from_iterable(a.pairs for a in right if a.check.task == task)
        others = [pair for pair in passed if pair.method == method]
        together = AnswerEvidence.together([*group.values()], others)
        patterns = {**EFFECTS, **PATTERNS} if is_of_arrays else ANSWERS
        diagnoses |= told_by(patterns, group, together) or told_by_each(patterns, group, together)
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
