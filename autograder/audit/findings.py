"""What an audit found out: frozen data, rendered elsewhere."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from enum import StrEnum

#: What mistakes count as where operators are counted.
MISTAKES = "mistakes"


class Outcome(StrEnum):
    """What became of a mistake or a mutant."""

    KILLED = "killed"
    SURVIVED = "survived"
    EQUIVALENT = "equivalent"
    WRONG_TASK = "wrong task"
    NOT_EQUIVALENT = "listed as equivalent, but killed"

    @property
    def is_sound(self) -> bool:
        """Whether nothing has to be done about it."""
        return self in (Outcome.KILLED, Outcome.EQUIVALENT)


@dataclass(frozen=True)
class Finding:
    """One mistake or mutant.

    Attributes:
        operator: of a mutant; `MISTAKES` for a mistake.
        task: of a mistake: the one that must fail.
        place: ``file:line`` of the change.
        diff: the changed lines, the first of those taken out and of those put in.
        failed: ids of the checks that failed; of a mutant the first one alone.
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
        stale: (exercise, id) of equivalents that are listed, but that no operator makes any more.
        without_mistakes: exercises that have no ``mistakes.toml``, where mistakes were asked for.
    """

    findings: tuple[Finding, ...]
    stale: tuple[tuple[str, str], ...] = ()
    without_mistakes: tuple[str, ...] = ()
    seconds: float = field(default=0.0, compare=False)

    @property
    def unsound(self) -> tuple[Finding, ...]:
        """Findings that call for a better check or a corrected list."""
        return tuple(finding for finding in self.findings if not finding.outcome.is_sound)

    @property
    def exit_code(self) -> int:
        """0 if every check could tell, 1 if something survived or a list is wrong."""
        return 1 if self.unsound or self.stale else 0

    def of(self, exercise: str, operator: str | None = None) -> list[Finding]:
        """The findings of `exercise`, or those of one operator."""
        return [
            finding
            for finding in self.findings
            if finding.exercise == exercise and operator in (None, finding.operator)
        ]


def count(findings: Iterable[Finding], outcome: Outcome) -> int:
    """How many of `findings` ended in `outcome`."""
    return sum(finding.outcome is outcome for finding in findings)
