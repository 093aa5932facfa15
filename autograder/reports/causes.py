"""Checks of one exercise that failed for the same reason are told together.

A file that cannot be imported fails every check in the same way, and one mistake is often seen
by several: one cause, told once.
"""

from __future__ import annotations

from collections.abc import Hashable
from dataclasses import dataclass

from autograder.grading.results import UNCOUNTED, CheckResult, ExerciseResult
from autograder.grading.verdicts import Verdict
from autograder.reports.hiding import without_details
from autograder.reports.wording import counted

#: Checks that failed for the same reason are named up to here, then counted.
NAMED = 3


@dataclass(frozen=True)
class Cause:
    """One reason why checks did not pass.

    Attributes:
        told: the check whose facts are shown.
        others: the other checks that failed for this reason; only their titles are shown.
    """

    told: CheckResult
    others: tuple[CheckResult, ...]

    @property
    def worth(self) -> str:
        """What the checks are worth together, in words."""
        words = [counted(sum(check.points for check in (self.told, *self.others)), "point")]
        if self.told.hidden:
            words.insert(0, "hidden")
        if self.told.verdict in UNCOUNTED:
            words.append("not counted")
        return ", ".join(words)

    @property
    def others_named(self) -> str:
        """Titles of the others, the first few of them."""
        titles = "; ".join(check.title for check in self.others[:NAMED])
        left = len(self.others) - NAMED
        return f"{titles}; and {left} more" if left > 0 else titles

    @property
    def pointer(self) -> str:
        """What stands under a task whose checks failed for a reason told under another."""
        return f"as under {self.told.task}: {self.told.title}"

    def concerns(self, task: str) -> bool:
        """Whether a check of `task` failed for this reason."""
        return any(check.task == task for check in (self.told, *self.others))


def causes(result: ExerciseResult, *, show_hidden: bool = False) -> tuple[Cause, ...]:
    """Why checks of `result` did not pass, in the order in which each reason first appears."""
    found: dict[Hashable, list[CheckResult]] = {}
    for check in result.checks:
        if check.verdict is not Verdict.PASSED:
            found.setdefault(_key(check), []).append(check)
    return tuple(_cause(checks, show_hidden) for checks in found.values())


def _key(check: CheckResult) -> Hashable:
    """What makes two faults one: the mistake, if known; for unwritten code, the place alone."""
    if check.verdict is Verdict.NOT_STARTED:
        return check.task, check.verdict, check.message, check.frames[-1:]
    if check.diagnosis is not None:
        return check.task, check.verdict, check.diagnosis
    return check.verdict, check.message, check.details, check.call, check.frames


def _cause(checks: list[CheckResult], show_hidden: bool) -> Cause:
    """A public check is told where there is one: the facts of a hidden one stay hidden."""
    first = next((i for i, check in enumerate(checks) if not check.hidden), 0)
    told = checks[first] if show_hidden else without_details(checks[first])
    return Cause(told, (*checks[:first], *checks[first + 1 :]))


def is_short(result: ExerciseResult) -> bool:
    """Whether nothing is to be told of `result`: all of it passed, or nothing is written."""
    verdicts = {check.verdict for check in result.checks}
    return verdicts in ({Verdict.PASSED}, {Verdict.NOT_STARTED})
