"""Failed checks of one exercise with the same cause are reported together.

The same mistake explains them, or the same thing of the same method is wrong first.
"""

from __future__ import annotations

from collections.abc import Hashable, Mapping, Sequence
from dataclasses import dataclass, replace

from autograder.reports.wording import counted, number
from autograder.results.report import CheckResult, ExerciseResult
from autograder.sandbox.session.faults import NOT_WRITTEN
from autograder.verdicts import Verdict

#: Checks that failed for the same reason are named up to here, then counted.
NAMED = 3


@dataclass(frozen=True)
class Cause:
    """One reason why checks did not pass: the facts of one are shown, the titles of the others."""

    shown: CheckResult
    others: tuple[CheckResult, ...]

    @property
    def points_text(self) -> str:
        """What the checks of its task, and those of other tasks, are worth, in words."""
        checks = (self.shown, *self.others)
        own = sum(check.points for check in checks if check.task == self.shown.task)
        words = [counted(own, "point")]
        if elsewhere := sum(check.points for check in checks) - own:
            words.append(f"{number(elsewhere)} of other tasks")
        if self.shown.hidden:
            words.insert(0, "hidden")
        if self.shown.verdict is Verdict.SKIPPED:
            words.append("not counted")
        return ", ".join(words)

    @property
    def titles_of_others(self) -> str:
        """Titles of the others, the first few of them, and whether the reason is certain."""
        titles = "; ".join(check.title for check in self.others[:NAMED])
        left = len(self.others) - NAMED
        titles += f"; and {left} more" if left > 0 else ""
        check = self.shown
        is_certain = check.diagnosis or check.frames or check.verdict is not Verdict.FAILED
        return titles if is_certain else f"{titles} (perhaps for other reasons)"

    @property
    def pointer(self) -> str:
        """What stands under a task whose checks failed for a reason told under another."""
        return f"as under {self.shown.task}: {self.shown.title}"

    def concerns(self, task: str) -> bool:
        """Return whether a check of `task` failed for this reason."""
        return any(check.task == task for check in (self.shown, *self.others))


def causes(result: ExerciseResult, *, show_hidden: bool = False) -> tuple[Cause, ...]:
    """Return why checks of `result` did not pass, in the order of first appearance."""
    failed = [check for check in result.checks if check.verdict is not Verdict.PASSED]
    explained = {_wrong(check): _mistake(check) for check in reversed(failed) if check.diagnosis}
    groups: dict[Hashable, list[CheckResult]] = {}
    for check in failed:
        groups.setdefault(_key(check, explained), []).append(check)
    joined: dict[Hashable, list[CheckResult]] = {}
    for key, checks in groups.items():
        joined.setdefault(_of_all_tasks(checks) or key, []).extend(checks)
    return tuple(_cause(checks, show_hidden) for checks in joined.values())


def _of_all_tasks(checks: Sequence[CheckResult]) -> Hashable:
    """Return the key of a cause that several tasks share; None if it is that of one task.

    A listed mistake is one mistake, as in a base class. A test of several tasks sees one fault in
    all of them if the same thing of the same method is wrong.
    """
    first = next((check for check in checks if check.diagnosis is not None), checks[0])
    if first.diagnosis is not None:
        is_listed = not first.diagnosis.id.startswith("generic/")
        return (first.verdict, first.diagnosis.id) if is_listed else None
    for check in checks:
        if check.method and check.fact.what and check.task in check.id.partition("[")[2]:
            words = (check.method, check.fact.what)
            return check.verdict, *(word.replace(f"{check.task}.", "") for word in words)
    return None


def _key(check: CheckResult, explained: Mapping[Hashable, Hashable]) -> Hashable:
    """Return the key of a cause: the mistake if it is known, else what is wrong first.

    A mistake that explains another check may explain this one: `explained` has it.
    """
    if check.verdict is Verdict.NOT_STARTED:  # of unwritten code the place alone
        return check.task, check.verdict, check.message, check.frames[-1:]
    if check.diagnosis is not None:
        return _mistake(check)
    wrong = _wrong(check)
    return explained.get(wrong, wrong)


def _mistake(check: CheckResult) -> Hashable:
    """Return the main mistake: only a single check may show a second mistake beside it."""
    main = None if check.diagnosis is None else replace(check.diagnosis, second=None)
    return check.task, check.verdict, main


def _wrong(check: CheckResult) -> Hashable:
    """Return the method at fault and what of it is wrong first; else all that was said."""
    if check.method and check.fact.what:
        return check.verdict, check.method, check.fact.what, check.frames[-1:]
    return check.verdict, check.message, check.details, check.frames


def _cause(checks: list[CheckResult], show_hidden: bool) -> Cause:
    """Return the cause of `checks`; it shows a public check if any, with the most mistakes."""
    from autograder.reports.hiding import without_details  # failures alone need it

    def order(index: int) -> tuple[bool, int]:
        mistake = checks[index].diagnosis
        count = 0 if mistake is None else 1 if mistake.second is None else 2
        return checks[index].hidden, -count

    first = min(range(len(checks)), key=order)
    shown = checks[first] if show_hidden else without_details(checks[first])
    return Cause(shown, (*checks[:first], *checks[first + 1 :]))


def is_untouched(result: ExerciseResult) -> bool:
    """Return whether nothing of `result` is written, and nothing else is to be said about it."""
    return result.verdict is Verdict.NOT_STARTED and is_short(result) and not why_untouched(result)


def why_untouched(result: ExerciseResult) -> str:
    """Return why nothing is written, where it is not the stub's own error; else nothing."""
    shown = (
        check.message
        for check in result.checks
        if check.verdict is Verdict.NOT_STARTED and not (check.frames or check.hidden)
    )
    return next((text for text in shown if text not in ("", NOT_WRITTEN)), "")


def is_short(result: ExerciseResult) -> bool:
    """Return whether `result` needs no explanation: all passed, or nothing is written."""
    verdicts = {check.verdict for check in result.checks}
    return verdicts == {Verdict.PASSED} or verdicts - {Verdict.SKIPPED} == {Verdict.NOT_STARTED}
