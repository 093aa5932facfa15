"""The first two rules: the verdict follows from how a check ended; its message explains that."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import astuple, replace

import pytest

from autograder.checks.equality import CheckFailed, MissedThreshold
from autograder.checks.host_limits import BudgetExceeded
from autograder.checks.separate_instances import SharedState
from autograder.judging.decision import decided
from autograder.results.report import MAX_FACT, MAX_MESSAGE, CheckResult, Fact
from autograder.sandbox.session.calls import NO_CALL, CallLog, RemoteCall
from autograder.sandbox.session.faults import (
    Crashed,
    NotDefined,
    NotRecorded,
    ReferenceFailed,
    SubmissionFault,
)
from autograder.sandbox.session.process import shown
from autograder.verdicts import Verdict
from framework.errors import GradusError, SandboxError

#: The message of a check that a kit cannot decide.
NEEDS_GRADER = (
    "the kit has no recorded answer for this call. If this stays so when the other checks pass, "
    "the course's grader decides"
)
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
#: The ends of facts about the form of a value.
_FORMS = (": shape", ": dtype", ": type")
#: The words of a hint about the form of a value.
_ABOUT_FORMS = re.compile(r"shape|ax[ei]s|dtype|float|keepdims|array|return|tuple|list|None|\(N")
#: Functions whose use is the whole advice of a hint, and the words about the fault without them.
_REMEDIES = {"np.add.at": re.compile(r"np\.add\.at|ids\] \+=")}
_CLAUSES = re.compile(r";\s+|(?<=\.)\s+(?=[A-Z`])")
_MENTIONS_NONE = re.compile(r"\bNone(Type)?\b|should return")


def ended(check: CheckResult, error: BaseException | None, calls: CallLog) -> CheckResult:
    """Return `check` with the verdict that follows from `error`, which ended it.

    Once a value of the submission has entered a check, all that goes wrong there is a failed
    check; only a fault of the sandbox or of the check's own fixtures is not.
    """
    if error is None:
        return decided(check, "ending", Verdict.PASSED, "")
    call = call_behind(error, calls)
    about = {"method": shown(call.method, MAX_FACT), "call": shown(call.text, MAX_FACT)}
    if isinstance(error, SubmissionFault):
        return decided(
            check,
            "ending",
            error.verdict,
            shown(error.message, MAX_MESSAGE),
            **about,
            fact=Fact(error.raised if isinstance(error, Crashed) else ""),
            frames=error.frames,
            evidence=replace(check.evidence, stalled=error.stalled),
        )
    if isinstance(error, CheckFailed):
        return decided(
            check,
            "ending",
            Verdict.FAILED,
            shown(error.message, MAX_MESSAGE),
            **about,
            details=tuple(shown(detail, MAX_FACT) for detail in error.details),
            fact=Fact(*(shown(text, MAX_FACT) for text in astuple(error.fact))),
        )
    if isinstance(error, NotRecorded):
        return decided(check, "ending", Verdict.NEEDS_GRADER, NEEDS_GRADER)
    ours = SandboxError | pytest.FixtureLookupError  # a fault of the grader
    if calls.entered and (isinstance(error, ReferenceFailed) or not isinstance(error, ours)):
        message = f"the check cannot use what came back: {_in_words(error)}"
        return decided(check, "ending", Verdict.FAILED, message, **about)
    if isinstance(error, pytest.skip.Exception):
        return decided(check, "ending", Verdict.SKIPPED, str(error))
    message = f"{type(error).__name__}: {_first_line(error)}"
    return decided(check, "ending", Verdict.NOT_GRADED, message)


def call_behind(error: BaseException, calls: CallLog) -> RemoteCall:
    """Return the call that `error` is about; `NO_CALL` if it is about many."""
    if isinstance(error, SubmissionFault):
        return RemoteCall(error.method, error.call)
    if isinstance(error, MissedThreshold):
        return NO_CALL
    return calls.behind(error.about) if isinstance(error, CheckFailed) else calls.latest


def explained(
    check: CheckResult,
    error: BaseException | None,
    calls: CallLog,
    undefined: Callable[[], Mapping[str, str]],
    source: str = "",
) -> CheckResult:
    """Return `check`, ended by `error`, with a message and a hint that fit.

    `undefined` returns task -> why the submission does not define it: it is parsed for that.
    """
    if isinstance(error, SharedState):
        return replace(check, hint="")
    check = replace(check, hint=fitting_hint(check, source))
    if isinstance(error, NotDefined) and (reason := undefined().get(error.name)):
        return decided(check, "explanation", Verdict.FAILED, reason, hint="")
    if isinstance(error, SubmissionFault) and error.at_import:
        is_name_error = isinstance(error, Crashed) and error.raised == "NameError"
        reasons = undefined() if is_name_error else {}
        details = (why for name, why in reasons.items() if f"'{name}'" in error.message)
        return replace(check, hint="", details=tuple(details))
    returned_none = calls.returned_none(RemoteCall(check.method, check.call))
    if check.verdict is Verdict.FAILED and returned_none and _MENTIONS_NONE.search(check.message):
        question = f"{check.method or 'the call'} returned None: is a `return` missing?"
        return replace(check, details=(*check.details, question))
    return check


def fitting_hint(check: CheckResult, source: str) -> str:
    """Return the hint of a check as far as it fits its failure; empty if it does not.

    A hint is written before the answer is known. A hint about numbers does not fit a wrong shape,
    and an exception that the code raises explains itself.
    Advice to use a function does not fit a submission that uses it.
    """
    if check.verdict is Verdict.PASSED:
        return check.hint
    is_quoted = check.hint.startswith("The text says")
    is_of_form = check.verdict is Verdict.CRASHED or check.fact.what.endswith(_FORMS)
    if is_of_form and not is_quoted and not _ABOUT_FORMS.search(check.hint):
        return ""
    used = [about for name, about in _REMEDIES.items() if name in source]
    clauses = _CLAUSES.split(check.hint)
    kept = [clause for clause in clauses if not any(about.search(clause) for about in used)]
    if len(kept) == len(clauses):
        return check.hint
    hint = "; ".join(kept)
    return hint[:1].upper() + hint[1:]


def _in_words(error: BaseException) -> str:
    """Return what a value of the submission has led to, in one line."""
    if isinstance(error, MemoryError):
        return "it makes the check use too much memory"
    if isinstance(error, BudgetExceeded):
        return "it makes the check compute without an end in sight"
    if isinstance(error, (*STUMBLES, GradusError, pytest.skip.Exception, pytest.fail.Exception)):
        return _first_line(error)
    return f"{type(error).__name__}: {_first_line(error)}"


def _first_line(error: BaseException) -> str:
    lines = str(error).strip().splitlines()
    return shown(lines[0], MAX_FACT) if lines else type(error).__name__
