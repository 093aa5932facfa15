"""The input of an experiment, its measurements, and the timing of actions."""

from __future__ import annotations

import math
import statistics
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

from framework.plotting.charts import Chart
from framework.providers.backends import Backend
from plugins.lectures.comparison.claim import Claim, Timings, speed_claim

#: The option that gives more timed runs.
MORE = "`--repeats`"
#: Minimum difference for a claim, in standard errors.
SURE = 2.0


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

    def __str__(self) -> str:
        least, most = (f"{value:.3g}" for value in (min(self.values), max(self.values)))
        return f"{self.name}: {least} to {most} {self.unit}".rstrip()

    @property
    def median(self) -> float:
        """The median over all repeats."""
        return statistics.median(self.values)


@dataclass(frozen=True)
class Findings:
    """The measurements of an experiment, its claims, and its charts."""

    measured: tuple[Measured, ...]
    claims: tuple[Claim, ...]
    charts: Mapping[str, Chart] = field(default_factory=dict, hash=False)


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
    timings = (Timings(measured.name, measured.values) for measured in (fast, slow))
    return speed_claim(text, *timings, run="run", more=MORE)


def higher(text: str, first: Measured, other: Measured) -> Claim:
    """Return the claim `text`, that `first` is above `other` by more than chance.

    It is undecided where the means differ by at most `SURE` standard errors of their difference.
    """
    numbers = f"{first}; {other}"
    if min(len(first.values), len(other.values)) < 2:
        return Claim(text, None, f"{numbers}; one repeat has no spread: more {MORE}")
    difference = statistics.mean(first.values) - statistics.mean(other.values)
    both = (statistics.variance(each.values) / len(each.values) for each in (first, other))
    if abs(difference) <= SURE * math.sqrt(sum(both)):
        return Claim(text, None, f"{numbers}; the difference may be chance")
    return Claim(text, difference > 0, numbers)
