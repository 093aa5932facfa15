"""A recorded check: the requests, the submission's answers, and the right answers."""

from __future__ import annotations

import re
import time
from collections.abc import Iterator, Set
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Any

from autograder.course.reading import Exercise
from autograder.diagnosis.comparison import is_number
from autograder.diagnosis.evidence import AnswerEvidence, Pair
from autograder.diagnosis.exchanges import (
    Exchanges,
    IgnoredDifferences,
    View,
    calls_in,
    evidence_in,
    ignored,
    same_exchange,
    silently_wrong,
    without_overwritten,
    wrong_steps,
)
from autograder.diagnosis.reading import gather, methods_in, pairs_of
from autograder.diagnosis.replay import Module, RequestReplay, SourceModule
from autograder.results.report import CheckResult
from autograder.sandbox.session.session import Exchange
from autograder.sandbox.wire import Path, zip_leaves
from autograder.verdicts import Verdict
from framework.models.parts import PartSource

#: A changed solution may compute for `EXTRA_SECONDS` plus `MAX_SLOWDOWN` times the solution's CPU
#: seconds. Some small changes give a network with a thousand times as many parameters.
EXTRA_SECONDS, MAX_SLOWDOWN = 0.5, 10.0

#: A number that a clock gives: the index of the outcome, and the path of the number in its value.
ClockPlace = tuple[int, Path]

_READS_CLOCK = re.compile(r"^\s*(import|from) time\b", re.MULTILINE)


@dataclass(eq=False)
class Replayer:
    """Sends the requests of checks of `exercise` to its solution and to changed solutions.

    Args:
        parts: the source of the parts of other exercises; its own come from the replayed module.
    """

    exercise: Exercise
    parts: PartSource
    _modules: dict[str, SourceModule] = field(default_factory=dict)

    @cached_property
    def source(self) -> str:
        """The text of the solution."""
        return self.exercise.solution_source()

    @cached_property
    def reads_clock(self) -> bool:
        """Whether answers of the solution may contain the time that something took."""
        return reads_clock(self.source)

    @property
    def solution(self) -> SourceModule:
        """The solution."""
        return self.module(self.source)

    def module(self, source: str) -> SourceModule:
        """Return the module of this source text, cached.

        Raises:
            SyntaxError: the text is no Python.
        """
        if source not in self._modules:
            self._modules[source] = SourceModule(source, self.exercise.name)
        return self._modules[source]

    def answers(self, module: Module, exchanges: Exchanges) -> Iterator[Exchange]:
        """Yield the answers of `module` to the requests of `exchanges`, in order."""
        own = {task.registry_name: task.name for task in self.exercise.tasks}

        def part(name: str) -> Any:
            return module.attribute(own[name]) if name in own else self.parts(name)

        return map(RequestReplay(module, part).answer, exchanges)


@dataclass(frozen=True)
class Compared:
    """How the answer to one request is compared.

    Attributes:
        allowed: the differences that do not count.
        is_wrong: whether the submission's answer is wrong.
        evidence: the number of facts in which it is wrong.
    """

    allowed: IgnoredDifferences
    is_wrong: bool
    evidence: int


