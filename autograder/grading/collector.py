"""Turns pytest's outcomes into check results while the checks run."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from pathlib import Path
from typing import Any, Literal, cast

import pytest

from autograder.checks.failures import CheckFailed, MissedThreshold
from autograder.grading.pytest_plugin import FINDINGS, UNDER_TEST
from autograder.grading.under_test import ExerciseUnderTest
from autograder.isolation.host.calls import NO_CALL, CallLog, RemoteCall
from autograder.isolation.host.faults import Crashed, SubmissionFault
from autograder.isolation.host.output import shown
from autograder.record.findings.base import Finding
from autograder.record.findings.printed import PrintedText
from autograder.record.results import MAX_FACT, MAX_MESSAGE, CheckResult
from autograder.verdicts import Verdict
from framework.errors import GradusError

#: What a check may stumble over in a value of the wrong kind: the submission's doing.
STUMBLES = (
    TypeError,
    ValueError,
    LookupError,
    AttributeError,
    ArithmeticError,
    AssertionError,
    RecursionError,
)


class Collector:
    """A pytest plugin that holds the exercise under test and gathers what becomes of each check.

    Args:
        on_result: called with each result as it comes.
    """

    def __init__(
        self, under_test: ExerciseUnderTest, on_result: Callable[[CheckResult], None] | None = None
    ) -> None:
        self.results: list[CheckResult] = []
        self.errors: list[str] = []
        self._under_test = under_test
        self._on_result = on_result

    def pytest_configure(self, config: pytest.Config) -> None:
        """Hand the exercise to the fixtures."""
        config.stash[UNDER_TEST] = self._under_test

    def pytest_collectreport(self, report: pytest.CollectReport) -> None:
        """A test file that cannot be collected is a fault of ours."""
        if report.failed:
            self.errors.append(str(report.longrepr)[-2000:])

    @pytest.hookimpl(tryfirst=True)
    def pytest_runtest_makereport(
        self, item: pytest.Item, call: pytest.CallInfo[Any]
    ) -> pytest.TestReport:
        """Note the outcome of a check's body, or of a fixture that failed before it.

        Stands in for pytest's own, which spends more time on the text of a traceback that nobody
        is shown than most checks take.
        """
        if call.when == "call" or (call.when == "setup" and call.excinfo is not None):
            self._note(item, call)
        outcome: Literal["passed", "failed"] = "failed" if call.excinfo else "passed"
        when = cast(Literal["setup", "call", "teardown"], call.when)
        return pytest.TestReport(item.nodeid, item.location, {}, outcome, None, when)

    def _note(self, item: pytest.Item, call: pytest.CallInfo[Any]) -> None:
        error = call.excinfo.value if call.excinfo is not None else None
        facts = _facts(error, self._under_test.session.calls)
        result = CheckResult(
            id=item.nodeid.rpartition("/")[2],
            title=title_of(item),
            task=_marked(item, "task", ""),
            hidden=_is_hidden(item),
            points=float(_marked(item, "points", 0)),
            hint=_marked(item, "hint", ""),
            findings=self._findings(item),
            seconds=call.duration,
            **facts,
        )
        self.results.append(result)
        if self._under_test.session.transcript is not None:
            self._under_test.transcripts[result.id] = self._under_test.session.transcript
        if self._on_result is not None:
            self._on_result(result)

    def _findings(self, item: pytest.Item) -> tuple[Finding, ...]:
        """What the check has shown, and what the submission printed meanwhile."""
        shown_findings = item.stash[FINDINGS].all if FINDINGS in item.stash else ()
        printed = self._under_test.session.printed()
        return (*shown_findings, *([PrintedText(printed)] if printed else []))


def _facts(error: BaseException | None, calls: CallLog) -> dict[str, Any]:
    """Verdict, message and what belongs to it."""
    if error is None:
        return {"verdict": Verdict.PASSED}
    if isinstance(error, SubmissionFault):
        return {
            "verdict": error.verdict,
            "message": shown(error.message, MAX_MESSAGE),
            "method": shown(error.method, MAX_FACT),
            "fact": error.raised if isinstance(error, Crashed) else "",
            "call": shown(error.call, MAX_FACT),
            "frames": error.frames,
        }
    if isinstance(error, CheckFailed):
        call = NO_CALL if isinstance(error, MissedThreshold) else calls.behind(error.about)
        return {
            "verdict": Verdict.FAILED,
            "message": shown(error.message, MAX_MESSAGE),
            "details": tuple(shown(detail, MAX_FACT) for detail in error.details),
            "fact": shown(error.fact, MAX_FACT),
            **_told(call),
        }
    if isinstance(error, pytest.skip.Exception):
        return {"verdict": Verdict.SKIPPED, "message": str(error)}
    if isinstance(error, STUMBLES) and not isinstance(error, GradusError):
        message = f"the check cannot use what came back: {_first_line(error)}"
        return {"verdict": Verdict.FAILED, "message": message, **_told(calls.latest)}
    return {"verdict": Verdict.FAULT, "message": f"{type(error).__name__}: {_first_line(error)}"}


def _told(call: RemoteCall) -> dict[str, str]:
    return {"method": shown(call.method, MAX_FACT), "call": shown(call.text, MAX_FACT)}


def _first_line(error: BaseException) -> str:
    lines = str(error).strip().splitlines()
    return shown(lines[0], MAX_FACT) if lines else type(error).__name__


def title_of(item: pytest.Item) -> str:
    """What a check asks for: the first line of its docstring, and its parameters."""
    text = inspect.getdoc(getattr(item, "function", None)) or item.name
    title = text.splitlines()[0].rstrip(".")
    callspec = getattr(item, "callspec", None)
    return f"{title} [{callspec.id}]" if callspec is not None else title


def _marked(item: pytest.Item, name: str, default: Any) -> Any:
    marker = item.get_closest_marker(name)
    return marker.args[0] if marker is not None and marker.args else default


def _is_hidden(item: pytest.Item) -> bool:
    return item.get_closest_marker("hidden") is not None or Path(item.path).stem.endswith("_hidden")
