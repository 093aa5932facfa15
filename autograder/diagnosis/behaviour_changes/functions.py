"""Functions of NumPy that are left out, or taken for another one."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Iterator
from functools import partial
from typing import Any

import numpy as np

from autograder.diagnosis.behaviour_changes.change import STEP, Change, PendingCall, public_methods


def _same(x: Any, *others: Any, **options: Any) -> Any:
    return x


def _sigmoid(x: Any) -> Any:
    return 1 / (1 + np.exp(-x))


#: Function -> what is said -> what stands in its place.
OTHERS: dict[str, dict[str, Callable[..., Any]]] = {
    "tanh": {"leaves out tanh": _same, "uses the sigmoid where tanh belongs": _sigmoid},
    "sqrt": {"leaves out the root": _same},
    "square": {"leaves out the square": _same},
    "sum": {"takes a mean for a sum": np.mean},
    "mean": {"takes a sum for a mean": np.sum},
    "sign": {"leaves out the sign": _same},
    "maximum": {"leaves out the maximum": _same},
    "exp": {"leaves out exp": _same},
    "log": {"leaves out the logarithm": _same},
    "abs": {"leaves out the absolute value": _same},
}


def other_functions(task: str, value: Any) -> Iterator[Change]:
    """Changes of the functions that a task calls, method by method."""
    if hasattr(value, STEP):
        for words, root in ROOTS.items():
            said = f"Your {STEP} adds epsilon {words} the root."
            yield Change("place-of-epsilon", said, partial(_with_root, root), (STEP,))
    for method in public_methods(value) if inspect.isclass(value) else ("",):
        for name, others in OTHERS.items():
            for words, other in others.items():
                said = f"Your {method or task} {words}."
                call = partial(_with_numpy, name, other)
                yield Change("another-function", said, call, (method,) if method else ())


#: Where epsilon is added -> the root that does so, whatever the method itself does.
ROOTS: dict[str, Callable[[Any, float], Any]] = {
    "outside": lambda c, epsilon: np.sqrt(c - epsilon) + epsilon,
    "inside": lambda c, epsilon: np.sqrt(c + epsilon) - epsilon,
}


def _with_root(root: Callable[[Any, float], Any], pending: PendingCall) -> Any:
    epsilon = getattr(pending.owner, "epsilon", 0.0)
    return _with_numpy("sqrt", lambda c: root(c, epsilon), pending)


class _Numpy:
    """NumPy with another function in place of one of its own."""

    def __init__(self, name: str, other: Callable[..., Any]) -> None:
        self.__dict__[name] = other

    def __getattr__(self, name: str) -> Any:
        return getattr(np, name)


def _with_numpy(name: str, other: Callable[..., Any], pending: PendingCall) -> Any:
    before = pending.namespace.get("np")
    pending.namespace["np"] = _Numpy(name, other)
    try:
        return pending.run()
    finally:
        pending.namespace["np"] = before
