"""What students hand in: right, wrong, unfinished and empty answers, drawn by chance."""

from __future__ import annotations

import ast
import random
from collections.abc import Callable
from enum import StrEnum
from functools import cached_property

from autograder.course.generated_stubs import available_stub
from autograder.course.mistakes import load_mistakes
from autograder.course.reading import Exercise
from autograder.course.source import definitions, parse
from docs.term.people import Person
from framework.errors import BadInputError


class Kind(StrEnum):
    """What an answer is; the shares of a class."""

    RIGHT = "right"
    WRONG = "wrong"
    UNFINISHED = "unfinished"
    UNTOUCHED = "untouched"
    BROKEN = "broken"


_SHARES = {Kind.RIGHT: 62, Kind.WRONG: 26, Kind.UNFINISHED: 7, Kind.UNTOUCHED: 3, Kind.BROKEN: 2}
#: The share of right answers that are the same in each character.
_EQUAL = 0.1


def drawn_kind(rng: random.Random) -> Kind:
    """Return a kind of answer by its share."""
    return rng.choices(list(_SHARES), list(_SHARES.values()))[0]


class Answers:
    """Answers to one exercise.

    Args:
        right, wrong: return an answer in a style that chance draws; by default, the solution, and
            the solution with mistakes of its list.
        spared: a task in which no mistake is made.
    """

    def __init__(
        self,
        exercise: Exercise,
        right: Callable[[str, random.Random], str] | None = None,
        wrong: Callable[[str, random.Random], str] | None = None,
        spared: str = "",
    ) -> None:
        self._exercise, self._spared = exercise, spared
        self._right, self._wrong = right, wrong
        self.name = exercise.name

    @cached_property
    def solution(self) -> str:
        """The solution of the course."""
        return self._exercise.solution_source()

    @cached_property
    def stub(self) -> str:
        """The stub that students get."""
        return available_stub(self._exercise) or ""

    def of(self, person: Person, kind: Kind) -> str:
        """Return the answer of a student."""
        rng = random.Random(f"{self.name} {person.key} {kind}")
        made = self._made(kind, rng)
        is_signed = kind is not Kind.RIGHT or rng.random() > _EQUAL
        return signed(made, person) if is_signed else made

    def _made(self, kind: Kind, rng: random.Random) -> str:
        if kind is Kind.WRONG:
            return self.wrong(rng)
        if kind is Kind.UNFINISHED:
            return self.unfinished(rng)
        if kind is Kind.UNTOUCHED:
            return self.stub
        right = self.right(rng)
        return right if kind is Kind.RIGHT else f"{right}\ndef unfinished(:\n"

    def right(self, rng: random.Random) -> str:
        """Return a right answer."""
        return self.solution if self._right is None else self._right(self.stub, rng)

    def wrong(self, rng: random.Random) -> str:
        """Return an answer with one or two mistakes."""
        if self._wrong is not None:
            return self._wrong(self.stub, rng)
        listed = [
            mistake for mistake in load_mistakes(self._exercise) if mistake.task != self._spared
        ]
        first, second = rng.sample(listed, 2)
        made = first.apply(self.solution)
        if rng.random() < 0.3 and second.task != first.task:
            try:
                return second.apply(made)
            except BadInputError:  # both change the same place
                pass
        return made

    def unfinished(self, rng: random.Random) -> str:
        """Return an answer in which the last tasks are those of the stub."""
        names = self._exercise.task_names
        if len(names) == 1:
            return self.stub
        kept = rng.randrange(1, len(names))
        made = self.solution
        for name in names[kept:]:
            made = made.replace(_code(self.solution, name), _code(self.stub, name))
        return made


def signed(source: str, person: Person) -> str:
    """Return `source` with the name of its author in a comment."""
    name = "".join(filter(str.isprintable, person.name))
    return f"{source}\n# {name}, {person.key}\n"


def _code(source: str, name: str) -> str:
    """Return the code of one definition."""
    segment = ast.get_source_segment(source, definitions(parse(source))[name])
    assert segment is not None
    return segment
