"""Turns pytest's outcomes into check results while the checks run."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Generator, Iterator
from dataclasses import astuple, replace
from pathlib import Path

import pytest

from autograder.checks.budget import BudgetExceeded
from autograder.checks.failures import CheckFailed, MissedThreshold
from autograder.checks.host_limits import host_limited
from autograder.grading.explanations import explained
from autograder.grading.pytest_plugin import FINDINGS, UNDER_TEST, id_of
from autograder.grading.under_test import ExerciseUnderTest
from autograder.isolation.host.calls import NO_CALL, CallLog, RemoteCall
from autograder.isolation.host.faults import (
    Crashed,
    NotRecorded,
    ReferenceFailed,
    SubmissionFault,
)
from autograder.isolation.host.output import shown
from autograder.record.findings.finding import Finding, showable
from autograder.record.findings.texts import PrintedText
from autograder.record.results import MAX_FACT, MAX_MESSAGE, REPLAYED, CheckResult, Fact
from autograder.verdicts import Verdict
from framework.errors import GradusError, SandboxError

#: What a check raised.
RAISED: pytest.StashKey[BaseException] = pytest.StashKey()
#: The name of the property that a check's report carries its result in.
RESULT = "gradus_result"
#: The message of a check that a kit cannot decide.
NEEDS_GRADER = "a kit has recorded answers, and none for this call: the course's grader decides"
#: Exceptions that values of a wrong type often cause in a check: their message is sufficient.
STUMBLES = (
    TypeError,
    ValueError,
    LookupError,
    AttributeError,
    ArithmeticError,
    AssertionError,
    RecursionError,
)


class FolderOnTheWay(pytest.Directory):
    """A folder between the root and the test files; pytest would look at all that is in it."""

    def collect(self) -> Iterator[pytest.Collector]:
        """Yield the next folder on the way to each test file, or the file itself."""
        files = [Path(file) for file in self.config.args if Path(file).is_relative_to(self.path)]
        names = dict.fromkeys(file.relative_to(self.path).parts[0] for file in files)
        for path in (self.path / name for name in names):
            if path.is_dir():
                yield self.ihook.pytest_collect_directory(path=path, parent=self)
            else:
                yield from self.ihook.pytest_collect_file(file_path=path, parent=self)


class Collector:
    """A pytest plugin that holds the exercise under test and gathers what becomes of each check.

    Args:
        on_result: called with each result as it comes.
    """

    def __init__(
        self, under_test: ExerciseUnderTest, on_result: Callable[[CheckResult], None] | None = None
    ) -> None:
        self.errors: list[str] = []
        self.begin(under_test, on_result)

    def begin(
        self, under_test: ExerciseUnderTest, on_result: Callable[[CheckResult], None] | None = None
    ) -> None:
        """Gather results anew, of a run of the same checks on `under_test`."""
        self.results: list[CheckResult] = []
        self._under_test = under_test
        self._on_result = on_result or _ignore

    def pytest_configure(self, config: pytest.Config) -> None:
        """Hand the exercise to the fixtures."""
        config.stash[UNDER_TEST] = self._under_test

    @pytest.hookimpl(tryfirst=True)
    def pytest_collect_directory(self, path: Path, parent: pytest.Collector) -> pytest.Directory:
        """Look at no file but those that are run."""
        return FolderOnTheWay.from_parent(parent, path=path)

    def pytest_collectreport(self, report: pytest.CollectReport) -> None:
        """Note a test file that cannot be collected: a fault of the course or of gradus."""
        if report.failed:
            self.errors.append(str(report.longrepr)[-2000:])

    @pytest.hookimpl(wrapper=True)
    def pytest_runtest_call(self, item: pytest.Item) -> Generator[None]:
        """Keep what a check raised, and fail it without a traceback, whose text takes 40 ms."""
        try:
            with host_limited(self._under_test.host_limits):
                yield
        except (Exception, BudgetExceeded) as error:
            item.stash[RAISED] = error
            raise pytest.fail.Exception("the check failed", pytrace=False) from None

    @pytest.hookimpl(wrapper=True)
    def pytest_runtest_makereport(
        self, item: pytest.Item, call: pytest.CallInfo[None]
    ) -> Generator[None, pytest.TestReport, pytest.TestReport]:
        """Add the result of a check, or of a fixture that failed before it, to its report."""
        report = yield
        if call.when == "call" or (call.when == "setup" and call.excinfo is not None):
            report.user_properties.append((RESULT, self._result(item, call)))
        return report

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        """Keep the result that came with the report of a check."""
        result = result_in(report)
        if result is not None:
            self.take(result)

    def take(self, result: CheckResult) -> None:
        """Keep a result, and hand it on."""
        self.results.append(result)
        self._on_result(result)

    def _result(self, item: pytest.Item, call: pytest.CallInfo[None]) -> CheckResult:
        return result_of(item, self._under_test, _raised(item, call), call.duration)


def result_of(
    item: pytest.Item, under_test: ExerciseUnderTest, error: BaseException | None, seconds: float
) -> CheckResult:
    """Return the result of a check, and keep what it has asked of the submission.

    Args:
        error: what ended the check; None if it passed.
    """
    session = under_test.session
    result = CheckResult(
        id=id_of(item),
        title=title_of(item),
        task=task_of(item),
        hidden=is_hidden(item),
        points=float(_marked(item, "points") or 0),
        verdict=Verdict.PASSED,
        hint=_hint(item),
        findings=_findings(item, session.printed()),
        uses=tuple(sorted(session.calls.parts)),
        answered=tuple(sorted(session.calls.answered)),
        refused=tuple(sorted(session.calls.refused)),
        outlasted=tuple(sorted(session.calls.outlasted)),
        seconds=seconds,
    )
    if session.transcript is not None:
        under_test.transcripts[result.id] = session.transcript
    judged = _judged(result, error, session.calls)
    if judged.verdict in REPLAYED and error is not None:
        from autograder.record.shown_arguments import shown_arguments  # failures alone need it

        made = _call_behind(error, session.calls)
        judged = replace(judged, arguments=shown_arguments(session.calls, made, under_test.source))
    if under_test.tapes is not None and judged.verdict is Verdict.PASSED:
        judged = replace(judged, unconfirmed=under_test.tapes.unconfirmed)
    return explained(judged, error, session.calls, under_test.undefined, under_test.source)


def passed_again(
    item: pytest.Item, under_test: ExerciseUnderTest, known: CheckResult, seconds: float
) -> CheckResult:
    """Return the result of a check that did not run, since it passed with equal answers before.

    Args:
        known: its result then, without what that submission printed.
    """
    session = under_test.session
    result = replace(
        known,
        hint=_hint(item),
        findings=(*known.findings, *_printed(session.printed())),
        uses=tuple(sorted(session.calls.parts)),
        seconds=seconds,
    )
    return explained(result, None, session.calls, under_test.undefined, under_test.source)


def _findings(item: pytest.Item, printed: str) -> tuple[Finding, ...]:
    """Return what the check has shown, and what the submission printed meanwhile."""
    added = item.stash[FINDINGS].all if FINDINGS in item.stash else ()
    return (*map(showable, added), *_printed(printed))


def _printed(text: str) -> list[Finding]:
    return [PrintedText(text)] if text else []


def _raised(item: pytest.Item, call: pytest.CallInfo[None]) -> BaseException | None:
    """Return what ended the check; it is forgotten here, with all that its traceback holds."""
    if RAISED in item.stash:
        error = item.stash[RAISED]
        del item.stash[RAISED]
        return error
    return call.excinfo.value if call.excinfo is not None else None


def _ignore(result: CheckResult) -> None:
    """Ignore a single result: the caller wants all of them at the end."""


def _judged(result: CheckResult, error: BaseException | None, calls: CallLog) -> CheckResult:
    """Return `result` with its verdict, after the exception that ended the check."""
    if error is None:
        return result
    if isinstance(error, SubmissionFault):
        return _ended(result, error)
    if isinstance(error, CheckFailed):
        return _failed(result, error, calls)
    if isinstance(error, NotRecorded):
        return replace(result, verdict=Verdict.NEEDS_GRADER, message=NEEDS_GRADER)
    if calls.entered and not _is_ours(error):
        message = f"the check cannot use what came back: {_in_words(error)}"
        return _about(replace(result, verdict=Verdict.FAILED, message=message), calls.latest)
    if isinstance(error, pytest.skip.Exception):
        return replace(result, verdict=Verdict.SKIPPED, message=str(error))
    message = f"{type(error).__name__}: {_first_line(error)}"
    return replace(result, verdict=Verdict.NOT_GRADED, message=message)


def _is_ours(error: BaseException) -> bool:
    """Return whether `error` is a fault of the grader, not of what was returned before."""
    if isinstance(error, ReferenceFailed):
        return False
    return isinstance(error, SandboxError | pytest.FixtureLookupError)


def _in_words(error: BaseException) -> str:
    """Return what a value of the submission has led to, in a line."""
    if isinstance(error, MemoryError):
        return "it makes the check use too much memory"
    if isinstance(error, BudgetExceeded):
        return "it makes the check compute without an end in sight"
    if isinstance(error, (*STUMBLES, GradusError, pytest.skip.Exception, pytest.fail.Exception)):
        return _first_line(error)
    return f"{type(error).__name__}: {_first_line(error)}"


def _ended(result: CheckResult, fault: SubmissionFault) -> CheckResult:
    """Return `result` for a check that a call of the submission has ended."""
    return replace(
        _about(result, RemoteCall(fault.method, fault.call)),
        verdict=fault.verdict,
        message=shown(fault.message, MAX_MESSAGE),
        fact=Fact(fault.raised if isinstance(fault, Crashed) else ""),
        frames=fault.frames,
        stalled=fault.stalled,
    )


def _failed(result: CheckResult, failure: CheckFailed, calls: CallLog) -> CheckResult:
    """Return `result` for a check that was not met."""
    return replace(
        _about(result, call_at_fault(failure, calls)),
        verdict=Verdict.FAILED,
        message=shown(failure.message, MAX_MESSAGE),
        details=tuple(shown(detail, MAX_FACT) for detail in failure.details),
        fact=Fact(*(shown(text, MAX_FACT) for text in astuple(failure.fact))),
    )


def call_at_fault(failure: CheckFailed, calls: CallLog) -> RemoteCall:
    """Return the call that shows the failure; none where no single one does."""
    return NO_CALL if isinstance(failure, MissedThreshold) else calls.behind(failure.about)


def _call_behind(error: BaseException, calls: CallLog) -> RemoteCall:
    """Return the call that a check was ended by."""
    if isinstance(error, SubmissionFault):
        return RemoteCall(error.method, error.call)
    return call_at_fault(error, calls) if isinstance(error, CheckFailed) else calls.latest


def _about(result: CheckResult, call: RemoteCall) -> CheckResult:
    return replace(result, method=shown(call.method, MAX_FACT), call=shown(call.text, MAX_FACT))


def _first_line(error: BaseException) -> str:
    lines = str(error).strip().splitlines()
    return shown(lines[0], MAX_FACT) if lines else type(error).__name__


def result_in(report: pytest.TestReport) -> CheckResult | None:
    """Return the result of a check that `report` tells of; None where it is of a teardown."""
    if report.when == "teardown":
        return None
    results = (value for name, value in report.user_properties if name == RESULT)
    return next((value for value in results if isinstance(value, CheckResult)), None)


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
    parameters = item.name.removeprefix(name)
    return f"{title} {parameters}" if parameters else title


def _marked(item: pytest.Item, name: str) -> str:
    """Return the argument of the marker `name` as text; empty without such a marker."""
    marker = item.get_closest_marker(name)
    return str(marker.args[0]) if marker is not None and marker.args else ""


def _hint(item: pytest.Item) -> str:
    """Return the hint of a check: its own, or the first sentence of the text that it tests."""
    if own := _marked(item, "hint"):
        return own
    sentence = " ".join(_marked(item, "promise").split())
    return f'The text says: "{sentence}"' if sentence else ""


def is_hidden(item: pytest.Item) -> bool:
    """Return whether a check is one of the instructor's."""
    return item.get_closest_marker("hidden") is not None or item.path.stem.endswith("_hidden")
