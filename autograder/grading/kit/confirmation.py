"""Trained checks of a student kit, whose models no reference has confirmed.

The full course confirms what a model has learned: the reference gets its parameters and must score
nearly as well. A recording cannot answer for parameters that it has not seen. In a kit such a check
counts as passed where all other public checks of its task pass, as these compare the model with
the reference. Otherwise only the course's grader can tell.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace

from autograder.record.results import CheckResult, ExerciseResult
from autograder.verdicts import Verdict

_FINE = (Verdict.PASSED, Verdict.SKIPPED)
UNCONFIRMED = (
    "it trains well, but other checks of this task do not pass: in a kit, only they show whether "
    "the model is the right one. Correct them first, or ask the course's grader"
)


def unconfirmed_notes(results: Iterable[ExerciseResult]) -> Iterator[str]:
    """Yield a note on the passed checks whose trained models nothing has confirmed."""
    checks = [check for result in results for check in result.checks if check.unconfirmed]
    passed = [check for check in checks if check.verdict is Verdict.PASSED]
    if passed:
        names = ", ".join(check.id.partition("::")[2] for check in passed)
        yield (
            f"passed without the comparison of what the model has learned with the reference: "
            f"{names}. A kit cannot make it; the course's grader does"
        )


def confirmed(checks: Sequence[CheckResult]) -> list[CheckResult]:
    """Return `checks`, where those that nothing confirms need the course's grader."""
    failing = {check.task for check in checks if not check.hidden and check.verdict not in _FINE}
    return [
        replace(check, verdict=Verdict.NEEDS_GRADER, message=UNCONFIRMED)
        if check.unconfirmed and check.verdict is Verdict.PASSED and check.task in failing
        else check
        for check in checks
    ]
