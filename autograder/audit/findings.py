"""The findings of an audit, as frozen data; `report.py` renders them."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from enum import StrEnum

#: The operator name under which mistakes are counted.
MISTAKES = "mistakes"


class Outcome(StrEnum):
    """The result for a mistake or a mutant."""

    KILLED = "killed"
    SURVIVED = "survived"
    EQUIVALENT = "equivalent"
    WRONG_TASK = "wrong task"
    NOT_EQUIVALENT = "listed as equivalent, but killed"

    @property
    def is_sound(self) -> bool:
        """Whether no action is needed."""
        return self in (Outcome.KILLED, Outcome.EQUIVALENT)


@dataclass(frozen=True)
class Finding:
    """One mistake or mutant.

    Attributes:
        operator: the operator of a mutant; `MISTAKES` for a mistake.
        task: for a mistake, the task that must fail.
        place: ``file:line`` of the change.
        diff: the first removed and the first added line.
        failed: ids of the checks that failed; for a mutant only the first one.
        note: why it is equivalent, or which tasks lost points that they should have kept.
    """

    exercise: str
    operator: str
    id: str
    outcome: Outcome
    place: str
    diff: tuple[str, ...]
    task: str = ""
    failed: tuple[str, ...] = ()
    note: str = ""


@dataclass(frozen=True)
class Audit:
    """All findings, in the order of the course and of the lines of its solutions.

    Attributes:
        stale: (exercise, id) of listed equivalents that no operator makes any more.
        without_mistakes: exercises without a ``mistakes.toml``, if the audit includes mistakes.
    """

    findings: tuple[Finding, ...]
    stale: tuple[tuple[str, str], ...] = ()
    without_mistakes: tuple[str, ...] = ()
    seconds: float = field(default=0.0, compare=False)

    @property
    def unsound(self) -> tuple[Finding, ...]:
        """The findings that need a better check or a corrected list."""
        return tuple(finding for finding in self.findings if not finding.outcome.is_sound)

    @property
    def exit_code(self) -> int:
        """0 if the checks caught everything, 1 if a change survived or a list is wrong."""
        return 1 if self.unsound or self.stale else 0

    def of(self, exercise: str, operator: str | None = None) -> list[Finding]:
        """Return the findings of `exercise`, or those of one operator."""
        return [
            finding
            for finding in self.findings
            if finding.exercise == exercise and operator in (None, finding.operator)
        ]


def count(findings: Iterable[Finding], outcome: Outcome) -> int:
    """Return the number of `findings` with this `outcome`."""
    return sum(finding.outcome is outcome for finding in findings)
