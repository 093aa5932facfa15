"""The checks of one exercise, collected once and run on one submission after the other."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import pytest

from autograder.course.reading import Exercise
from autograder.grading.collector import RAISED, Collector
from autograder.grading.pytest_plugin import FINDINGS, UNDER_TEST, id_of
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

    Raises:
        GradusError: they cannot be collected.
    """

    def __init__(self, exercise: Exercise, first: ExerciseUnderTest) -> None:
        self._collector = Collector(first)
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
    ) -> list[CheckResult]:
        """Run the checks on `under_test`.

        Args:
            plugins: of pytest, of which each leaves checks out or sorts them.
            before: called with the id of each check before it runs.

        Raises:
            GradusError: there are none.
        """
        items = list(self._items)
        for plugin in plugins:
            plugin.pytest_collection_modifyitems(items=items)  # type: ignore[attr-defined]
        self._collector.begin(under_test, on_check)
        for item, following in zip(items, [*items[1:], None], strict=True):
            item.config.stash[UNDER_TEST] = under_test
            _forget(item)
            before(id_of(item))
            item.ihook.pytest_runtest_protocol(item=item, nextitem=following)
        if not self._collector.results:
            raise GradusError(f"{self._exercise.name} has no checks: {self._exercise.tests}")
        return self._collector.results


def _forget(item: pytest.Item) -> None:
    """Forget what the last run of a check has left with it."""
    if RAISED in item.stash:
        del item.stash[RAISED]
    if FINDINGS in item.stash:
        del item.stash[FINDINGS]
