"""Checks that fail for a part which fails by itself: they are blocked by it, not failed.

Their points wait for the part, and they are not diagnosed. What a check uses is what ran during it,
whether another exercise or the same one defines it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass

from autograder.judging.decision import decided, with_each_check
from autograder.results.report import CheckResult, ExerciseResult, Fact, Report
from autograder.submissions.task_progress import TaskProgress, task_progress
from autograder.verdicts import Verdict

#: A check with one of these may wait for something else.
_FAILING = frozenset(
    {Verdict.FAILED, Verdict.CRASHED, Verdict.TIMED_OUT, Verdict.OUT_OF_MEMORY, Verdict.BLOCKED}
)
#: A part whose public checks have these alone can be relied on.
_FINE = frozenset({Verdict.PASSED, Verdict.SKIPPED, Verdict.NEEDS_GRADER, Verdict.NOT_GRADED})


@dataclass(frozen=True)
class Waiting:
    """How many points wait for an exercise."""

    exercise: str
    points: float


def waiting(report: Report) -> tuple[Waiting, ...]:
    """Return the exercises that points of others wait for, the most points first."""
    points: dict[str, float] = {}
    for result in report.exercises:
        own = {task.name for task in result.tasks}
        for check in result.checks:
            if check.blocked_by and check.blocked_by not in own:
                points[check.blocked_by] = points.get(check.blocked_by, 0.0) + check.points
    most_first = sorted(points.items(), key=lambda item: -item[1])
    return tuple(Waiting(name, points) for name, points in most_first)


class Blocking:
    """Says what the failing checks of a submission wait for.

    Args:
        required: exercise -> all exercises that it is built from, directly or not.
        sources: exercise -> the text that was handed in.
    """

    def __init__(
        self,
        required: Mapping[str, frozenset[str]],
        sources: Mapping[str, str],
    ) -> None:
        self._required, self._sources = required, sources
        self._results: dict[str, ExerciseResult] = {}
        self._final: dict[str, ExerciseResult] = {}

    def add(self, result: ExerciseResult) -> None:
        """Take note of what became of an exercise."""
        self._results[result.name] = result

    def missing(self, name: str) -> set[str]:
        """Return the exercises whose results are to be known before that of `name` is final."""
        result = self._results.get(name)
        if result is None:
            return {name}
        needed = {part[0] for check in result.checks for part in self._failing_with(name, check)}
        return set().union(*map(self.missing, needed))

    def final(self, name: str) -> ExerciseResult:
        """Return the result of `name` with the checks that wait for something marked as such."""
        if name not in self._final:
            result = with_each_check(
                self._results[name],
                lambda check: _blocked(check, self._culprit(name, check), self._is_missing),
            )
            source = self._sources.get(name)
            self._final[name] = result if source is None else _within(result, source)
        return self._final[name]

    def _failing_with(self, name: str, check: CheckResult) -> list[tuple[str, str]]:
        """Return (exercise, task) of each part of others that a failing `check` of `name` uses."""
        if check.verdict not in _FAILING:
            return []
        others = self._required.get(name, frozenset()) - {name}
        return [part for part in _tasks_called(check) if part[0] in others]

    def _is_missing(self, check: CheckResult, name: str) -> bool:
        """Return whether `check` got no answer, or the exercise `name` fails no check.

        An exercise that fails a check has been written, as far as the check needs it.
        """
        evidence, result = check.evidence, self._results.get(name)
        has_answered = check.method in (*evidence.answered, *evidence.refused)
        fails = result is not None and any(other.verdict in _FAILING for other in result.checks)
        return not (has_answered and fails)

    def _culprit(self, name: str, check: CheckResult) -> str:
        """Return the other exercise of which a part does not pass there; empty if none."""
        for exercise, task in self._failing_with(name, check):
            checks = _failed_in_public(self.final(exercise), task)
            if checks:
                return _common_cause(self.final(exercise), checks) or exercise
        return ""


def _within(result: ExerciseResult, source: str) -> ExerciseResult:
    """Mark the failing checks of written tasks during which another wrong task ran."""
    names = [task.name for task in result.tasks]
    failed = {name: checks for name in names if (checks := _failed_in_public(result, name))}
    if len(failed) < 2:
        return result
    written = {n for n, how in task_progress(source, names).items() if how is TaskProgress.WRITTEN}
    needs = _needs(result, failed)

    def cause(check: CheckResult) -> str:
        if check.task not in written:
            return ""
        used = _own_tasks_called(result, check)
        culprits = [n for n in failed if n in used and check.task not in needs[n]]
        roots = [n for n in culprits if not (needs[n] & set(culprits))]
        return _common_cause(result, failed[roots[0]]) or roots[0] if roots else ""

    return with_each_check(
        result, lambda check: _blocked(check, cause(check), lambda _, name: name not in written)
    )


def _needs(
    result: ExerciseResult, failed: Mapping[str, list[CheckResult]]
) -> dict[str, frozenset[str]]:
    """Return the other tasks that run in failing checks of each task, directly or not."""
    needs = {
        name: frozenset[str]().union(*(_own_tasks_called(result, check) for check in checks))
        for name, checks in failed.items()
    }
    for _ in needs:  # as often as a chain of tasks may be long
        needs = {
            name: used.union(*(needs[other] for other in used if other in needs)) - {name}
            for name, used in needs.items()
        }
    return needs


def _tasks_called(check: CheckResult) -> Iterator[tuple[str, str]]:
    """Yield (exercise, task) of each task that ran during `check`."""
    for name in check.evidence.called:
        exercise, _, task = name.partition(".")
        yield exercise, task


def _own_tasks_called(result: ExerciseResult, check: CheckResult) -> frozenset[str]:
    """Return the other tasks of the exercise that ran during `check`."""
    called = {task for exercise, task in _tasks_called(check) if exercise == result.name}
    return frozenset(called - {check.task})


def _failed_in_public(result: ExerciseResult, task: str) -> list[CheckResult]:
    """Return the public checks of `task` that did not pass."""
    checks = [check for check in result.checks if check.task == task and not check.hidden]
    return [check for check in checks if check.verdict not in _FINE]


def _common_cause(result: ExerciseResult, checks: list[CheckResult]) -> str:
    """Return the exercise that all of `checks` wait for; empty if one fails by itself."""
    causes = {check.blocked_by for check in checks}
    own = {task.name for task in result.tasks}
    return causes.pop() if len(causes) == 1 and not causes & own else ""


def _blocked(
    check: CheckResult, cause: str, is_missing: Callable[[CheckResult, str], bool]
) -> CheckResult:
    may_wait = check.verdict in _FAILING or check.verdict is Verdict.NOT_STARTED
    if check.blocked_by or not may_wait or not cause:
        return check
    waits = check.verdict in (Verdict.BLOCKED, Verdict.NOT_STARTED)
    is_unwritten = waits and is_missing(check, cause)
    state = "is not written yet" if is_unwritten else "does not pass its own checks"
    return decided(
        check,
        "blocking",
        Verdict.BLOCKED,
        f"uses your {cause}, which {state}",
        blocked_by=cause,
        details=(),
        arguments=(),
        method="",
        fact=Fact(),
        call="",
        frames=(),
        hint="",
        diagnosis=None,
        findings=tuple(finding for finding in check.findings if not finding.explains_failure),
    )
