"""Which method a failed check found wrong first, and what of it.

Where forward is wrong, the gradients after it are wrong too, and a check may look at these alone.
The answers beside the right ones tell which method gave the first wrong one.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace

import numpy as np

from autograder.checks.equality import worst_fact
from autograder.diagnosis.evidence import Pair
from autograder.isolation.host.output import shown
from autograder.record.results import MAX_FACT, CheckResult, Fact


def wrong_methods(pairs: Iterable[Pair]) -> frozenset[str]:
    """Return the methods whose answers differ from the right ones in `pairs`."""
    return frozenset(pair.call.method for pair in pairs if pair.differs)


def located(check: CheckResult, pairs: Sequence[Pair], free: frozenset[str]) -> CheckResult:
    """Return `check` with the method that was wrong first, the call, and what is wrong of it.

    Args:
        check: one that failed, and found a method at fault.
        pairs: the submission's arrays beside the right ones, in the order of the calls.
        free: methods whose answers may differ, as draws of random numbers do: they differ in
            checks that passed, and no check has found them wrong.
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
    """What is wrong of an array: its shape, or its values with those that are furthest off."""
    actual, expected = pair.actual, pair.expected
    if actual.shape != expected.shape:
        return Fact(f"{pair.name}: shape", str(expected.shape), str(actual.shape))
    return worst_fact(f"{pair.name}: values", actual, expected, np.asarray(actual != expected))
