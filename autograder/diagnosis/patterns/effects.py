"""Answers that are no answer: nothing, what was given, what was there before, no number."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from autograder.diagnosis.comparison import close
from autograder.diagnosis.evidence import Evidence, Pair


def _all(test: Callable[[Pair], bool], evidence: Evidence) -> bool:
    return bool(evidence.wrong) and all(map(test, evidence.wrong))


def changes_an_argument(evidence: Evidence) -> str | None:
    """All values are right, but an argument is not what it was."""
    written = {
        name
        for _, ours, right in evidence.effects
        for name in ours.changed
        if name not in right.changed
    }
    if evidence.wrong and all(map(_is_modified, evidence.wrong)):
        written = {pair.name for pair in evidence.wrong}
    elif evidence.wrong or not written:
        return None
    return f"Your {evidence.method} writes into {_listed(written)}, which belongs to its caller."


def _is_modified(pair: Pair) -> bool:
    """Whether it is an argument that should have stayed as it was."""
    return (
        pair.name.startswith("argument")
        and pair.before is not None
        and close(pair.expected, pair.before)
    )


def not_in_place(evidence: Evidence) -> str | None:
    """All values are right, but the arrays that should have changed did not."""
    left = {
        name
        for _, ours, right in evidence.effects
        for name in right.changed
        if name not in ours.changed
    }
    if evidence.wrong or not left:
        return None
    return f"Your {evidence.method} makes new arrays and leaves {_listed(left)} as it was."


def shares_memory(evidence: Evidence) -> str | None:
    """All values are right, but they are a view of an argument."""
    lent = {
        name
        for _, ours, right in evidence.effects
        for name in ours.aliased
        if name not in right.aliased
    }
    if evidence.wrong or not lent:
        return None
    return f"What your {evidence.method} returns is {_listed(lent)} itself, or a view of it."


def new_array(evidence: Evidence) -> str | None:
    """The dict of gradients that somebody held on to did not see what was added."""
    if evidence.method != "copy" or not _all(lambda p: not p.actual.any(), evidence):
        return None
    return "Your backward puts new arrays into gradients instead of adding to those that are there."


def not_finite(evidence: Evidence) -> str | None:
    """Infinity or NaN; all other entries are right."""

    def broken(pair: Pair) -> bool:
        if pair.actual.shape != pair.expected.shape or pair.actual.dtype.kind != "f":
            return False
        bad = ~np.isfinite(pair.actual) & np.isfinite(pair.expected)
        return bool(bad.any()) and close(pair.actual[~bad], pair.expected[~bad])

    if not _all(broken, evidence):
        return None
    return (
        f"Your {evidence.method} overflows, or divides by 0: "
        "infinity or NaN comes out where the result is an ordinary number."
    )


def nothing(evidence: Evidence) -> str | None:
    """Zero where it should not be."""
    if not _all(lambda p: not p.actual.any() and p.actual.shape == p.expected.shape, evidence):
        return None
    return f"{evidence.subject} zero, and should not be."


def unmoved(evidence: Evidence) -> str | None:
    """An argument that should have been changed is as it was."""
    if not _all(lambda p: p.before is not None and close(p.actual, p.before), evidence):
        return None
    if not all(pair.name.startswith("argument") for pair in evidence.wrong):
        return f"Your {evidence.method} adds nothing to {evidence.names}."
    return f"Your {evidence.method} leaves {evidence.names} as it was."


def what_was_given(evidence: Evidence) -> str | None:
    """One of the arguments is returned."""

    def given(pair: Pair) -> bool:
        return pair.before is None and any(close(pair.actual, array) for array in pair.inputs)

    if not _all(given, evidence):
        return None
    return f"{evidence.subject} just what {evidence.method} was given."


def overwritten(evidence: Evidence) -> str | None:
    """Gradients that should have been added to are replaced."""

    def replaced(pair: Pair) -> bool:
        if pair.before is None or pair.before.shape != pair.actual.shape or not pair.before.any():
            return False
        return close(pair.actual, pair.expected - pair.before)

    if evidence.method != "backward" or not _all(replaced, evidence):
        return None
    return f"Your backward overwrites {evidence.names}: it must add to what is there."


def _listed(names: set[str]) -> str:
    return " and ".join(sorted(names))


EFFECTS = {
    "new-array": new_array,
    "changes-an-argument": changes_an_argument,
    "not-in-place": not_in_place,
    "lends-memory": shares_memory,
    "overwritten": overwritten,
    "zero": nothing,
    "unmoved": unmoved,
    "given-back": what_was_given,
    "not-finite": not_finite,
}