@dataclass(eq=False)
class RecordedCheck:
    """One check: its requests, the submission's answers, and those of the solution.

    Attributes:
        asked: the requests and the submission's answers, as they were recorded.
    """

    result: CheckResult
    asked: Exchanges
    replayer: Replayer
    _compared: dict[View, list[Compared]] = field(default_factory=dict)

    @property
    def id(self) -> str:
        """The id of the check."""
        return self.result.id

    @cached_property
    def _timed(self) -> tuple[list[Exchange], float]:
        started = time.process_time()
        right = list(self.replayer.answers(self.replayer.solution, self.asked))
        return right, time.process_time() - started

    @cached_property
    def _clocked(self) -> list[frozenset[ClockPlace]]:
        """The places of numbers that a clock gives, for each request."""
        first, again = self._timed[0], self._timed[0]
        if self.replayer.reads_clock and not all(map(same_exchange, self.asked, first)):
            again = list(self.replayer.answers(self.replayer.solution, self.asked))
        return list(map(clocked, first, again))

    @cached_property
    def exchanges(self) -> Exchanges:
        """The requests, and the submission's answers without what does not depend on its code."""
        return list(map(_comparable, self.asked, self._clocked))

    @cached_property
    def right(self) -> list[Exchange]:
        """The answers of the solution."""
        return list(map(_comparable, self._timed[0], self._clocked))

    def answers(self, module: Module) -> Iterator[Exchange]:
        """Yield the answers of `module` to the requests, in order."""
        return map(_comparable, self.replayer.answers(module, self.asked), self._clocked)

    @property
    def allowed_seconds(self) -> float:
        """The CPU time that another module may use for its answers."""
        return EXTRA_SECONDS + MAX_SLOWDOWN * self._timed[1]

    @cached_property
    def is_silently_wrong(self) -> bool:
        """Whether the check has failed, and only calls of callbacks are wrong."""
        failed = self.result.verdict is not Verdict.PASSED
        return failed and silently_wrong(self.exchanges, self.right)

    @cached_property
    def evidence(self) -> AnswerEvidence | None:
        """What the answers show of the method that was wrong first; None if it is not clear."""
        return gather(self.exchanges, self.right)

    @property
    def is_common(self) -> bool:
        """Whether many mistakes give the answers of the method that was wrong first."""
        return self.evidence is not None and self.evidence.is_common

    @cached_property
    def pairs(self) -> list[Pair]:
        """All arrays of the answers, with the expected ones."""
        return pairs_of(self.exchanges, self.right)

    @property
    def method(self) -> str:
        """The method that was wrong first; empty if it is not clear."""
        return self.evidence.method if self.evidence is not None else ""

    def compared(self, view: View) -> list[Compared]:
        """Return how each answer is compared."""
        if view not in self._compared:
            silently = self.is_silently_wrong
            each = ignored(self.exchanges, self.right, view)
            allowed = (replace(answer, silently=silently) for answer in each)
            triples = zip(self.exchanges, self.right, allowed, strict=True)
            self._compared[view] = [
                _compared(theirs, expected, here) for theirs, expected, here in triples
            ]
        return self._compared[view]

    @property
    def is_wrong(self) -> bool:
        """Whether an answer differs from that of the solution; the numbers that are drawn count."""
        return self.is_wrong_in(View(strictly=True))

    def is_wrong_in(self, view: View) -> bool:
        """Return whether an answer differs from that of the solution."""
        return any(answer.is_wrong for answer in self.compared(view))

    def evidence_of(self, view: View) -> int:
        """Return the number of facts in which the answers are wrong."""
        return sum(answer.evidence for answer in self.compared(view))


def _comparable(exchange: Exchange, clocked: Set[ClockPlace]) -> Exchange:
    """Return an answer without numbers that a clock gives, and results that were overwritten."""
    return without_clocks(without_overwritten(exchange), clocked)


def _compared(theirs: Exchange, right: Exchange, allowed: IgnoredDifferences) -> Compared:
    wrong = wrong_steps(theirs, right, allowed)
    calls = calls_in(theirs, right) if allowed.silently else 0
    return Compared(allowed, bool(wrong or calls), evidence_in(theirs, right, wrong) + calls)


@dataclass(frozen=True)
class TaskChecks:
    """The recorded checks of one task, the cheapest first."""

    task: str
    failed: tuple[RecordedCheck, ...]
    passed: tuple[RecordedCheck, ...]

    @property
    def right_methods(self) -> set[str]:
        """The methods that passed checks have called."""
        return set[str]().union(*(methods_in(check.asked) for check in self.passed))


def reads_clock(source: str) -> bool:
    """Return whether a text imports the module `time`."""
    return _READS_CLOCK.search(source) is not None


def clocked(first: Exchange, second: Exchange) -> frozenset[ClockPlace]:
    """Return the places of the numbers in which two answers of the same code differ."""
    outcomes = zip(first.outcomes, second.outcomes, strict=False)
    return frozenset(
        (number, path)
        for number, (answer, other) in enumerate(outcomes)
        for path, mine, theirs in zip_leaves(answer.value, other.value)
        if is_number(mine) and is_number(theirs) and mine != theirs
    )


def without_clocks(exchange: Exchange, places: Set[ClockPlace]) -> Exchange:
    """Return an answer with None in place of the numbers at `places`."""
    if not places:
        return exchange
    outcomes = list(exchange.outcomes)
    for number, path in places:
        if number < len(outcomes):
            value = _without(outcomes[number].value, path)
            outcomes[number] = replace(outcomes[number], value=value)
    return replace(exchange, outcomes=tuple(outcomes))


def _without(value: Any, path: Path) -> Any:
    """Return `value` without the number to which `path` leads; unchanged where there is none."""
    if not path:
        return None if is_number(value) else value
    first, *rest = path
    if isinstance(value, dict) and first in value:
        return {**value, first: _without(value[first], tuple(rest))}
    if isinstance(value, list | tuple) and isinstance(first, int) and first < len(value):
        items = [*value[:first], _without(value[first], tuple(rest)), *value[first + 1 :]]
        return type(value)(items)
    return value
