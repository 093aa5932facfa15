"""The listed mistakes of an exercise, and what they explain of each task."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import replace

from autograder.course.mistakes import Mistake, load_mistakes
from autograder.diagnosis.exchanges import View
from autograder.diagnosis.flaws import flaw_of
from autograder.diagnosis.listed.causes import Cause, Joined, tell_flaw, told
from autograder.diagnosis.listed.one_task import CERTAIN, TaskSearch
from autograder.diagnosis.matching import EXACT, LOOSE, Matcher
from autograder.diagnosis.recorded import RecordedCheck, TaskChecks
from autograder.diagnosis.replay import SourceModule
from framework.errors import BadInputError

#: A mistake that explains a part of the answers shows in one of this number of cheapest checks.
FIRST = 3


class KnownMistakes:
    """The listed mistakes of an exercise, each as a changed solution."""

    def __init__(self, matcher: Matcher) -> None:
        self._matcher = matcher
        self._source = matcher.replayer.source
        self._modules: dict[Cause, SourceModule | None] = {}
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
                tell_flaw(check, result.found)
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

    def module(self, cause: Cause) -> SourceModule | None:
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
            Cause((mistake,)): found
            for mistake in self._concerning(checks.task)
            if (found := self._parts(Cause((mistake,)), checks))
        }
        if not explained:
            return Joined()
        best = max(explained, key=lambda cause: len(explained[cause]))
        return Joined(best, {check.id: told(best.mistakes) for check in explained[best]})

    def _parts(self, cause: Cause, checks: TaskChecks) -> list[RecordedCheck]:
        """Return the failed checks of which `cause` explains a part, if no check contradicts."""
        module, explains = self.module(cause), self._matcher.explains_part
        if module is None:
            return []
        clear = [check for check in checks.failed if check.method]
        if not any(explains(module, check, check.method, CERTAIN) for check in clear[:FIRST]):
            return []
        found = [check for check in clear if explains(module, check, check.method, CERTAIN)]
        methods = {check.method for check in found}
        others = [check for check in (*checks.failed, *checks.passed) if check not in found]
        agrees = all(explains(module, check, m, 0) for m in methods for check in others)
        return found if agrees else []

    def _concerning(self, task: str) -> list[Mistake]:
        """Return the mistakes that can fail a check of `task`, its own first."""
        every = (form for mistake in self._mistakes for form in mistake.forms)
        concerning = [form for form in every if task in (form.task, *form.also_fails)]
        return sorted(concerning, key=lambda mistake: mistake.task != task)
