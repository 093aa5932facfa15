"""Counted trials of candidates.

A budget is a count, not a time, so that reports agree across machines. A trial asks whether one
candidate explains one check. The order of trials depends on the submission alone.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from typing import Protocol

#: The outcomes of a trial; 0 stands for a trial that was not made.
UNKNOWN, NO, YES = range(3)
#: Maximum number of trials for one exercise.
MAX_TRIALS = 2000

#: Limits the CPU time of a block, in seconds.
Guard = Callable[[float], AbstractContextManager[None]]


class Outcomes(Protocol):
    """One byte for each trial: a bytearray, or memory that two processes share."""

    def __len__(self) -> int: ...

    def __getitem__(self, number: int, /) -> int: ...

    def __setitem__(self, number: int, outcome: int, /) -> None: ...


class OutOfTrials(Exception):
    """The budget of trials is used up; what was found so far is valid."""


class Trials:
    """Makes trials, or repeats the outcomes of those that an earlier process has made.

    Args:
        outcomes: those of earlier trials; the new ones are written behind them.
        guard: limits the CPU time of one trial.
    """

    def __init__(self, outcomes: Outcomes, guard: Guard) -> None:
        self._outcomes, self._guard = outcomes, guard
        self._made = 0
        self._end = len(outcomes)

    def succeeds(self, trial: Callable[[], bool], seconds: float) -> bool:
        """Return the outcome of the next trial.

        Args:
            seconds: the CPU time after which the trial has failed.

        Raises:
            OutOfTrials: the budget is used up.
        """
        if self._made >= self._end:
            raise OutOfTrials
        number = self._made
        self._made += 1
        if self._outcomes[number] == UNKNOWN:
            found = False
            with self._guard(seconds):
                found = trial()
            self._outcomes[number] = YES if found else NO
        return self._outcomes[number] == YES

    @contextmanager
    def at_most(self, count: int) -> Iterator[None]:
        """Limit the block to `count` trials; the block ends early without an error."""
        outer, self._end = self._end, min(self._end, self._made + count)
        limit = self._end
        try:
            yield
        except OutOfTrials:
            if limit == outer:
                raise
        finally:
            self._end = outer
