"""What a training step takes: seconds, memory, and launches."""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import torch
from torch.profiler import ProfilerActivity, profile
from torch.utils._python_dispatch import TorchDispatchMode

from plugins.bench.pair import Step

#: Seconds that one program gets in a round, at least: timers and caches need more than one step.
_ROUND = 0.02

#: The least number of rounds, whatever they take, and the number that is enough.
LEAST_ROUNDS, ROUNDS = 3, 51

_RESAMPLES, _LEVEL = 2000, 5.0

#: Beginnings of the names of CUDA's calls that launch something.
_LAUNCHES = ("cudaLaunch", "cuLaunch", "cudaGraphLaunch", "cudaMemcpy", "cudaMemset")


@dataclass(frozen=True)
class Speeds:
    """Seconds of a step of each program, round by round."""

    seconds: Mapping[str, tuple[float, ...]]

    def median(self, name: str) -> float:
        """Return the median seconds of a step of the program `name`."""
        return statistics.median(self.seconds[name])

    def ratio(self, other: str) -> tuple[float, float]:
        """Return the median ratio of our speed to that of `other`, and its lower bound.

        Ratios are taken in each round: what slows a machine for a while slows both. The bound is
        the 5th percentile of the medians of bootstrap samples of the rounds.
        """
        ratios = np.array(self.seconds[other]) / np.array(self.seconds["ours"])
        rng = np.random.default_rng(0)
        samples = ratios[rng.integers(0, len(ratios), (_RESAMPLES, len(ratios)))]
        bound = np.percentile(np.median(samples, axis=1), _LEVEL)
        return float(np.median(ratios)), float(bound)


@dataclass(frozen=True)
class Limits:
    """How long is measured.

    Attributes:
        seconds: the time for all rounds of all programs, if `rounds` is None.
        rounds: the number of rounds; None: at least 3 and at most 51, as long as there is time.
        steps: steps of a program in a round; None: as many as take 0.02 seconds.
        warm: steps of a program before the first round: allocations, choices of kernels, graphs.
    """

    seconds: float = 10.0
    rounds: int | None = None
    steps: int | None = None
    warm: int = 4


@dataclass(frozen=True)
class Use:
    """Memory and launches of one step.

    Attributes:
        peak: most bytes that a step takes on the GPU beside what all programs hold between steps;
            None: not measured on a CPU.
        launches: operations that torch dispatched on a CPU; kernels, copies and graphs that were
            launched on a GPU.
    """

    peak: int | None
    launches: int


def timed_rounds(
    steps: Mapping[str, Step],
    device: str,
    limits: Limits,
    on_round: Callable[[float], object] = lambda share: None,
) -> Speeds:
    """Time all programs in turn within `limits`; the first of a round changes.

    Args:
        steps: the programs by name.
        device: ``cpu`` or ``cuda``.
        limits: how long is measured.
        on_round: called with the finished share, 0 to 1.
    """
    for step in steps.values():
        for _ in range(limits.warm):
            step()
    clock = _clock(device)
    count = limits.steps or _steps_in_round(steps, clock)
    taken: dict[str, list[float]] = {name: [] for name in steps}
    started, share = time.perf_counter(), 0.0
    while share < 1:
        names, done = list(steps), len(taken["ours"])
        turn = done % len(names)
        for name in names[turn:] + names[:turn]:
            taken[name].append(_seconds(steps[name], count, clock))
        share = _finished(done + 1, time.perf_counter() - started, limits)
        on_round(share)
    return Speeds({name: tuple(values) for name, values in taken.items()})


def _steps_in_round(steps: Mapping[str, Step], clock: Callable[[], float]) -> int:
    """Return how many steps take long enough for the clock."""
    once = min(_seconds(step, 1, clock) for step in steps.values())
    return max(1, round(_ROUND / max(once, 1e-6)))


def _finished(rounds: int, seconds: float, limits: Limits) -> float:
    """Return the finished share of a measurement; 1: it is done."""
    if limits.rounds is not None:
        return rounds / limits.rounds
    share = max(rounds / ROUNDS, seconds / limits.seconds)
    return min(share, rounds / LEAST_ROUNDS, 1.0)


def _clock(device: str) -> Callable[[], float]:
    """Return the clock: of the processor where one thread computes, else of the wall."""
    if device == "cpu":
        return time.process_time if torch.get_num_threads() == 1 else time.perf_counter

    def after_the_device() -> float:
        torch.cuda.synchronize()
        return time.perf_counter()

    return after_the_device


def _seconds(step: Step, count: int, clock: Callable[[], float]) -> float:
    started = clock()
    for _ in range(count):
        step()
    return (clock() - started) / count


def measured_use(step: Step, device: str) -> Use:
    """Return memory and launches of one step."""
    if device == "cpu":
        with _Operations() as counted:
            step()
        return Use(None, counted.count)
    torch.cuda.synchronize()
    torch.cuda.reset_peak_memory_stats()
    held = torch.cuda.memory_allocated()
    step()
    torch.cuda.synchronize()
    peak = torch.cuda.max_memory_allocated() - held
    with profile(activities=[ProfilerActivity.CPU, ProfilerActivity.CUDA]) as profiled:
        step()
        torch.cuda.synchronize()
    events = profiled.events() or ()
    return Use(peak, sum(event.name.startswith(_LAUNCHES) for event in events))


class _Operations(TorchDispatchMode):  # type: ignore[no-untyped-call]  # torch's
    """Counts the operations that torch dispatches while it is active."""

    def __init__(self) -> None:
        super().__init__()  # type: ignore[no-untyped-call]  # torch's
        self.count = 0

    def __torch_dispatch__(
        self, function: Any, types: Any, args: Any = (), kwargs: Any = None
    ) -> Any:
        self.count += 1
        return function(*args, **(kwargs or {}))
