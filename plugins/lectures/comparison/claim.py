"""A claim of the lectures with its measurements, and the comparison of two speeds."""

from __future__ import annotations

from dataclasses import dataclass

#: Timed runs of each of two that a claim about speed needs: if both are equally fast, their ranges
#: are apart, in the order that is claimed, with a probability of 1 / (10 over 5) = 0.4 %.
TIMINGS = 5


@dataclass(frozen=True)
class Claim:
    """One claim, whether it holds here, and the measured numbers.

    Attributes:
        holds: None where the numbers do not decide.
    """

    text: str
    holds: bool | None
    numbers: str


@dataclass(frozen=True)
class Timings:
    """The seconds of each timed run of something."""

    name: str
    seconds: tuple[float, ...]

    def __str__(self) -> str:
        return f"{self.name} {min(self.seconds):.3g} to {max(self.seconds):.3g}"


def speed_claim(text: str, fast: Timings, slow: Timings, *, run: str, more: str) -> Claim:
    """Return the claim that `fast` is faster than `slow`, undecided where their ranges overlap.

    It holds if every timed run of `fast` took less time than every one of `slow`.

    Args:
        text: the claim.
        run: what was timed, as in "epoch".
        more: the options that give more timed runs.
    """
    numbers = f"seconds per {run}: {fast}, {slow}"
    timed = min(len(fast.seconds), len(slow.seconds))
    if timed < TIMINGS:
        needed = f"{timed} timed {run}s, {TIMINGS} are needed: more {more}"
        return Claim(text, None, f"{numbers}; {needed}")
    if max(fast.seconds) < min(slow.seconds):
        return Claim(text, True, numbers)
    if max(slow.seconds) < min(fast.seconds):
        return Claim(text, False, numbers)
    return Claim(text, None, f"{numbers}; these overlap")
