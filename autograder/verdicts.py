"""The verdicts of checks and tasks, in their order, and the faults that lead to them."""

from __future__ import annotations

from enum import StrEnum


class Verdict(StrEnum):
    """What became of a check. Listed from best to worst: a task takes the worst of its checks.

    `FAULT` stands last because nothing can be said about the submission: it is ours, costs no
    points, and ends the command with exit code 3.
    """

    PASSED = "passed"
    SKIPPED = "skipped"
    BLOCKED = "blocked"
    NOT_STARTED = "not started"
    FAILED = "failed"
    CRASHED = "crashed"
    TIMED_OUT = "timed out"
    OUT_OF_MEMORY = "out of memory"
    FAULT = "infrastructure fault"

    @property
    def rank(self) -> int:
        """Position in the order above, from 0."""
        return list(Verdict).index(self)

    @staticmethod
    def worst(verdicts: list[Verdict]) -> Verdict:
        """The worst of `verdicts`; SKIPPED for none."""
        return max(verdicts, key=lambda verdict: verdict.rank, default=Verdict.SKIPPED)
