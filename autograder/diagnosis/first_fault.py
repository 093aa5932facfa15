"""The method that was wrong first in a failed check.

If forward is wrong, later gradients are wrong too, and a check may compare only these. The
comparison of all answers with those of the solution shows which method was wrong first.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace

import numpy as np

from autograder.checks.equality import worst_fact
from autograder.diagnosis.evidence import Pair
from autograder.results.report import MAX_FACT, CheckResult, Fact
from autograder.sandbox.session.process import shown


def wrong_methods(pairs: Iterable[Pair]) -> frozenset[str]:
    """Return the methods whose answers differ from the right ones in `pairs`."""
    return frozenset(pair.call.method for pair in pairs if pair.differs)


def located(check: CheckResult, pairs: Sequence[Pair], free: frozenset[str]) -> CheckResult:
    """Return `check` with the method that was wrong first, its call and its wrong value.

    Args:
        check: a failed check that names a wrong method.
        pairs: the actual and expected arrays, in the order of the calls.
        free: methods whose answers may differ, such as random draws: they differ in passed checks,
            and no check has found them wrong.
    """
    wrong = (p for p in pairs if p.differs and p.call.method and p.call.method not in free)
    first = next(wrong, None)
    if first is None or first.is_unclear:
        return check
    fact = _fact(first)
    if first.call.method == check.method:
        return replace(check, fact=fact)
    difference = f"expected {fact.expected}, received {fact.received}"
    note = f"{first.call.method} is wrong before that: {fact.what}, {difference}"
    call = shown(first.call.text, MAX_FACT)
    details = (*check.details, note)
    return replace(check, method=first.call.method, call=call, fact=fact, details=details)


def _fact(pair: Pair) -> Fact:
    """Return what is wrong with an array: its shape, or the values with the largest deviation."""
    actual, expected = pair.actual, pair.expected
    if actual.shape != expected.shape:
        return Fact(f"{pair.name}: shape", str(expected.shape), str(actual.shape))
    return worst_fact(f"{pair.name}: values", actual, expected, np.asarray(actual != expected))
