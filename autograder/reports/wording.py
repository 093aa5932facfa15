"""Words, symbols and numbers that all reports share."""

from __future__ import annotations

from collections.abc import Sequence

from autograder.results import CheckResult
from autograder.verdicts import Verdict

#: Each verdict's symbol, and the one for terminals that know ASCII alone.
SYMBOLS = {
    Verdict.PASSED: ("✓", "+"),
    Verdict.SKIPPED: ("–", "-"),
    Verdict.BLOCKED: ("◇", "#"),
    Verdict.NOT_STARTED: ("○", "o"),
    Verdict.FAILED: ("✗", "x"),
    Verdict.CRASHED: ("!", "!"),
    Verdict.TIMED_OUT: ("!", "!"),
    Verdict.OUT_OF_MEMORY: ("!", "!"),
    Verdict.FAULT: ("?", "?"),
}


def symbol(verdict: Verdict, ascii_only: bool = False) -> str:
    """The symbol of `verdict`, one character wide."""
    return SYMBOLS[verdict][ascii_only]


def word(verdict: Verdict, checks: Sequence[CheckResult]) -> str:
    """The word for `verdict` of all `checks`: a task that was begun is not "not started"."""
    begun = any(check.verdict is Verdict.PASSED for check in checks)
    return "unfinished" if verdict is Verdict.NOT_STARTED and begun else verdict.value


def number(value: float) -> str:
    """Points: ``18``, ``0.5``, ``12.67``."""
    return f"{value:.2f}".rstrip("0").rstrip(".")


def counted(count: float, noun: str) -> str:
    """``1 check``, ``2.5 points``."""
    return f"{number(count)} {noun}{'' if count == 1 else 's'}"


def ratio(earned: float, possible: float) -> str:
    """``18/35``."""
    return f"{number(earned)}/{number(possible)}"


def duration(seconds: float) -> str:
    """``0.42 s``."""
    return f"{seconds:.2f} s"
