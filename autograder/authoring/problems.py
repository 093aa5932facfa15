"""What is wrong with an exercise, as data; `gradus check` renders it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from framework.errors import GradusError


@dataclass(frozen=True)
class Problem:
    """One thing that is wrong, or that could be better.

    Attributes:
        text: what is wrong, with the file.
        fix: what to do about it.
        is_advice: it fails nothing.
    """

    text: str
    fix: str
    is_advice: bool = False


@dataclass(frozen=True)
class Checked:
    """One step of the check of one exercise.

    Attributes:
        step: what was looked at.
        note: what was found where nothing is wrong, as ``10 of 10 points``.
        left_out: why nothing was looked at; empty if it was.
    """

    step: str
    problems: tuple[Problem, ...] = ()
    note: str = ""
    left_out: str = ""

    @property
    def is_sound(self) -> bool:
        """Whether nothing has to be done."""
        return all(problem.is_advice for problem in self.problems)


def advice(text: str, fix: str) -> Problem:
    """Return a problem that fails nothing."""
    return Problem(text, fix, is_advice=True)


class Faults:
    """Collects the errors of a block as a problem, so that the next step is still taken."""

    def __init__(self) -> None:
        self.found: list[Problem] = []

    @contextmanager
    def caught(self, fix: str) -> Iterator[None]:
        """Turn an error of the block into a problem with the fix `fix`."""
        try:
            yield
        except GradusError as error:
            self.found.append(Problem(str(error), fix))
