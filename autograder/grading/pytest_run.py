"""Runs the checks of an exercise with pytest, in this process."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING

from autograder.course.reading import Exercise
from autograder.grading.under_test import ExerciseUnderTest
from autograder.record.results import CheckResult
from framework.errors import GradusError

if TYPE_CHECKING:
    import pytest

    from autograder.grading.collector import Collector

#: Options of pytest: no other installed plugins, and nothing is printed, logged or written.
PYTEST_OPTIONS = (
    "--disable-plugin-autoload -p no:terminal -p no:capture -p no:logging -p no:cacheprovider "
    "-p no:unraisableexception -p no:threadexception "  # they collect garbage after every run
    f"--import-mode=importlib --noconftest -c {os.devnull} --rootdir=/"
).split()

#: Variables of a shell that pytest reads.
VARIABLES = ("PYTEST_ADDOPTS", "PYTEST_PLUGINS", "PYTEST_DISABLE_PLUGIN_AUTOLOAD")

OnCheck = Callable[[CheckResult], None]


def run_checks(
    exercise: Exercise,
    under_test: ExerciseUnderTest,
    on_check: OnCheck | None = None,
    *,
    plugins: Sequence[object] = (),
) -> list[CheckResult]:
    """Run the test files of `exercise` with pytest; the student's own files are never collected.

    Args:
        plugins: further plugins of pytest.
    """
    from autograder.grading.collector import Collector

    collector = Collector(under_test, on_check)
    run_pytest(exercise, collector, plugins=plugins)
    if not collector.results:
        raise GradusError(f"{exercise.name} has no checks: expected {exercise.tests}")
    return collector.results


class PublicOnly:
    """A pytest plugin that leaves out the hidden checks."""

    def pytest_collection_modifyitems(self, items: list[pytest.Item]) -> None:
        """Keep the others in their order."""
        from autograder.grading.collector import is_hidden

        items[:] = [item for item in items if not is_hidden(item)]


class Only:
    """A pytest plugin that leaves out every check but those with the given ids."""

    def __init__(self, ids: Sequence[str]) -> None:
        self.ids = frozenset(ids)

    def pytest_collection_modifyitems(self, items: list[pytest.Item]) -> None:
        """Keep the others in their order."""
        from autograder.grading.pytest_plugin import id_of

        items[:] = [item for item in items if id_of(item) in self.ids]


@contextmanager
def _own_options() -> Iterator[None]:
    """Hide the variables that add options and plugins to pytest: they could leave out checks."""
    hidden = {name: os.environ.pop(name) for name in VARIABLES if name in os.environ}
    try:
        yield
    finally:
        os.environ.update(hidden)


def run_pytest(exercise: Exercise, collector: Collector, plugins: Sequence[object] = ()) -> None:
    """Run the test files of `exercise`, or those of their checks that `collector` leaves in.

    Args:
        plugins: plugins of pytest in addition to `collector`.

    Raises:
        GradusError: there are none, or they cannot be collected.
    """
    import pytest

    from autograder.grading import pytest_plugin

    files = [path for path in (exercise.tests, exercise.hidden_tests) if path.is_file()]
    if not files:  # pytest would run whatever tests it finds around the working directory
        raise GradusError(f"{exercise.name} has no checks: there is no {exercise.tests}")
    confcutdir = f"--confcutdir={exercise.tests.parent}"  # pytest reads no folder above it
    arguments = [*PYTEST_OPTIONS, confcutdir, *map(str, files)]
    with _own_options():
        status = pytest.main(arguments, plugins=[pytest_plugin, collector, *plugins])
    if collector.errors or status in (pytest.ExitCode.INTERNAL_ERROR, pytest.ExitCode.USAGE_ERROR):
        reason = collector.errors[0] if collector.errors else f"pytest ended with {status!r}"
        raise GradusError(f"the checks of {exercise.name} cannot be run: {reason}")
    if status == pytest.ExitCode.INTERRUPTED:
        raise KeyboardInterrupt  # pytest has caught it
