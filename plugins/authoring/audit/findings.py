"""The findings of an audit, as frozen data and as tables."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path

from rich.console import Console
from rich.markup import escape
from rich.table import Table

from framework.commands.output import shown

#: The operator name under which mistakes are counted.
MISTAKES = "mistakes"


class AuditOutcome(StrEnum):
    """The result for a mistake or a mutant."""

    KILLED = "killed"
    SURVIVED = "survived"
    EQUIVALENT = "equivalent"
    WRONG_TASK = "wrong task"
    NOT_EQUIVALENT = "listed as equivalent, but killed"

    @property
    def is_sound(self) -> bool:
        """Whether no action is needed."""
        return self in (AuditOutcome.KILLED, AuditOutcome.EQUIVALENT)


@dataclass(frozen=True)
class AuditFinding:
    """One mistake or mutant.

    Attributes:
        operator: the operator of a mutant; `MISTAKES` for a mistake.
        task: for a mistake, the task that must fail.
        diff: the first removed and the first added line.
        failed: ids of the checks that failed; for a mutant only the first one.
        note: why it is equivalent, or which tasks lost points that they should have kept.
    """

    exercise: str
    operator: str
    id: str
    outcome: AuditOutcome
    place: str
    diff: tuple[str, ...]
    task: str = ""
    failed: tuple[str, ...] = ()
    note: str = ""


@dataclass(frozen=True)
class Audit:
    """All findings in the order of the course, and stale equivalents: no operator makes them."""

    findings: tuple[AuditFinding, ...]
    stale: tuple[tuple[str, str], ...] = ()
    seconds: float = field(default=0.0, compare=False)

    @property
    def unsound(self) -> tuple[AuditFinding, ...]:
        """The findings that need a better check or a corrected list."""
        return tuple(finding for finding in self.findings if not finding.outcome.is_sound)

    @property
    def exit_code(self) -> int:
        """0 if the checks caught everything, 1 if a change survived or a list is wrong."""
        return 1 if self.unsound or self.stale else 0


def _by(findings: Iterable[AuditFinding], field: str) -> dict[str, list[AuditFinding]]:
    """Return the `findings` for each value of `field`, in their order."""
    groups: dict[str, list[AuditFinding]] = {}
    for finding in findings:
        groups.setdefault(getattr(finding, field), []).append(finding)
    return groups


def show(audit: Audit, console: Console) -> None:
    """Print the findings by exercise and by operator, and all that need an action."""
    _print_table(console, "exercise", _by(audit.findings, "exercise"))
    mutants = [finding for finding in audit.findings if finding.operator != MISTAKES]
    _print_table(console, "operator", dict(sorted(_by(mutants, "operator").items())))
    for finding in audit.unsound:
        lines = [
            f"{finding.exercise}, {finding.outcome}: {finding.id}",
            f"  {shown(Path(finding.place))}",
            *(f"    {line}" for line in finding.diff),
            *([f"  {finding.note}"] if finding.note else []),
        ]
        for line in lines:
            console.print(escape(line), soft_wrap=True)
    for exercise, mutant in audit.stale:
        console.print(
            f"{exercise}: equivalents.toml lists a mutant that no operator makes: {escape(mutant)}"
        )
    console.print(_verdict(audit))


def _print_table(console: Console, title: str, rows: dict[str, list[AuditFinding]]) -> None:
    if not rows:
        return
    heads = ("mistakes", "mutants", "killed", "survived", "equivalent", "score")
    table = Table(title, *heads, box=None, pad_edge=False)
    for column in table.columns[1:]:
        column.justify = "right"
    for name, findings in rows.items():
        table.add_row(name, *_numbers(findings))
    if len(rows) > 1:
        table.add_row("all", *_numbers([f for findings in rows.values() for f in findings]))
    console.print(table)
    console.print()


def _numbers(findings: list[AuditFinding]) -> list[str]:
    """Return the numbers of a row: outcomes, and the killed share without equivalent mutants."""
    mistakes = sum(finding.operator == MISTAKES for finding in findings)
    outcomes = Counter(finding.outcome for finding in findings)
    killed, equivalent = outcomes[AuditOutcome.KILLED], outcomes[AuditOutcome.EQUIVALENT]
    others = len(findings) - killed - equivalent
    score = f"{killed / (killed + others):.1%}" if killed + others else "-"
    numbers = (mistakes, len(findings) - mistakes, killed, others, equivalent)
    return [*map(str, numbers), score]


def _verdict(audit: Audit) -> str:
    tried = f"{len(audit.findings)} tried in {audit.seconds:.0f} s"
    if not audit.findings and not audit.stale:
        return f"{tried}: there is no mistake and no mutant to try."
    if audit.exit_code == 0:
        return f"{tried}: all were caught, or are listed as equivalent."
    return (
        f"{tried}: {len(audit.unsound)} to look at. Write a check that catches it, or list it in "
        "equivalents.toml with the reason why it is right."
    )
