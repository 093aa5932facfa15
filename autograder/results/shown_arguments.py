"""The small arrays among the arguments of a call, with their values."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import numpy as np

from autograder.course.source import parameter_names
from autograder.sandbox.session.calls import MAX_ITEMS, MAX_NAME, CallLog, RemoteCall
from autograder.sandbox.session.process import shown
from autograder.sandbox.wire import MAX_DEPTH

#: Maximum number of values of an array that is shown with its values; of a mask, more are.
MAX_VALUES, MAX_MASK = 12, 96
#: Maximum number of arrays that are shown, and of their values; masks alone are shown beyond it.
MAX_ARRAYS, MAX_TOGETHER = 6, 30


def shown_arguments(calls: CallLog, call: RemoteCall, source: str) -> tuple[str, ...]:
    """Return the small arrays that `call` was given, as ``x = float64 (2,) [0.5, 1.0]``.

    The text of the call itself names the dtype and the shape of every array. `source`, the text of
    the submission, names the parameters.
    """
    step = calls.given(call)
    if step is None:
        return ()
    named = named_arguments(step.args, step.kwargs, parameter_names(source, call.method))
    arrays = [
        (name, array) for given in named.items() for name, array in _arrays(*given, MAX_DEPTH)
    ]
    small = [(name, array) for name, array in arrays if array.ndim and _is_small(array)]
    small.sort(key=lambda item: item[1].dtype.kind != "b")  # a mask decides which values count
    if sum(array.size for _, array in small if array.dtype.kind != "b") > MAX_TOGETHER:
        small = [(name, array) for name, array in small if array.dtype.kind == "b"]
    return tuple(
        f"{shown(name, MAX_NAME)} = {array_text(array)}" for name, array in small[:MAX_ARRAYS]
    )


def _is_small(array: np.ndarray[Any, Any]) -> bool:
    return array.size <= (MAX_MASK if array.dtype.kind == "b" else MAX_VALUES)


def named_arguments(
    args: Sequence[Any], kwargs: Mapping[str, Any], names: Sequence[str]
) -> dict[str, Any]:
    """Return the arguments of a call by the names of its parameters, as far as they are known."""
    missing = (f"argument {number}" for number in range(len(names) + 1, len(args) + 1))
    return {**dict(zip((*names, *missing), args, strict=False)), **kwargs}


def array_text(array: np.ndarray[Any, Any]) -> str:
    """Return the dtype, the shape and the values of a small array, in one line; 1 for True."""
    if array.dtype.kind == "b" and array.size > MAX_VALUES:
        rows = array.astype(int).reshape(-1, array.shape[-1])
        return f"bool {array.shape} {' '.join(''.join(map(str, row)) for row in rows)}"
    values = np.array2string(array, precision=6, separator=", ", max_line_width=10_000)
    return f"{array.dtype} {array.shape} {' '.join(values.split())}"


def _arrays(name: str, value: Any, depth: int) -> Iterator[tuple[str, np.ndarray[Any, Any]]]:
    """Yield the arrays in `value`, each with the expression that names it."""
    if isinstance(value, np.ndarray):
        yield name, value
    elif isinstance(value, dict) and depth:
        for key, item in list(value.items())[:MAX_ITEMS]:
            yield from _arrays(f"{name}['{key}']", item, depth - 1)
    elif isinstance(value, list | tuple) and depth:
        for number, item in enumerate(value[:MAX_ITEMS]):
            yield from _arrays(f"{name}[{number}]", item, depth - 1)
