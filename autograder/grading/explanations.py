"""Says what is so where a check's own words mislead: broken imports, lost names, lost returns."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import replace

from autograder.isolation.host.calls import CallLog, RemoteCall
from autograder.isolation.host.faults import Crashed, NotDefined, SubmissionFault
from autograder.record.results import CheckResult
from autograder.verdicts import Verdict

_MENTIONS_NONE = re.compile(r"\bNone(Type)?\b|should return")


def explained(
    result: CheckResult,
    error: BaseException | None,
    calls: CallLog,
    undefined: Mapping[str, str],
) -> CheckResult:
    """Return `result` of a check that was ended by `error`, with what explains it.

    Args:
        undefined: task -> why the submission does not define it, if the reason is known.
    """
    if isinstance(error, NotDefined) and error.name in undefined:
        told = undefined[error.name]
        return replace(result, verdict=Verdict.FAILED, message=told, hint="")
    if isinstance(error, SubmissionFault) and error.at_import:
        return replace(result, hint="", details=tuple(_lost_names(error, undefined)))
    if result.verdict is Verdict.FAILED and _lost_return(result, calls):
        asked = f"{result.method or 'the call'} returned None: is a `return` missing?"
        return replace(result, details=(*result.details, asked))
    return result


def _lost_names(fault: SubmissionFault, undefined: Mapping[str, str]) -> list[str]:
    """Return why a name is not there that the import asks for."""
    if not isinstance(fault, Crashed) or fault.raised != "NameError":
        return []
    return [told for name, told in undefined.items() if f"'{name}'" in fault.message]


def _lost_return(result: CheckResult, calls: CallLog) -> bool:
    """Return whether the check misses a value, and the call at fault has returned None."""
    is_none = calls.returned_none(RemoteCall(result.method, result.call))
    return is_none and _MENTIONS_NONE.search(result.message) is not None
