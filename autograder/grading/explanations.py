"""Says what is so where a check's own words mislead: broken imports, lost names, lost returns.

A check's hint is written before the answer is known. It is left out where it cannot fit.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import replace

from autograder.isolation.host.calls import CallLog, RemoteCall
from autograder.isolation.host.faults import Crashed, NotDefined, SubmissionFault
from autograder.record.results import CheckResult
from autograder.verdicts import Verdict

#: The ends of facts about the form of a value.
_FORMS = (": shape", ": dtype", ": type")
#: The words of a hint about the form of a value.
_ABOUT_FORMS = re.compile(r"shape|ax[ei]s|dtype|float|keepdims|array|return|tuple|list|None|\(N")
#: Functions whose use is the whole advice of a hint, and the words about the fault without them.
_REMEDIES = {"np.add.at": re.compile(r"np\.add\.at|ids\] \+=")}
_CLAUSES = re.compile(r";\s+|(?<=\.)\s+(?=[A-Z`])")
_MENTIONS_NONE = re.compile(r"\bNone(Type)?\b|should return")


def explained(
    result: CheckResult,
    error: BaseException | None,
    calls: CallLog,
    undefined: Callable[[], Mapping[str, str]],
    source: str = "",
) -> CheckResult:
    """Return `result` of a check that was ended by `error`, with what explains it.

    Args:
        undefined: returns task -> why the submission does not define it, if the reason is known;
            the submission is parsed for that.
        source: the text of the submission.
    """
    result = replace(result, hint=fitting_hint(result, source))
    if isinstance(error, NotDefined) and (told := undefined().get(error.name)):
        return replace(result, verdict=Verdict.FAILED, message=told, hint="")
    if isinstance(error, SubmissionFault) and error.at_import:
        return replace(result, hint="", details=tuple(_lost_names(error, undefined)))
    if result.verdict is Verdict.FAILED and _lost_return(result, calls):
        asked = f"{result.method or 'the call'} returned None: is a `return` missing?"
        return replace(result, details=(*result.details, asked))
    return result


def fitting_hint(result: CheckResult, source: str) -> str:
    """Return the hint of a check as far as it fits; empty if it does not.

    A hint about numbers does not fit a wrong shape. Advice to use a function does not fit a
    submission that uses it. The hint of a check that has passed stays: it has no fault to fit.
    """
    if result.verdict is Verdict.PASSED:
        return result.hint
    is_quoted = result.hint.startswith("The text says")
    if result.fact.what.endswith(_FORMS) and not is_quoted and not _ABOUT_FORMS.search(result.hint):
        return ""
    used = [about for name, about in _REMEDIES.items() if name in source]
    clauses = _CLAUSES.split(result.hint)
    kept = [clause for clause in clauses if not any(about.search(clause) for about in used)]
    if len(kept) == len(clauses):
        return result.hint
    hint = "; ".join(kept)
    return hint[:1].upper() + hint[1:]


def _lost_names(fault: SubmissionFault, undefined: Callable[[], Mapping[str, str]]) -> list[str]:
    """Return why a name is not there that the import asks for."""
    if not isinstance(fault, Crashed) or fault.raised != "NameError":
        return []
    return [told for name, told in undefined().items() if f"'{name}'" in fault.message]


def _lost_return(result: CheckResult, calls: CallLog) -> bool:
    """Return whether the check misses a value, and the call at fault has returned None."""
    is_none = calls.returned_none(RemoteCall(result.method, result.call))
    return is_none and _MENTIONS_NONE.search(result.message) is not None
