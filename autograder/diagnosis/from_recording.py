"""Diagnosis in a student kit: recorded right answers take the place of the solution.

Nothing can be computed with a solution. What remains are the comparison with the right answers to
the same requests, the patterns of wrong arrays, and the fingerprints of listed mistakes.

A kit stores no mistake in the open. The digest of the wrong answers that a mistake gives is the key
of its sentence: only answers with this mistake unlock it.
"""

from __future__ import annotations

import hashlib
import json
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence, Set
from dataclasses import dataclass, replace
from functools import cached_property
from itertools import chain
from typing import Any

import numpy as np

from autograder.conversations.player import same_request
from autograder.conversations.recording import Tape, handles_in
from autograder.course.kit_folder import enciphered
from autograder.diagnosis.answer_reader import NO_NAMES, gather, methods_in, pairs_of
from autograder.diagnosis.comparison import IgnoredDifferences, numpy_errors_ignored, same_exchange
from autograder.diagnosis.evidence import AnswerEvidence, Pair, free_methods, located
from autograder.diagnosis.flaws import first_flaw
from autograder.diagnosis.patterns import ANSWERS, EFFECTS, PATTERNS
from autograder.results.report import EXPLAINED, CheckResult, Diagnosis
from autograder.sandbox.session.requests import Get
from autograder.sandbox.session.session import Exchange, Transcript
from autograder.sandbox.session.text_names import TextNames
from autograder.sandbox.wire import Handle
from autograder.verdicts import Verdict

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
        named = _listed(list(known.values()))
        passed = (
            known[c.id].pairs for c in checks if c.verdict is Verdict.PASSED and c.id in known
        )
        free = free_methods(checks, chain.from_iterable(passed))
        return [
            known[check.id].explained(named.get(check.id), free)
            if check.id in known and check.verdict in EXPLAINED
            else check
            for check in checks
        ]


@dataclass(frozen=True)
class SealedMistake:
    """What the answers with a listed mistake unlock.

    Attributes:
        seen_in: ids of the checks in which it gives wrong answers.
    """

    id: str
    sentence: str
    hint: str
    seen_in: tuple[str, ...] = ()


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

    def explained(self, mistake: SealedMistake | None, free: Set[str]) -> CheckResult:
        """Return the check with what explains it.

        Args:
            mistake: the listed one, if it is known.
            free: methods whose answers may differ, see `located`.
        """
        check = self.check
        if check.verdict is Verdict.FAILED and check.method:
            check = located(check, self.pairs, free)
        if mistake is None:
            return replace(check, diagnosis=self._pattern() or self._flaw())
        return replace(check, diagnosis=Diagnosis(mistake.id, mistake.sentence, mistake.hint))

    @cached_property
    def key(self) -> bytes:
        """The digest of the answers up to the first wrong one; empty if all are right."""
        return key_of_wrong(self.asked, self.right)

    @cached_property
    def unlocked(self) -> list[SealedMistake]:
        """The listed mistakes that give the wrong answers of this check."""
        named = (unsealed(data, self.key) for data in self.mistakes.get(name_of(self.key), ()))
        return [mistake for mistake in named if mistake is not None]

    @cached_property
    def pairs(self) -> list[Pair]:
        """All arrays of the answers, with the expected ones."""
        return pairs_of(self.asked, self.right, self.names)

    @cached_property
    def evidence(self) -> AnswerEvidence | None:
        """What the answers show of the method that was wrong first; None if it is not clear."""
        return gather(self.asked, self.right, self.names)

    def _pattern(self) -> Diagnosis | None:
        if self.evidence is None:
            return None
        patterns = {**EFFECTS, **PATTERNS} if self.evidence.is_of_arrays else ANSWERS
        told = ((name, pattern(self.evidence)) for name, pattern in patterns.items())
        return next((Diagnosis(f"generic/{name}", words) for name, words in told if words), None)

    def _flaw(self) -> Diagnosis | None:
        """Return the flaw of the form, if nothing else is wrong."""
        loosely = IgnoredDifferences(loosely=True)
        pairs = zip(self.asked, self.right, strict=True)
        is_right = all(same_exchange(ours, expected, loosely) for ours, expected in pairs)
        return first_flaw(self.asked, self.right, self.names) if is_right else None


def _listed(checks: Sequence[AskedCheck]) -> dict[str, SealedMistake]:
    """Return check id -> the listed mistake, of those that no check contradicts.

    A check that passed contradicts a mistake that fails it. Of several mistakes that give the wrong
    answers of a check, the one that explains most checks is named, and none if several do.
    """
    passed = [asked for asked in checks if asked.check.verdict is Verdict.PASSED]
    right = {asked.check.id for asked in passed if not asked.key}
    right_methods = {(a.check.task, method) for a in passed for method in methods_in(a.asked)}
    named = {
        asked: [mistake for mistake in asked.unlocked if right.isdisjoint(mistake.seen_in)]
        for asked in checks
        if asked.check.verdict in EXPLAINED
    }
    # Few other mistakes give one of its answers, or its method was right in another check.
    proved = {
        mistake.id
        for asked, mistakes in named.items()
        for mistake in mistakes
        if (evidence := asked.evidence) is None
        or not evidence.is_common
        or (asked.check.task, evidence.method) in right_methods
    }
    each = (proved & {mistake.id for mistake in mistakes} for mistakes in named.values())
    votes = Counter(name for names in each for name in names)
    best = {asked.check.id: _first(mistakes, votes) for asked, mistakes in named.items()}
    return {name: mistake for name, mistake in best.items() if mistake is not None}


def _first(mistakes: Sequence[SealedMistake], votes: Counter[str]) -> SealedMistake | None:
    """Return the mistake with most votes; None if there is none, or several have as many."""
    most = max((votes[mistake.id] for mistake in mistakes), default=0)
    first = [mistake for mistake in mistakes if votes[mistake.id] == most]
    return first[0] if most and len({mistake.id for mistake in first}) == 1 else None


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


def key_of_wrong(asked: Iterable[Exchange], right: Iterable[Exchange]) -> bytes:
    """Return the digest of the answers up to the first wrong one; empty if all are right.

    Values of initial parameters count where nothing else is wrong.
    """
    pairs = list(zip(asked, right, strict=False))
    for strictly in (False, True):
        for number, pair in enumerate(pairs, start=1):
            mine, theirs = (key_of([exchange], strictly=strictly) for exchange in pair)
            if mine != theirs:
                return key_of([ours for ours, _ in pairs[:number]], strictly=strictly)
    return b""


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
