"""Checks of one exercise that failed for the same reason are told together.

A file that cannot be imported fails every check in the same way: one cause, told once.
"""

from __future__ import annotations

from collections.abc import Hashable
from dataclasses import dataclass

from autograder.reports.hiding import without_details
from autograder.results import CheckResult, ExerciseResult
from autograder.verdicts import Verdict


@dataclass(frozen=True)
class Cause:
    """One reason, and the checks that failed for it, in their order; at least one."""

    checks: tuple[CheckResult, ...]

    def told(self, show_hidden: bool) -> CheckResult:
        """The check whose facts are shown: a public one, for those of a hidden one stay hidden."""
        check = self.checks[self._told]
        return check if show_hidden else without_details(check)

    @property
    def others(self) -> tuple[CheckResult, ...]:
        """The checks beside the one that is told."""
        return self.checks[: self._told] + self.checks[self._told + 1 :]

    @property
    def _told(self) -> int:
        return next((i for i, check in enumerate(self.checks) if not check.hidden), 0)

    @property
    def points(self) -> float:
        """What the checks are worth together."""
        return sum(check.points for check in self.checks)


def causes(result: ExerciseResult) -> tuple[Cause, ...]:
    """Why checks of `result` did not pass, in the order in which each reason first appears."""
    found: dict[Hashable, list[CheckResult]] = {}
    for check in result.checks:
        if check.verdict is not Verdict.PASSED:
            found.setdefault(_key(check), []).append(check)
    return tuple(Cause(tuple(checks)) for checks in found.values())


def _key(check: CheckResult) -> Hashable:
    """What makes two faults one: for code that is not written, the place alone."""
    if check.verdict is Verdict.NOT_STARTED:
        return check.task, check.verdict, check.message, check.frames[-1:]
    return check.verdict, check.message, check.details, check.call, check.frames


def is_short(result: ExerciseResult) -> bool:
    """Whether nothing is to be told of `result`: all of it passed, or nothing is written."""
    verdicts = {check.verdict for check in result.checks}
    return verdicts in ({Verdict.PASSED}, {Verdict.NOT_STARTED})
