"""The checks of one exercise, collected once and run on one submission after the other."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence

import pytest

from autograder.course.reading import Exercise
from autograder.grading.collector import RAISED, Collector, passed_again
from autograder.grading.many.following import DivergedError, FollowingSession
from autograder.grading.pytest_plugin import FINDINGS, UNDER_TEST, fixtures_of, id_of
from autograder.grading.pytest_run import OnCheck, run_pytest
from autograder.grading.under_test import ExerciseUnderTest
from autograder.record.results import CheckResult
from framework.errors import GradusError


class CollectedChecks:
    """The collected checks of `exercise`.

    pytest collects them as for any other run, and its loop over the checks is left out. Each run
    then makes the fixtures of all scopes anew.

    Args:
        first: the first exercise under test that they run on.

    Attributes:
        ran, followed: how many checks ran, and how many had passed with equal answers before.

    Raises:
        GradusError: they cannot be collected.
    """

    def __init__(self, exercise: Exercise, first: ExerciseUnderTest) -> None:
        self._collector = Collector(first)
        self.ran = self.followed = 0
        self._items: list[pytest.Item] = []
        self._exercise = exercise
        run_pytest(exercise, self._collector, plugins=[self])

    @pytest.hookimpl(tryfirst=True)
    def pytest_runtestloop(self, session: pytest.Session) -> bool:
        """Keep the checks in place of running them; what captures output ends with this run."""
        self._items = list(session.items)
        session.config.pluginmanager.unregister(name="capturemanager")
        return True

    def run(
        self,
        under_test: ExerciseUnderTest,
        on_check: OnCheck | None = None,
        plugins: Sequence[object] = (),
        *,
        before: Callable[[str], None] = lambda check: None,
        needs: Callable[[pytest.Item], bool] = lambda item: True,
    ) -> list[CheckResult]:
        """Run the checks on `under_test`; one that passed with equal answers before does not run.

        Args:
            plugins: of pytest, of which each leaves checks out or sorts them.
            before: called with the id of each check before it runs.
            needs: whether a check has to run, after the results of all before it.

        Raises:
            GradusError: there are none.
            DivergedError: a check depends on more than answers.
        """
        items = list(self._items)
        for plugin in plugins:
            plugin.pytest_collection_modifyitems(items=items)  # type: ignore[attr-defined]
        self._collector.begin(under_test, on_check)
        with _Torn() as torn:
            for item, following in zip(items, [*items[1:], None], strict=True):
                if not needs(item):
                    continue
                before(id_of(item))
                if not self._is_followed(item, under_test):
                    torn.before(item)
                    self._run(item, following, under_test)
                    torn.after(item, following)
        if not self._collector.results:
            raise GradusError(f"{self._exercise.name} has no checks: {self._exercise.tests}")
        return self._collector.results

    def _is_followed(self, item: pytest.Item, under_test: ExerciseUnderTest) -> bool:
        """Ask what the check asks; return whether it passed with the same answers before."""
        session, started = under_test.session, time.perf_counter()
        if not isinstance(session, FollowingSession) or not _depends_on_answers(item):
            return False
        known = session.follow(id_of(item))
        if known is None:
            return False
        seconds = time.perf_counter() - started
        self._collector.take(passed_again(item, under_test, known, seconds))
        self.followed += 1
        return True

    def _run(
        self, item: pytest.Item, following: pytest.Item | None, under_test: ExerciseUnderTest
    ) -> None:
        self.ran += 1
        item.config.stash[UNDER_TEST] = under_test
        _forget(item)
        item.ihook.pytest_runtest_protocol(item=item, nextitem=following)
        session = under_test.session
        if isinstance(session, FollowingSession):
            if session.has_diverged:
                raise DivergedError(id_of(item))
            session.note(id_of(item), self._collector.results[-1])


class _Torn:
    """Tears down the fixtures of a check that ran, also where the one after it does not run."""

    def __init__(self) -> None:
        self._last: pytest.Item | None = None
        self._expected: pytest.Item | None = None

    def before(self, item: pytest.Item | None) -> None:
        """Tear down what `item` does not need."""
        if self._last is not None and self._expected is not item:
            self._last.ihook.pytest_runtest_teardown(item=self._last, nextitem=item)

    def after(self, item: pytest.Item, expected: pytest.Item | None) -> None:
        """Remember that `item` ran, and what is left is what `expected` needs."""
        self._last, self._expected = item, expected

    def __enter__(self) -> _Torn:
        return self

    def __exit__(self, *exc_info: object) -> None:
        self.before(None)


def _depends_on_answers(item: pytest.Item) -> bool:
    """Return whether the answers of the submission decide about a check, and no clock does."""
    module = item.module if isinstance(item, pytest.Function) else None
    return "submission" in fixtures_of(item) and not hasattr(module, "time")


def _forget(item: pytest.Item) -> None:
    """Forget what the last run of a check has left with it."""
    if RAISED in item.stash:
        del item.stash[RAISED]
    if FINDINGS in item.stash:
        del item.stash[FINDINGS]
