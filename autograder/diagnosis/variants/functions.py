"""Functions of NumPy that are left out, or taken for another one."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import partial
from typing import Any

import numpy as np

from autograder.diagnosis.variants.change import BACKWARD, FORWARD, STEP, Change, Situation


def _same(x: Any, *others: Any, **options: Any) -> Any:
    return x


def _sigmoid(x: Any) -> Any:
    return 1 / (1 + np.exp(-x))


#: Function -> what is said -> what stands in its place.
OTHERS: dict[str, dict[str, Callable[..., Any]]] = {
    "tanh": {"leaves out tanh": _same, "uses the sigmoid where tanh belongs": _sigmoid},
    "sqrt": {"leaves out the root": _same},
    "maximum": {"leaves out the maximum": _same},
    "exp": {"leaves out exp": _same},
    "log": {"leaves out the logarithm": _same},
    "abs": {"leaves out the absolute value": _same},
}


def other_functions(cls: type) -> Iterator[Change]:
    """Changes of the functions that the methods of `cls` call."""
    for words, root in ROOTS.items():
        said = f"Your {STEP} adds epsilon {words} the root."
        yield Change("place-of-epsilon", said, partial(_with_root, root), (STEP,))
    for method in (FORWARD, BACKWARD, STEP):
        if not hasattr(cls, method):
            continue
        for name, others in OTHERS.items():
            for words, other in others.items():
                call = partial(_with_numpy, name, other)
                yield Change("another-function", f"Your {method} {words}.", call, (method,))


#: Where epsilon is added -> the root that does so, whatever the method itself does.
ROOTS: dict[str, Callable[[Any, float], Any]] = {
    "outside": lambda c, epsilon: np.sqrt(c - epsilon) + epsilon,
    "inside": lambda c, epsilon: np.sqrt(c + epsilon) - epsilon,
}


def _with_root(root: Callable[[Any, float], Any], situation: Situation) -> Any:
    epsilon = getattr(situation.owner, "epsilon", 0.0)
    return _with_numpy("sqrt", lambda c: root(c, epsilon), situation)


class _Numpy:
    """NumPy with another function in place of one of its own."""

    def __init__(self, name: str, other: Callable[..., Any]) -> None:
        self.__dict__[name] = other

    def __getattr__(self, name: str) -> Any:
        return getattr(np, name)


def _with_numpy(name: str, other: Callable[..., Any], situation: Situation) -> Any:
    before = situation.namespace.get("np")
    situation.namespace["np"] = _Numpy(name, other)
    try:
        return situation.run()
    finally:
        situation.namespace["np"] = before
