"""Layers of a network that are left out."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import partial
from typing import Any

from autograder.diagnosis.behaviour_changes.change import BACKWARD, FORWARD, Change, PendingCall


def other_children(names: Sequence[str]) -> Iterator[Change]:
    """Changes of the layers that a network calls.

    Args:
        names: the attributes that hold them.
    """
    for method in (FORWARD, BACKWARD):
        for name in names:
            said = f"Your {method} leaves out {name}."
            yield Change("missing-layer", said, partial(_left_out, name, method), (method,))


def _left_out(name: str, method: str, pending: PendingCall) -> Any:
    """The layer is called as ever, but what comes in goes on."""
    child = getattr(pending.owner, name)
    function = getattr(child, method)

    def passes(value: Any, *others: Any) -> Any:
        function(value, *others)
        return value

    setattr(child, method, passes)
    try:
        return pending.run()
    finally:
        delattr(child, method)
