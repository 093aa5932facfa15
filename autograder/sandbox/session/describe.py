"""Calls and values in the words of a report."""

from __future__ import annotations

import reprlib
from collections.abc import Mapping, Sequence, Sized
from functools import cache
from typing import Any

import numpy as np

from autograder.sandbox.session.callbacks import Callback
from autograder.sandbox.session.output import shown
from autograder.sandbox.session.remote import unwrap
from autograder.sandbox.session.requests import (
    Assign,
    Build,
    Call,
    Get,
    Hold,
    Observe,
    OverwriteResult,
    Step,
)
from autograder.sandbox.wire import Handle, Result

MAX_ITEMS = 6
MAX_DEPTH = 4
MAX_NAME = 100
MAX_TEXT = 300

_short = reprlib.Repr()
_short.maxstring = _short.maxother = 60
_short.maxlist = _short.maxtuple = 8


def value_text(value: Any) -> str:
    """Return a short description: arrays by dtype and shape, everything else abbreviated."""
    return shown(_text(value), MAX_TEXT)


def _text(value: Any, earlier: Sequence[str] = ()) -> str:
    value = unwrap(value)
    if isinstance(value, Result):
        return earlier[value.index]
    if isinstance(value, np.ndarray):
        return f"{_name_of(value.dtype)} {value.shape if value.ndim else value}"
    if isinstance(value, np.random.Generator):
        return "rng"
    if isinstance(value, Handle):
        return f"a {value.type_name[:MAX_NAME]}"
    if isinstance(value, Callback):
        return value.name
    if isinstance(value, dict):
        return _dict_text(value)
    if isinstance(value, (list, tuple)) and _holds_arrays(value):
        items = [_text(item, earlier) for item in value[:MAX_ITEMS]]
        inside = ", ".join(items) + _rest(value)
        return f"[{inside}]" if isinstance(value, list) else f"({inside})"
    return _short.repr(value)


@cache
def _name_of(dtype: np.dtype[Any]) -> str:
    """Return the name of `dtype`, which NumPy puts together anew each time."""
    return str(dtype)


def _holds_arrays(value: Any, depth: int = MAX_DEPTH) -> bool:
    """Return whether there is an array some way down, as in the states of several layers.

    NumPy would write out its numbers, which takes longer than most calls themselves.
    """
    if isinstance(value, (list, tuple)):
        return depth > 0 and any(_holds_arrays(item, depth - 1) for item in value[:MAX_ITEMS])
    return isinstance(value, np.ndarray | Result)


def _dict_text(value: dict[Any, Any]) -> str:
    some = list(value.items())[:MAX_ITEMS]
    items = [f"{str(key)[:MAX_NAME]}: {_text(item)}" for key, item in some]
    return "{" + ", ".join(items) + _rest(value) + "}"


def _rest(value: Sized) -> str:
    return ", ..." if len(value) > MAX_ITEMS else ""


def arguments_text(
    args: tuple[Any, ...], kwargs: Mapping[str, Any], earlier: Sequence[str] = ()
) -> str:
    """Arguments as they would stand between the parentheses of a call.

    Args:
        earlier: what stands for the results of earlier steps of the same request.
    """
    texts = [shown(_text(value, earlier), MAX_TEXT) for value in args]
    texts += [f"{key}={shown(_text(value, earlier), MAX_TEXT)}" for key, value in kwargs.items()]
    return ", ".join(texts)


def step_text(step: Step, owners: Mapping[int, str], earlier: list[str]) -> str:
    """Return the call that `step` makes.

    Args:
        owners: what the object behind each handle was built by.
        earlier: texts of the earlier steps of the same request.
    """
    if isinstance(step, Call):
        arguments = arguments_text(step.args, step.kwargs, earlier)
        return f"{_owner(step, owners, earlier)}{step.name}({arguments})"
    if isinstance(step, Build):
        return f"{step.name}({arguments_text(step.args, step.kwargs, earlier)})"
    if isinstance(step, Get):
        return f"{_owner(step, owners, earlier)}{step.name}"
    if isinstance(step, Assign):
        return f"setting {_owner(step, owners, earlier)}{step.name}"
    if isinstance(step, Observe | OverwriteResult):
        return earlier[step.of]
    if isinstance(step, Hold):
        return _text(step.value)
    return "importing the file"


def _owner(step: Call | Get | Assign, owners: Mapping[int, str], earlier: list[str]) -> str:
    if isinstance(step.owner, Handle):
        return owners.get(step.owner.id, step.owner.type_name) + "."
    if isinstance(step.owner, Result):
        return earlier[step.owner.index] + "."
    return ""
