"""What the submission answered beside what is right: pairs of arrays, for the most part."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from autograder.diagnosis.comparison import close
from autograder.isolation.host.calls import NO_CALL, RemoteCall
from autograder.isolation.host.requests import Outcome

Array = np.ndarray[Any, Any]

#: Nearer than this, by the largest entry, it may be rounding; further off it is not.
DIFFERS = 1e-6


@dataclass(frozen=True)
class Pair:
    """One array of an answer.

    Attributes:
        method: the method that it came from; gradients come from ``backward``.
        name: for people, as in ``gradients['W_h']``.
        inputs: the arrays that this method was given.
        seen: the arrays that ``forward`` was given last, for an answer of ``backward``.
        before: what was there before the call: of an argument, or of gradients that are added to.
        call: that call.
    """

    method: str
    name: str
    actual: Array
    expected: Array
    inputs: tuple[Array, ...] = ()
    seen: tuple[Array, ...] = ()
    before: Array | None = None
    call: RemoteCall = NO_CALL

    @property
    def differs(self) -> bool:
        """Whether they are not the same."""
        return not close(self.actual, self.expected)

    @property
    def is_unclear(self) -> bool:
        """Whether they differ so little that it may be rounding."""
        if self.actual.shape != self.expected.shape or not self.differs:
            return False
        if self.actual.dtype.kind not in "fc" or self.expected.dtype.kind not in "fc":
            return False
        if not np.isfinite(self.actual).all() or not np.isfinite(self.expected).all():
            return False
        largest = float(np.abs(self.expected).max(initial=0.0))
        return float(np.abs(self.actual - self.expected).max()) < DIFFERS * largest


@dataclass(frozen=True)
class Answer:
    """One answer that is no array, as a list of words, or has not the form of the right one."""

    method: str
    actual: Any
    expected: Any


@dataclass(frozen=True)
class Evidence:
    """What one failed check shows.

    Attributes:
        method: the one that went wrong first.
        wrong: its arrays that differ.
        right: its arrays that do not, but for those that differ elsewhere by the same name.
        effects: arguments that the submission changed, or lent, and should not; or the other way.
        others: its answers that differ and are no arrays, or have another form.
    """

    method: str
    wrong: tuple[Pair, ...] = ()
    right: tuple[Pair, ...] = ()
    effects: tuple[tuple[str, Outcome, Outcome], ...] = ()
    others: tuple[Answer, ...] = ()

    @property
    def is_of_arrays(self) -> bool:
        """Whether arrays show it: else it is lists or words that differ, or an exception."""
        return bool(self.wrong or self.effects)

    @property
    def names(self) -> str:
        """What is wrong, for people."""
        names = list(dict.fromkeys(pair.name for pair in self.wrong))
        return " and ".join([", ".join(names[:-1]), names[-1]] if len(names) > 1 else names)

    @property
    def subject(self) -> str:
        """What is wrong, as the start of a sentence, with its verb."""
        several = len({pair.name for pair in self.wrong}) > 1
        return f"{self.names[0].upper()}{self.names[1:]} {'are' if several else 'is'}"

    @property
    def same_name(self) -> list[Pair]:
        """Arrays that are right, of a name that is wrong elsewhere."""
        names = {pair.name for pair in self.wrong}
        return [pair for pair in self.right if pair.name in names]

    @staticmethod
    def together(parts: Iterable[Evidence], right: Sequence[Pair]) -> Evidence:
        """The evidence of several checks of one method, with arrays that were `right` in others."""
        parts = list(parts)
        return Evidence(
            parts[0].method,
            tuple(pair for part in parts for pair in part.wrong),
            (*(pair for part in parts for pair in part.right), *right),
            tuple(effect for part in parts for effect in part.effects),
            tuple(answer for part in parts for answer in part.others),
        )
