"""Runs the checks of an exercise with pytest, in this process, and turns outcomes into results.

pytest collects the checks of an exercise once. They run on one submission after the other; each
check makes the fixtures of all scopes anew.
"""

from __future__ import annotations

import inspect
import os
from collections.abc import Callable, Generator, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import replace

import pytest

from autograder.checks.host_limits import BudgetExceeded, limited, memory_limited
from autograder.course.reading import Exercise
from autograder.grading import pytest_plugin
from autograder.grading.pytest_plugin import FINDINGS, UNDER_TEST, id_of
from autograder.grading.under_test import ExerciseUnderTest
from autograder.judging.ending import call_behind, ended, explained
from autograder.results.findings.check_texts import PrintedText
from autograder.results.report import EXPLAINED, REPLAYED, CheckResult, Evidence
from autograder.results.shown_arguments import shown_arguments
from autograder.sandbox.session.calls import value_text
from autograder.sandbox.session.faults import OutOfMemory
from autograder.verdicts import Verdict
from framework.errors import GradusError

#: Plugins of the environment change nothing: checks do not depend on them. pytest prints nothing,
#: captures and logs nothing, writes no cache, and collects no garbage after every check. The root
#: folder makes names of modules unique: those of a course and of its kit.
PYTEST_OPTIONS = (
    "--disable-plugin-autoload -p no:terminal -p no:capture -p no:logging -p no:cacheprovider "
    "-p no:unraisableexception -p no:threadexception "
    f"--import-mode=importlib --noconftest -c {os.devnull} --rootdir=/"
).split()
#: Variables of a shell that pytest reads: they could leave out checks.
VARIABLES = ("PYTEST_ADDOPTS", "PYTEST_PLUGINS", "PYTEST_DISABLE_PLUGIN_AUTOLOAD")

#: Number of checks of a task that run out of memory, all so far, before its others do not run.
OUT_OF_MEMORY_CHECKS = 2
#: Characters of the text that a hint quotes.
MAX_PROMISE = 250
#: The exception that ended a check.
RAISED: pytest.StashKey[BaseException] = pytest.StashKey()

OnCheck = Callable[[CheckResult], None]
#: Changes the list of checks in place: leaves checks out, or sorts them.
Selection = Callable[[list[pytest.Item]], None]


class Checks:
    """The checks of `exercise`, public and hidden."""

    def __init__(self, exercise: Exercise) -> None:
        self._items: list[pytest.Item] = []
        self._errors: list[str] = []
        self._results: list[CheckResult] = []
        self._on_check: OnCheck | None = None
        self._files = files = [
            path for path in (exercise.tests, exercise.hidden_tests) if path.is_file()
        ]
        if not files:  # pytest would run whatever tests it finds around the working directory
            raise GradusError(f"{exercise.name} has no checks: there is no {exercise.tests}")
        confcutdir = f"--confcutdir={exercise.tests.parent}"  # pytest reads no folder above it
        arguments = [*PYTEST_OPTIONS, confcutdir]
        with _without_variables():
            status = pytest.main(arguments, plugins=[pytest_plugin, self])
        if self._errors or status in (pytest.ExitCode.INTERNAL_ERROR, pytest.ExitCode.USAGE_ERROR):
            reason = self._errors[0] if self._errors else f"pytest ended with {status!r}"
            raise GradusError(f"the checks of {exercise.name} cannot be run: {reason}")
        if status == pytest.ExitCode.INTERRUPTED:
            raise KeyboardInterrupt  # pytest has caught it
        if not self._items:
            raise GradusError(f"{exercise.name} has no checks: {exercise.tests}")

    def run(
        self,
        under_test: ExerciseUnderTest,
        on_check: OnCheck | None = None,
        select: Selection | None = None,
        needs: Callable[[pytest.Item], bool] = lambda item: True,
    ) -> list[CheckResult]:
        """Run the checks on `under_test`; `on_check` is called with each result.

        `needs` says whether a check has to run, after the results of all before it.
        """
        items = list(self._items)
        if select is not None:
            select(items)
        self._results, self._on_check = [], on_check
        for item in filter(needs, items):  # which depends on the results before it
            item.config.stash[UNDER_TEST] = under_test
            if FINDINGS in item.stash:  # of its last run
                del item.stash[FINDINGS]
            item.ihook.pytest_runtest_protocol(item=item, nextitem=None)  # keeps no fixture
        return self._results

    @pytest.hookimpl(wrapper=True)
    def pytest_collection(self, session: pytest.Session) -> Generator[None, object, object]:
        """Name the files from their folder: pytest splits the path of a folder at [ and ::."""
        config, folder = session.config, self._files[0].parent
        before = config.invocation_params
        config.invocation_params = replace(before, dir=folder)
        config.args = [os.path.relpath(file, folder) for file in self._files]
        try:
            return (yield)
        finally:  # pytest changes into this directory at its end
            config.invocation_params = before

    @pytest.hookimpl(tryfirst=True)
    def pytest_runtestloop(self, session: pytest.Session) -> bool:
        """Keep the collected checks; they run later."""
        self._items = list(session.items)
        return True

    def pytest_collectreport(self, report: pytest.CollectReport) -> None:
        """Note a test file that cannot be collected: a fault of the course or of gradus."""
        if report.failed:
            self._errors.append(str(report.longrepr)[-2000:])

    @pytest.hookimpl(wrapper=True)
    def pytest_runtest_call(self, item: pytest.Item) -> Generator[None]:
        """Keep the exception of a check, and fail it without a traceback, whose text is slow."""
        try:
            self._require_memory(task_of(item))
            limits = item.config.stash[UNDER_TEST].host_limits
            with limited(limits.seconds), memory_limited(limits.memory):
                yield
        except (Exception, BudgetExceeded) as error:
            item.stash[RAISED] = error
            raise pytest.fail.Exception("the check failed", pytrace=False) from None

    def _require_memory(self, task: str) -> None:
        """Raise `OutOfMemory` if all checks of `task` so far did so, and they were several."""
        verdicts = [result.verdict for result in self._results if result.task == task]
        if len(verdicts) >= OUT_OF_MEMORY_CHECKS and set(verdicts) == {Verdict.OUT_OF_MEMORY}:
            raise OutOfMemory(
                f"not run: all {len(verdicts)} checks of {task} so far ran out of memory"
            )

    @pytest.hookimpl(wrapper=True)
    def pytest_runtest_makereport(
        self, item: pytest.Item, call: pytest.CallInfo[None]
    ) -> Generator[None, pytest.TestReport, pytest.TestReport]:
        """Keep the result of a check, or of a fixture that failed before it."""
        report = yield
        if call.when == "call" or (call.when == "setup" and call.excinfo is not None):
            error = item.stash.get(RAISED, call.excinfo and call.excinfo.value)
            if RAISED in item.stash:  # it holds all that its traceback does
                del item.stash[RAISED]
            result = result_of(item, item.config.stash[UNDER_TEST], error, call.duration)
            self._results.append(result)
            if self._on_check is not None:
                self._on_check(result)
        return report


