"""Changes of networks: one layer is not used."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import partial
from typing import Any

from autograder.diagnosis.behaviour_changes.change import BACKWARD, FORWARD, Change, PendingCall


def other_children(names: Sequence[str]) -> Iterator[Change]:
    """Yield changes in which a network does not use one of its layers.

    Args:
        names: the attributes that hold them.
    """
    for method in (FORWARD, BACKWARD):
        for name in names:
            sentence = f"Your {method} does not use {name}."
            yield Change("missing-layer", sentence, partial(_left_out, name, method), (method,))


def _left_out(name: str, method: str, pending: PendingCall) -> Any:
    """Make the call with a layer that returns its input; the layer itself still runs."""
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
