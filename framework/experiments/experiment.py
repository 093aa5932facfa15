"""What an experiment gets, what it measures, and how it takes times."""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from framework.comparison.claim import Claim, Timings, speed_claim
from framework.providers.backends import Backend

#: The option that gives more timed runs.
MORE = "`--repeats`"


@dataclass(frozen=True)
class Setting:
    """The choices of one call of `gradus experiment`.

    Attributes:
        backend: where models and functions come from.
        seed: of the first repeat.
        repeats: how often everything is measured.
        text: a file to count instead of generated words; None: generated ones.
    """

    backend: Backend
    seed: int = 0
    repeats: int = 5
    text: Path | None = None

    def generators(self) -> Iterator[np.random.Generator]:
        """Yield the generator of each repeat."""
        for repeat in range(self.repeats):
            yield self.backend.arrays.generator((self.seed, repeat))


@dataclass(frozen=True)
class Measured:
    """One quantity, with a value for each repeat.

    Attributes:
        unit: as in "s" or "%".
    """

    name: str
    values: tuple[float, ...]
    unit: str

    @property
    def median(self) -> float:
        """The median over all repeats."""
        return statistics.median(self.values)


@dataclass(frozen=True)
class Findings:
    """All that an experiment measured, and the claims that it is about."""

    measured: tuple[Measured, ...]
    claims: tuple[Claim, ...]


def timed_in_turns(
    setting: Setting, actions: Mapping[str, Callable[[], object]], *, calls: int = 1
) -> list[Measured]:
    """Return the seconds of a call of each action, in `repeats` runs of all of them in turns.

    On a processor, the time is that of the processor: other programs do not count. Before the
    first run, each action is called once.

    Args:
        calls: how often a run calls each action, if one call is too short for the clock.
    """
    clock = time.process_time if setting.backend.device == "cpu" else time.perf_counter
    seconds: dict[str, list[float]] = {name: [] for name in actions}
    for action in actions.values():
        action()
    for _ in range(setting.repeats):
        for name, action in actions.items():
            started = clock()
            for _ in range(calls):
                action()
            seconds[name].append((clock() - started) / calls)
    return [Measured(name, tuple(values), "s") for name, values in seconds.items()]


def faster(text: str, fast: Measured, slow: Measured) -> Claim:
    """Return the claim `text`, that `fast` takes fewer seconds than `slow`."""
    timings = (Timings(one.name, one.values) for one in (fast, slow))
    return speed_claim(text, *timings, run="run", more=MORE)
