"""Fixtures and markers of checks, for `grade` and for plain pytest.

Under plain pytest, or in an editor's test panel, the submission is the ``exercises`` folder that
the test file lies in.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Generator, Iterator, Sequence
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    import numpy as np

    from autograder.checks.metric_threshold import MetricThreshold
    from autograder.course.reading import Exercise
    from autograder.grading.under_test import ExerciseUnderTest
    from autograder.results.findings.figures import Plotter
    from autograder.results.findings.finding import CheckFindings
    from autograder.sandbox.session.requests import RemoteModule

#: Where `grade` leaves the exercise under test for the fixtures of the checks.
UNDER_TEST: pytest.StashKey[ExerciseUnderTest] = pytest.StashKey()
#: Where a check that shows something keeps its findings.
FINDINGS: pytest.StashKey[CheckFindings] = pytest.StashKey()

MARKERS = (
    "task(name): the name in the stub that the check is about",
    "points(n): what the check is worth",
    "hidden: details are not shown to students",
    "hint(text): shown when the check fails",
    "promise(*sentences): the sentences of README.md or the stub that the check tests",
)


def pytest_configure(config: pytest.Config) -> None:
    """Make the markers known."""
    for marker in MARKERS:
        config.addinivalue_line("markers", marker)


def pytest_pycollect_makemodule(module_path: Path) -> None:
    """Let a student's own tests in the folder of an exercise import the file beside them.

    Its folder comes last: no file in it takes the place of an installed module.
    """
    folder = module_path.parent
    is_check = module_path.stem in (f"test_{folder.name}", f"test_{folder.name}_hidden")
    is_exercise = (folder / "exercise.toml").is_file()
    if is_exercise and not is_check and str(folder) not in sys.path:
        sys.path.append(str(folder))


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(
    item: pytest.Item, call: pytest.CallInfo[None]
) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Say what a check found in its own words, without the way through gradus."""
    report = yield
    is_alone = item.config.stash.get(UNDER_TEST, None) is None
    is_check = "exercise_under_test" in fixtures_of(item)
    if call.excinfo is not None and is_alone and is_check:
        from autograder.grading.plain_pytest import open_check, short_failure

        if reason := open_check(call.excinfo):
            report.outcome, report.longrepr = "skipped", (str(item.path), 1, reason)
        else:
            report.longrepr = short_failure(item, call.excinfo) or report.longrepr
    return report


def fixtures_of(item: pytest.Item) -> Sequence[str]:
    """Return the names of the fixtures that a test asks for, itself or through others."""
    return item.fixturenames if isinstance(item, pytest.Function) else ()


def id_of(item: pytest.Item) -> str:
    """Return the name of a check in results: ``test_rnn.py::test_forward``."""
    return item.nodeid.rpartition("/")[2]


@pytest.fixture(scope="module")
def exercise_under_test(request: pytest.FixtureRequest) -> Iterator[ExerciseUnderTest]:
    """Both sides of the checks of this test file."""
    prepared = request.config.stash.get(UNDER_TEST, None)
    if prepared is not None:
        yield prepared
        return
    from autograder.grading.plain_pytest import standalone_exercise

    with standalone_exercise(request.path, request.config) as under_test:
        yield under_test


@pytest.fixture
def check_id(exercise_under_test: ExerciseUnderTest, request: pytest.FixtureRequest) -> str:
    """The id of this check, which starts now."""
    check = id_of(request.node)
    exercise_under_test.begin(check)
    return check


@pytest.fixture
def submission(exercise_under_test: ExerciseUnderTest, check_id: str) -> RemoteModule:
    """The code under test, as a module."""
    from autograder.sandbox.session.requests import RemoteModule

    return RemoteModule(exercise_under_test.session)


@pytest.fixture
def reference(exercise_under_test: ExerciseUnderTest, check_id: str) -> RemoteModule:
    """The solution, as a module."""
    from autograder.sandbox.session.requests import RemoteModule

    return RemoteModule(exercise_under_test.reference_session)


@pytest.fixture
def exercise(exercise_under_test: ExerciseUnderTest) -> Exercise:
    """The exercise, as exercise.toml describes it."""
    return exercise_under_test.exercise


@pytest.fixture
def findings(request: pytest.FixtureRequest) -> CheckFindings:
    """Shows a finding of any kind in the report: see `CheckFindings.add`."""
    from autograder.results.findings.finding import CheckFindings

    check: pytest.Item = request.node
    return check.stash.setdefault(FINDINGS, CheckFindings())


@pytest.fixture
def metric_threshold(
    exercise_under_test: ExerciseUnderTest, findings: CheckFindings
) -> MetricThreshold:
    """Holds the metric of a trained model against its threshold: see `MetricThreshold.__call__`."""
    from autograder.checks.metric_threshold import MetricThreshold

    exercise, calibrating = exercise_under_test.exercise, exercise_under_test.calibrating
    return MetricThreshold(exercise, calibrating, exercise_under_test.measured, findings)


@pytest.fixture
def plot(findings: CheckFindings) -> Plotter:
    """Draws lines for the report: see `Plotter.__call__`."""
    from autograder.results.findings.figures import Plotter

    return Plotter(findings)


@pytest.fixture
def table(findings: CheckFindings) -> Callable[..., None]:
    """Shows a table in the report: see `show_table`."""
    from autograder.results.findings.check_texts import show_table

    return partial(show_table, findings)


@pytest.fixture
def rng(
    exercise_under_test: ExerciseUnderTest, request: pytest.FixtureRequest, check_id: str
) -> np.random.Generator:
    """Random numbers of this check alone, the same for the same seed."""
    return exercise_under_test.rng(request.node.name)
