"""The listed mistakes of an exercise, and what they explain of each task.

A mistake may fail checks of several tasks. In those of one task, another mistake may give the same
answers by chance. A cause that also explains the checks of other tasks is then the better one.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import replace

from autograder.course.mistakes import Mistake, load_mistakes
from autograder.diagnosis.exchanges import View
from autograder.diagnosis.flaws import flaw_of
from autograder.diagnosis.recorded import RecordedCheck, TaskChecks
from autograder.diagnosis.replay import SourceModule
from autograder.diagnosis.solution_changes.answer_matcher import EXACT, LOOSE, AnswerMatcher
from autograder.diagnosis.solution_changes.task_causes import (
    CERTAIN,
    Joined,
    ListedCause,
    TaskSearch,
    add_flaw,
    diagnosis_of,
)
from framework.errors import BadInputError

#: A mistake that explains a part of the answers shows in one of this number of cheapest checks.
FIRST = 3


class KnownMistakes:
    """The listed mistakes of an exercise, each as a changed solution."""

    def __init__(self, matcher: AnswerMatcher) -> None:
        self._matcher = matcher
        self._source = matcher.replayer.source
        self._modules: dict[ListedCause, SourceModule | None] = {}
        self._mistakes: tuple[Mistake, ...] = ()
        with suppress(BadInputError):  # a broken list must not prevent a report
            self._mistakes = load_mistakes(matcher.replayer.exercise)

    def joined(self, checks: TaskChecks) -> Joined:
        """Return the mistakes that explain failed checks of a task."""
        result = self._search(checks, EXACT)
        left = (check for check in checks.failed if check.id not in result.found)
        if any(map(flaw_of, left)):
            loosely = self._search(checks, LOOSE)
            result = max(result, loosely, key=lambda joined: len(joined.found))
            for check in checks.failed:
                add_flaw(check, result.found)
        if not result.found:
            return self._partly(checks)
        self._follow(result, checks)
        return result

    def _follow(self, result: Joined, checks: TaskChecks) -> None:
        """Add the checks in which the method that was wrong first has the cause that was found.

        Answers of other methods may follow from it, such as gradients of a wrong forward.
        """
        module = self.module(result.cause)
        if module is None:
            return
        for check in checks.failed:
            is_open = check.id not in result.found and check.method
            if is_open and self._matcher.explains_part(module, check, check.method, 1):
                result.found[check.id] = result.main

    def module(self, cause: ListedCause) -> SourceModule | None:
        """Return the solution with these mistakes; None if they exclude each other."""
        if cause not in self._modules:
            self._modules[cause] = None
            with suppress(BadInputError, SyntaxError):
                self._modules[cause] = self._matcher.replayer.module(cause.applied(self._source))
        return self._modules[cause]

    def _search(self, checks: TaskChecks, view: View) -> Joined:
        """Return the mistakes behind the checks that are wrong in `view`."""
        strictly = replace(view, strictly=True)
        wrong = tuple(check for check in checks.failed if check.is_wrong_in(strictly))
        checks, concerning = replace(checks, failed=wrong), self._concerning(checks.task)
        return TaskSearch(self.module, self._matcher, checks, view, concerning).joined()

    def _partly(self, checks: TaskChecks) -> Joined:
        """Return the mistake that explains a part of the wrong answers in most checks."""
        explained = {
            ListedCause((mistake,)): parts
            for mistake in self._concerning(checks.task)
            if (parts := self._parts(ListedCause((mistake,)), checks))
        }
        if not explained:
            return Joined()
        best = max(explained, key=lambda cause: len(explained[cause]))
        return Joined(best, {check.id: diagnosis_of(best.mistakes) for check in explained[best]})

    def _parts(self, cause: ListedCause, checks: TaskChecks) -> list[RecordedCheck]:
        """Return the failed checks of which `cause` explains a part, if no check contradicts."""
        module, explains = self.module(cause), self._matcher.explains_part
        if module is None:
            return []
        clear = [check for check in checks.failed if check.method]
        if not any(explains(module, check, check.method, CERTAIN) for check in clear[:FIRST]):
            return []
        explained = [check for check in clear if explains(module, check, check.method, CERTAIN)]
        methods = {check.method for check in explained}
        others = [check for check in (*checks.failed, *checks.passed) if check not in explained]
        agrees = all(explains(module, check, m, 0) for m in methods for check in others)
        return explained if agrees else []

    def _concerning(self, task: str) -> list[Mistake]:
        """Return the mistakes that can fail a check of `task`, its own first."""
        every = (form for mistake in self._mistakes for form in mistake.forms)
        concerning = [form for form in every if task in (form.task, *form.also_fails)]
        return sorted(concerning, key=lambda mistake: mistake.task != task)


def causes_by_task(
    known: KnownMistakes, matcher: AnswerMatcher, tasks: Sequence[TaskChecks]
) -> dict[str, Joined]:
    """Return the mistakes behind the failed checks of each of `tasks`, by the name of the task."""
    joined = {checks.task: known.joined(checks) for checks in tasks}
    search = _Uniting(known, matcher, {checks.task: checks for checks in tasks})
    return {task: search.better(task, joined) for task in joined}


class _Uniting:
    """Replaces the cause of a task by another task's cause that explains the checks of both."""

    def __init__(
        self, known: KnownMistakes, matcher: AnswerMatcher, tasks: Mapping[str, TaskChecks]
    ) -> None:
        self._known, self._matcher, self._tasks = known, matcher, tasks

    def better(self, task: str, joined: Mapping[str, Joined]) -> Joined:
        """Return what was found of `task`, with the cause of another task where it fits both."""
        own = joined[task]
        for other, theirs in joined.items():
            if other == task or not self._differ(own.cause, theirs.cause):
                continue
            if self._fits(task, own, theirs.cause) and not self._fits(other, theirs, own.cause):
                return self._retold(task, own, theirs.cause)
        return own

    @staticmethod
    def _differ(first: ListedCause, second: ListedCause) -> bool:
        """Return whether two causes contradict each other: neither is a part of the other."""
        mine, theirs = set(first.mistakes), set(second.mistakes)
        return not (mine <= theirs or theirs <= mine)

    def _fits(self, task: str, joined: Joined, cause: ListedCause) -> bool:
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

    def _explains(self, cause: ListedCause, check: RecordedCheck, joined: Joined) -> bool:
        module = self._known.module(cause)
        return module is not None and self._matcher.explains(module, check, joined.view)

    def _retold(self, task: str, joined: Joined, cause: ListedCause) -> Joined:
        """Return what is said of the same checks if `cause` is behind them."""
        main = diagnosis_of(cause.mistakes[:1])
        result = replace(joined, cause=cause, found=dict.fromkeys(joined.found, main))
        for check in self._explained(task, joined):
            alone = (m for m in cause.mistakes if self._explains(ListedCause((m,)), check, joined))
            mistake = next(alone, None)
            result.found[check.id] = diagnosis_of([mistake] if mistake else cause.mistakes)
            add_flaw(check, result.found)
        return result
