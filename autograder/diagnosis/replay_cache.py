"""Cached replays of the transcripts of an exercise on its solution and on changed solutions."""

from __future__ import annotations

import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from autograder.checks.budget import BudgetExceeded, limited
from autograder.course.reading import Exercise
from autograder.diagnosis.exchanges import Exchanges, IgnoredDifferences, ignored, same_exchange
from autograder.diagnosis.replay import Module, Replay, SourceModule
from autograder.isolation.host.transcript import Exchange
from framework.models.parts import PartSource

#: The number of small changes of the solution that are tried for one exercise. It is a count, not a
#: time, so that one submission gets the same report on every machine. They take about two seconds.
MAX_MUTATIONS = 1000
#: A changed solution may compute for `EXTRA_SECONDS` plus `MAX_SLOWDOWN` times the solution's
#: seconds.
EXTRA_SECONDS, MAX_SLOWDOWN = 0.2, 5.0

#: For one exchange: the ignored differences, and whether the submission's answer is wrong.
Comparison = tuple[IgnoredDifferences, bool]


@dataclass
class ReplayCache:
    """Replays transcripts of `exercise` and keeps the answers of the solution.

    Args:
        parts: the source of the parts of other exercises; its own come from the replayed module.

    Attributes:
        mutations_left: the number of small changes of the solution that may still be tried.
    """

    exercise: Exercise
    parts: PartSource
    mutations_left: int = MAX_MUTATIONS
    _modules: dict[str, SourceModule] = field(default_factory=dict)
    _right: dict[int, list[Exchange]] = field(default_factory=dict)
    _seconds: dict[int, float] = field(default_factory=dict)
    _comparisons: dict[tuple[int, str, bool], list[Comparison]] = field(default_factory=dict)

    @property
    def solution(self) -> SourceModule:
        """The solution."""
        return self.module(self.exercise.solution_source())

    def module(self, source: str) -> SourceModule:
        """Return the module of this source text, cached."""
        if source not in self._modules:
            self._modules[source] = SourceModule(source, self.exercise.name)
        return self._modules[source]

    def answers(self, module: Module, exchanges: Exchanges) -> Iterator[Exchange]:
        """Yield the answers of `module` to the requests of `exchanges`, in order."""
        own = {task.registry_name: task.name for task in self.exercise.tasks}

        def part(name: str) -> Any:
            return module.attribute(own[name]) if name in own else self.parts(name)

        return map(Replay(module, part).answer, exchanges)

    def right_answers(self, exchanges: Exchanges) -> list[Exchange]:
        """Return the answers of the solution to all requests of a check."""
        key = id(exchanges)
        if key not in self._right:
            started = time.process_time()
            self._right[key] = list(self.answers(self.solution, exchanges))
            self._seconds[key] = time.process_time() - started
        return self._right[key]

    def explains(self, module: Module, exchanges: Exchanges, method: str = "") -> bool:
        """Return whether `module` gives all answers of the submission, and the solution does not.

        An exception of the same type is an equal answer. It proves the same mistake only if its
        message is the same too.

        Args:
            method: the method that was wrong first, if only this method must be explained. Wrong
                answers of other methods may follow from it.
        """
        try:
            with limited(self._time_limit(exchanges)):
                same, is_evidence = self._compared(module, exchanges, method, strictly=False)
                if same and not is_evidence:
                    same, is_evidence = self._compared(module, exchanges, method, strictly=True)
                return same and is_evidence
        except BudgetExceeded:
            return False

    def _compared(
        self, module: Module, exchanges: Exchanges, method: str, *, strictly: bool
    ) -> tuple[bool, bool]:
        """Return whether the answers are equal, and whether an equal answer is a wrong one."""
        is_evidence = False
        comparisons = self._comparisons_of(exchanges, method, strictly)
        answers = self.answers(module, exchanges)
        for theirs, ours, (allowed, is_wrong) in zip(exchanges, answers, comparisons, strict=True):
            if not same_exchange(theirs, ours, allowed):
                return False, False
            same_words = theirs.message == ours.message or len(theirs.outcomes) in allowed.free
            is_evidence = is_evidence or (is_wrong and (not theirs.raised or same_words))
        return True, is_evidence

    def agrees(self, module: Module, exchanges: Exchanges) -> bool:
        """Return whether `module` gives all answers of the submission."""
        allowed = [allowed for allowed, _ in self._comparisons_of(exchanges)]
        try:
            with limited(self._time_limit(exchanges)):
                return all(map(same_exchange, exchanges, self.answers(module, exchanges), allowed))
        except BudgetExceeded:
            return False

    def _time_limit(self, exchanges: Exchanges) -> float:
        """Return the CPU time that another module may use, in seconds.

        Some small changes give a network with a thousand times as many parameters.
        """
        self.right_answers(exchanges)
        return EXTRA_SECONDS + MAX_SLOWDOWN * self._seconds[id(exchanges)]

    def _comparisons_of(
        self, exchanges: Exchanges, method: str = "", strictly: bool = False
    ) -> list[Comparison]:
        """Return the ignored differences and wrong answers of a check, computed once."""
        key = id(exchanges), method, strictly
        if key not in self._comparisons:
            right = self.right_answers(exchanges)
            allowed = ignored(exchanges, right, method, strictly=strictly)
            self._comparisons[key] = [
                (here, not same_exchange(theirs, expected, here))
                for theirs, expected, here in zip(exchanges, right, allowed, strict=True)
            ]
        return self._comparisons[key]