def public_only(items: list[pytest.Item]) -> None:
    """Leave out the hidden checks."""
    items[:] = [item for item in items if not is_hidden(item)]


def only(ids: Sequence[str]) -> Selection:
    """Leave out every check but those with the given ids."""
    chosen = frozenset(ids)

    def select(items: list[pytest.Item]) -> None:
        items[:] = [item for item in items if id_of(item) in chosen]

    return select


@contextmanager
def _without_variables() -> Iterator[None]:
    """Hide the variables that add options and plugins to pytest."""
    hidden = {name: os.environ.pop(name) for name in VARIABLES if name in os.environ}
    try:
        yield
    finally:
        os.environ.update(hidden)


def result_of(
    item: pytest.Item, under_test: ExerciseUnderTest, error: BaseException | None, seconds: float
) -> CheckResult:
    """Return the result of a check that `error` ended; keep what it asked of the submission."""
    session, calls = under_test.session, under_test.session.calls
    added = item.stash[FINDINGS].all if FINDINGS in item.stash else ()
    printed = session.printed()
    check = CheckResult(
        id=id_of(item),
        title=title_of(item),
        task=task_of(item),
        hidden=is_hidden(item),
        points=float(_marked(item, "points") or 0),
        verdict=Verdict.PASSED,
        hint=_hint(item, under_test.promised if error is not None else {}),
        findings=(*added, *([PrintedText(printed)] if printed else [])),
        evidence=Evidence(
            called=tuple(sorted(calls.tasks)),
            answered=tuple(sorted(calls.answered)),
            refused=tuple(sorted(calls.refused)),
            outlasted=tuple(sorted(calls.outlasted)),
            unconfirmed=under_test.reference_session.unconfirmed,
        ),
        seconds=seconds,
    )
    if session.transcript is not None:
        under_test.transcripts[check.id] = session.transcript
    check = ended(check, error, calls)
    if check.verdict in REPLAYED and error is not None:
        arguments = shown_arguments(calls, call_behind(error, calls), under_test.source)
        check = replace(check, arguments=arguments)
    check = explained(check, error, calls, under_test.undefined, under_test.source)
    if check.verdict not in EXPLAINED:
        return check
    from autograder.judging.causes import SourceText, with_causes  # not needed where all passed

    file = f"{under_test.exercise.name}.py"
    return with_causes(check, SourceText(file, under_test.source, under_test.where))


def task_of(item: pytest.Item) -> str:
    """Return the name in the stub that a check is about; empty if it is about none."""
    return _marked(item, "task")


def title_of(item: pytest.Item) -> str:
    """Return what a check asks for: the first line of its docstring, and its parameters."""
    if not isinstance(item, pytest.Function):
        return item.name
    name = item.originalname
    text = inspect.getdoc(item.function) or name
    title = text.splitlines()[0].rstrip(".")
    given = item.callspec.params.items() if hasattr(item, "callspec") else ()
    texts = [v if isinstance(v, str) else f"{key} = {value_text(v)}" for key, v in given]
    return f"{title} ({', '.join(texts)})" if texts else title


def _marked(item: pytest.Item, name: str) -> str:
    """Return the argument of the marker `name` as text; empty without such a marker."""
    marker = item.get_closest_marker(name)
    return str(marker.args[0]) if marker is not None and marker.args else ""


def _hint(item: pytest.Item, texts: Mapping[str, str]) -> str:
    """Return the hint of a check: its own, or the sentence of `texts` that it tests.

    Only a check that did not pass quotes: to read all texts takes longer than most checks.
    """
    if own := _marked(item, "hint"):
        return own
    promised = texts.get(_marked(item, "promise"))
    if promised and len(promised) > MAX_PROMISE:  # whole sentences, or the start of one
        promised = promised[:MAX_PROMISE].rpartition(". ")[0] or promised[:MAX_PROMISE] + " …"
    return f'The text says: "{promised}"' if promised else ""


def is_hidden(item: pytest.Item) -> bool:
    """Return whether a check is one of the instructor's."""
    return item.get_closest_marker("hidden") is not None or item.path.stem.endswith("_hidden")
