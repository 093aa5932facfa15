"""Changes of NumPy functions: missing, or replaced by another one."""

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


#: Function -> the description of the change -> the replacement.
OTHERS: dict[str, dict[str, Callable[..., Any]]] = {
    "tanh": {
        "does not apply tanh": _same,
        "uses sigmoid instead of tanh": _sigmoid,
        "uses ReLU instead of tanh": lambda x: np.maximum(x, 0),
    },
    "sqrt": {"does not take the square root": _same},
    "square": {"does not square the values": _same},
    "sum": {"uses mean instead of sum": np.mean},
    "mean": {"uses sum instead of mean": np.sum},
    "sign": {"does not apply sign": _same},
    "maximum": {
        "does not apply maximum": _same,
        "uses tanh instead of a maximum": lambda x, *others, **options: np.tanh(x),
    },
    "exp": {"does not apply exp": _same},
    "log": {"does not take the logarithm": _same},
    "abs": {"does not take the absolute value": _same},
}


def other_functions(task: str, value: Any) -> Iterator[Change]:
    """Yield changes of the NumPy functions that a task calls, for each method."""
    if hasattr(value, STEP):
        for words, root in ROOTS.items():
            sentence = f"Your {STEP} adds epsilon {words} the square root."
            yield Change("place-of-epsilon", sentence, partial(_with_root, root), (STEP,))
    for method in public_methods(value) if inspect.isclass(value) else ("",):
        for name, others in OTHERS.items():
            for words, other in others.items():
                sentence = f"Your {method or task} {words}."
                call = partial(_with_numpy, name, other)
                yield Change("another-function", sentence, call, (method,) if method else ())


#: The place of epsilon -> a square root that moves it there.
ROOTS: dict[str, Callable[[Any, float], Any]] = {
    "outside": lambda c, epsilon: np.sqrt(c - epsilon) + epsilon,
    "inside": lambda c, epsilon: np.sqrt(c + epsilon) - epsilon,
}


def _with_root(root: Callable[[Any, float], Any], pending: PendingCall) -> Any:
    epsilon = getattr(pending.owner, "epsilon", 0.0)
    return _with_numpy("sqrt", lambda c: root(c, epsilon), pending)


class _Numpy:
    """NumPy with one function replaced."""

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
