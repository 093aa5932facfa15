"""Where transcripts of an exercise are played again: on its solution, and on changes of it."""

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

#: Small changes of the solution that are tried for one exercise. It is a count, not a time, so that
#: the same submission gets the same report on every machine; here they take about two seconds.
MAX_SLIPS = 1000
#: Seconds, and how many times as long as the solution, that a change of it may compute.
PATIENCE, SLOWER = 0.2, 5.0

#: Of one exchange: what need not be the same, and whether the submission's answer is wrong.
Terms = tuple[IgnoredDifferences, bool]


@dataclass
class ReplayCache:
    """Plays transcripts of `exercise` again.

    Args:
        parts: where the parts of other exercises come from; its own come from the text in question.

    Attributes:
        mutations_left: so many small changes of the solution may still be tried.
    """

    exercise: Exercise
    parts: PartSource
    mutations_left: int = MAX_SLIPS
    _modules: dict[str, SourceModule] = field(default_factory=dict)
    _right: dict[int, list[Exchange]] = field(default_factory=dict)
    _seconds: dict[int, float] = field(default_factory=dict)
    _terms: dict[tuple[int, str, bool], list[Terms]] = field(default_factory=dict)

    @property
    def solution(self) -> SourceModule:
        """The solution."""
        return self.module(self.exercise.solution_source())

    def module(self, source: str) -> SourceModule:
        """The module of this text."""
        if source not in self._modules:
            self._modules[source] = SourceModule(source, self.exercise.name)
        return self._modules[source]

    def answers(self, module: Module, exchanges: Exchanges) -> Iterator[Exchange]:
        """What `module` answers to the requests of `exchanges`, one after the other."""
        own = {task.registry_name: task.name for task in self.exercise.tasks}

        def part(name: str) -> Any:
            return module.attribute(own[name]) if name in own else self.parts(name)

        return map(Replay(module, part).answer, exchanges)

    def right_answers(self, exchanges: Exchanges) -> list[Exchange]:
        """What the solution answers to all requests of a check."""
        key = id(exchanges)
        if key not in self._right:
            started = time.process_time()
            self._right[key] = list(self.answers(self.solution, exchanges))
            self._seconds[key] = time.process_time() - started
        return self._right[key]

    def explains(self, module: Module, exchanges: Exchanges, method: str = "") -> bool:
        """Whether `module` answers everything as the submission did, and the solution does not.

        An exception of the same type is the same answer; it is no proof of the same mistake,
        unless its words are the same too.

        Args:
            method: what went wrong first, if that alone is to be explained: what other methods get
                wrong may follow from it in a way of its own.
        """
        try:
            with limited(self._patience(exchanges)):
                same, telling = self._compared(module, exchanges, method, strictly=False)
                if same and not telling:
                    same, telling = self._compared(module, exchanges, method, strictly=True)
                return same and telling
        except BudgetExceeded:
            return False

    def _compared(
        self, module: Module, exchanges: Exchanges, method: str, *, strictly: bool
    ) -> tuple[bool, bool]:
        """Whether `module` answers as the submission did, and whether that tells anything."""
        telling = False
        terms = self._terms_of(exchanges, method, strictly)
        answers = self.answers(module, exchanges)
        for theirs, ours, (allowed, is_wrong) in zip(exchanges, answers, terms, strict=True):
            if not same_exchange(theirs, ours, allowed):
                return False, False
            same_words = theirs.message == ours.message or len(theirs.outcomes) in allowed.free
            telling = telling or (is_wrong and (not theirs.raised or same_words))
        return True, telling

    def agrees(self, module: Module, exchanges: Exchanges) -> bool:
        """Whether `module` answers everything as the submission did."""
        allowed = [allowed for allowed, _ in self._terms_of(exchanges)]
        try:
            with limited(self._patience(exchanges)):
                return all(map(same_exchange, exchanges, self.answers(module, exchanges), allowed))
        except BudgetExceeded:
            return False

    def _patience(self, exchanges: Exchanges) -> float:
        """Seconds of computing for another module: one that needs more is not the one handed in.

        Some small changes make a network of a thousand times as many parameters.
        """
        self.right_answers(exchanges)
        return PATIENCE + SLOWER * self._seconds[id(exchanges)]

    def _terms_of(
        self, exchanges: Exchanges, method: str = "", strictly: bool = False
    ) -> list[Terms]:
        """What every module is held to, so that it is worked out once."""
        key = id(exchanges), method, strictly
        if key not in self._terms:
            right = self.right_answers(exchanges)
            allowed = ignored(exchanges, right, method, strictly=strictly)
            self._terms[key] = [
                (here, not same_exchange(theirs, expected, here))
                for theirs, expected, here in zip(exchanges, right, allowed, strict=True)
            ]
        return self._terms[key]
