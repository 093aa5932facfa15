"""Where transcripts of an exercise are played again: on its solution, and on changes of it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

from autograder.course import Exercise
from autograder.diagnosis.comparison import same_effects, same_forms, same_outcome
from autograder.diagnosis.replay import Module, Replay, SourceModule, steps_of
from autograder.isolation.host.requests import Outcome
from autograder.isolation.host.transcript import Exchange
from framework.parts import PartSource

Exchanges = Sequence[Exchange]

#: Small changes of the solution that are tried for one exercise. It is a count, not a time, so that
#: the same submission gets the same report on every machine; here they take about a second.
MAX_SLIPS = 300


@dataclass
class Bench:
    """Plays transcripts of `exercise` again.

    Args:
        parts: where the parts of other exercises come from; its own come from the text in question.

    Attributes:
        slips_left: so many small changes of the solution may still be tried.
    """

    exercise: Exercise
    parts: PartSource
    slips_left: int = MAX_SLIPS
    _modules: dict[str, SourceModule] = field(default_factory=dict)
    _right: dict[int, list[Exchange]] = field(default_factory=dict)

    @property
    def solution(self) -> SourceModule:
        """The solution."""
        return self.module(self.exercise.solution.read_text("utf-8"))

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
            self._right[key] = list(self.answers(self.solution, exchanges))
        return self._right[key]

    def explains(self, module: Module, exchanges: Exchanges) -> bool:
        """Whether `module` answers everything as the submission did, and the solution does not.

        An exception of the same type is the same answer; it is no proof of the same mistake,
        unless its words are the same too.
        """
        return any(self._explains(module, exchanges, strictly) for strictly in (False, True))

    def _explains(self, module: Module, exchanges: Exchanges, strictly: bool) -> bool:
        telling = False
        answers = self.answers(module, exchanges)
        right = self.right_answers(exchanges)
        for theirs, ours, expected in zip(exchanges, answers, right, strict=True):
            if not same_exchange(theirs, ours, strictly=strictly):
                return False
            wrong = not same_exchange(theirs, expected, strictly=strictly)
            telling = telling or (wrong and (not theirs.raised or theirs.message == ours.message))
        return telling

    def agrees(self, module: Module, exchanges: Exchanges) -> bool:
        """Whether `module` answers everything as the submission did."""
        return all(map(same_exchange, exchanges, self.answers(module, exchanges)))


def length(exchanges: Exchanges) -> int:
    """Bytes of all requests: what is short is played again first."""
    return sum(len(exchange.frame) for exchange in exchanges)


def same_exchange(one: Exchange, other: Exchange, *, strictly: bool = False) -> bool:
    """Whether two answers to one request are the same; of exceptions the type alone.

    Args:
        strictly: initial parameters count too, which a correct model may draw in another way.
    """
    if one.raised != other.raised or len(one.outcomes) != len(other.outcomes):
        return False
    drawn = () if strictly else _reads_of_parameters(one)
    pairs = zip(one.outcomes, other.outcomes, strict=True)
    return all(_same(i in drawn, ours, theirs) for i, (ours, theirs) in enumerate(pairs))


def _same(by_form: bool, one: Outcome, other: Outcome) -> bool:
    if by_form and same_forms(one.value, other.value):
        return same_effects(one, other)
    return same_outcome(one, other)


def _reads_of_parameters(exchange: Exchange) -> set[int]:
    return {i for i, step in enumerate(steps_of(exchange)) if step[::2] == ["get", "parameters"]}
