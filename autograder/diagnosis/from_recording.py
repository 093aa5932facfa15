"""Diagnosis in a student kit: recorded right answers take the place of the solution.

Nothing can be computed with a solution. What remains are the comparison with the right answers to
the same requests, the patterns of wrong arrays, and the fingerprints of listed mistakes.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property

from autograder.conversations.player import same_request
from autograder.conversations.recording import Tape, handles_in
from autograder.diagnosis.comparison import numpy_errors_ignored
from autograder.diagnosis.evidence import AnswerEvidence
from autograder.diagnosis.exchanges import IgnoredDifferences, same_exchange
from autograder.diagnosis.fingerprints import SealedMistake, key_of, name_of, unsealed
from autograder.diagnosis.first_fault import located
from autograder.diagnosis.flaws import first_flaw
from autograder.diagnosis.patterns import ANSWERS, EFFECTS, PATTERNS
from autograder.diagnosis.reading import gather, methods_in, pairs_of
from autograder.results.report import EXPLAINED, CheckResult, Diagnosis
from autograder.sandbox.session.session import Exchange, Transcript
from autograder.verdicts import Verdict


def diagnosed_from_recording(
    checks: Sequence[CheckResult], transcripts: Mapping[str, Transcript], tapes: Mapping[str, Tape]
) -> list[CheckResult]:
    """Return `checks` with the method that was wrong first, and a diagnosis where it is certain.

    Args:
        transcripts: the requests and answers of each check, by its id.
        tapes: what was recorded of each check, by its id.
    """
    known = {
        check.id: AskedCheck.of(check, transcripts[check.id], tapes[check.id])
        for check in checks
        if check.id in transcripts and check.id in tapes
    }
    with numpy_errors_ignored():
        named = _listed(list(known.values()))
        return [
            known[check.id].explained(named.get(check.id))
            if check.id in known and check.verdict in EXPLAINED
            else check
            for check in checks
        ]


@dataclass(frozen=True, eq=False)
class AskedCheck:
    """A check beside the right answers to its requests, as far as these are recorded."""

    check: CheckResult
    asked: tuple[Exchange, ...]
    right: tuple[Exchange, ...]
    mistakes: Mapping[str, list[bytes]]

    @classmethod
    def of(cls, check: CheckResult, transcript: Transcript, tape: Tape) -> AskedCheck:
        """Hold the requests of `transcript` against those of `tape`."""
        asked = [exchange for exchange in transcript.exchanges if not exchange.is_import]
        right = tuple(_right_answers(asked, tape.answers))
        return cls(check, tuple(asked[: len(right)]), right, tape.mistakes)

    def explained(self, mistake: SealedMistake | None) -> CheckResult:
        """Return the check with what explains it.

        Args:
            mistake: the listed mistake behind it, if it is known.
        """
        check = self.check
        if check.verdict is Verdict.FAILED and check.method:
            check = located(check, pairs_of(self.asked, self.right), frozenset())
        if mistake is not None:
            diagnosis = Diagnosis(mistake.id, mistake.sentence, mistake.hint)
            return replace(check, diagnosis=diagnosis)
        return replace(check, diagnosis=self._generic())

    def unlocked(self) -> list[SealedMistake]:
        """Return the listed mistakes that give the wrong answers of this check."""
        key = key_of_wrong(self.asked, self.right)
        named = (unsealed(data, key) for data in self.mistakes.get(name_of(key), ()))
        return [mistake for mistake in named if mistake is not None]

    @cached_property
    def evidence(self) -> AnswerEvidence | None:
        """What the answers show of the method that was wrong first; None if it is not clear."""
        return gather(self.asked, self.right)

    def _generic(self) -> Diagnosis | None:
        return self._pattern() or self._flaw()

    def _pattern(self) -> Diagnosis | None:
        if self.evidence is None:
            return None
        together = AnswerEvidence.together([self.evidence], ())
        patterns = {**EFFECTS, **PATTERNS} if self.evidence.is_of_arrays else ANSWERS
        for name, pattern in patterns.items():
            if sentence := pattern(together):
                return Diagnosis(f"generic/{name}", sentence)
        return None

    def _flaw(self) -> Diagnosis | None:
        """Return the flaw of the form, if nothing else is wrong."""
        loosely = IgnoredDifferences(loosely=True)
        pairs = zip(self.asked, self.right, strict=True)
        is_right = all(same_exchange(ours, expected, loosely) for ours, expected in pairs)
        return first_flaw(self.asked, self.right) if is_right else None


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


def _listed(checks: Sequence[AskedCheck]) -> dict[str, SealedMistake]:
    """Return check id -> the listed mistake, of those that no check contradicts.

    A check that passed contradicts a mistake that fails it. Of several mistakes that give the wrong
    answers of a check, the one that explains most checks is named, and none if several do.
    """
    passed = [asked_check for asked_check in checks if asked_check.check.verdict is Verdict.PASSED]
    right = {
        asked_check.check.id
        for asked_check in passed
        if not key_of_wrong(asked_check.asked, asked_check.right)
    }
    named = {
        asked_check: [m for m in asked_check.unlocked() if right.isdisjoint(m.seen_in)]
        for asked_check in checks
        if asked_check.check.verdict in EXPLAINED
    }
    proved = _proved(named, passed)
    each = (proved & {mistake.id for mistake in mistakes} for mistakes in named.values())
    votes = Counter(name for names in each for name in names)
    return {
        asked_check.check.id: best
        for asked_check, mistakes in named.items()
        if (best := _first(mistakes, votes)) is not None
    }


def _proved(
    named: Mapping[AskedCheck, Sequence[SealedMistake]], passed: Sequence[AskedCheck]
) -> set[str]:
    """Return the ids of the mistakes with an answer that few other mistakes give.

    A common answer counts too if the method was right in another check of its task.
    """
    right = {
        (asked_check.check.task, method)
        for asked_check in passed
        for method in methods_in(asked_check.asked)
    }
    return {
        mistake.id
        for asked_check, mistakes in named.items()
        for mistake in mistakes
        if (evidence := asked_check.evidence) is None
        or not evidence.is_common
        or (asked_check.check.task, evidence.method) in right
    }


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
            objects.update({asked_check.id: other.id for asked_check, other in pairs})
