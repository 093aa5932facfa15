"""One cause for several tasks of an exercise, so that they do not contradict each other.

A mistake may fail checks of several tasks. In those of one task, another mistake may give the same
answers by chance. A cause that also explains the checks of other tasks is then the better one.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

from autograder.diagnosis.listed.causes import Cause, Joined, tell_flaw, told
from autograder.diagnosis.listed.known import KnownMistakes
from autograder.diagnosis.matching import Matcher
from autograder.diagnosis.recorded import RecordedCheck, TaskChecks


def united(
    known: KnownMistakes, matcher: Matcher, tasks: Sequence[TaskChecks]
) -> dict[str, Joined]:
    """Return the mistakes behind the failed checks of each of `tasks`, by the name of the task."""
    joined = {checks.task: known.joined(checks) for checks in tasks}
    search = _Uniting(known, matcher, {checks.task: checks for checks in tasks})
    return {task: search.better(task, joined) for task in joined}


class _Uniting:
    """Replaces the cause of a task by that of another one, which explains the checks of both."""

    def __init__(
        self, known: KnownMistakes, matcher: Matcher, tasks: Mapping[str, TaskChecks]
    ) -> None:
        self._known, self._matcher, self._tasks = known, matcher, tasks

    def better(self, task: str, joined: Mapping[str, Joined]) -> Joined:
        """Return what was found of `task`, with the cause of another task where it fits both."""
        own = joined[task]
        for other, found in joined.items():
            if other == task or not self._differ(own.cause, found.cause):
                continue
            if self._fits(task, own, found.cause) and not self._fits(other, found, own.cause):
                return self._retold(task, own, found.cause)
        return own

    @staticmethod
    def _differ(one: Cause, other: Cause) -> bool:
        """Return whether two causes contradict each other: neither is a part of the other."""
        mine, theirs = set(one.mistakes), set(other.mistakes)
        return not (mine <= theirs or theirs <= mine)

    def _fits(self, task: str, joined: Joined, cause: Cause) -> bool:
        """Return whether `cause` explains what was explained of `task`, and nothing contradicts."""
        checks, module = self._tasks[task], self._known.module(cause)
        if module is None:
            return False
        agree, view = self._matcher.agrees_with_all, joined.view
        passed = [check for check in checks.passed if not check.is_wrong_in(view)]
        return all(
            self._explains(cause, check, joined) for check in self._explained(task, joined)
        ) and agree(module, passed, view)

    def _explained(self, task: str, joined: Joined) -> list[RecordedCheck]:
        """Return the checks of `task` whose answers are all explained; else those of a part."""
        ids = joined.complete or joined.found.keys()
        return [check for check in self._tasks[task].failed if check.id in ids]

    def _explains(self, cause: Cause, check: RecordedCheck, joined: Joined) -> bool:
        module = self._known.module(cause)
        return module is not None and self._matcher.explains(module, check, joined.view)

    def _retold(self, task: str, joined: Joined, cause: Cause) -> Joined:
        """Return what is said of the same checks if `cause` is behind them."""
        main = told(cause.mistakes[:1])
        result = replace(joined, cause=cause, found=dict.fromkeys(joined.found, main))
        for check in self._explained(task, joined):
            alone = (m for m in cause.mistakes if self._explains(Cause((m,)), check, joined))
            mistake = next(alone, None)
            result.found[check.id] = told([mistake] if mistake else cause.mistakes)
            tell_flaw(check, result.found)
        return result
