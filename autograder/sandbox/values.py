"""Values that cross between grader and worker: trees of dicts, lists and tuples, and arrays.

The leaves of a tree are all values that are no dict, list or tuple. A path is a tuple
of dict keys and list indices, which lead from the whole value to a leaf.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

#: Dict keys and list indices.
Path = tuple[Any, ...]


def leaves(value: Any) -> Iterator[tuple[Path, Any]]:
    """Yield each leaf of `value` with its path, in order.

    >>> list(leaves({"W": 1.0, "states": (2.0, [3.0])}))
    [(('W',), 1.0), (('states', 0), 2.0), (('states', 1, 0), 3.0)]
    """
    if not isinstance(value, (dict, list, tuple)):
        yield (), value
        return
    for key, item in value.items() if isinstance(value, dict) else enumerate(value):
        for path, leaf in leaves(item):
            yield (key, *path), leaf


def map_leaves(function: Callable[[Any], Any], value: Any) -> Any:
    """Return `value` with ``function(leaf)`` in place of each leaf; the containers are new.

    >>> map_leaves(abs, {"W": -1.0, "states": (-2.0, [3.0])})
    {'W': 1.0, 'states': (2.0, [3.0])}
    """
    if isinstance(value, dict):
        return {key: map_leaves(function, item) for key, item in value.items()}
    if isinstance(value, (list, tuple)):
        items = [map_leaves(function, item) for item in value]
        return items if isinstance(value, list) else tuple(items)
    return function(value)


def zip_leaves(first: Any, second: Any, *, strict: bool = False) -> Iterator[tuple[Path, Any, Any]]:
    """Yield the pairs of leaves that have the same path in both values, with this path.

    A list and a tuple may stand for each other. Where a leaf stands opposite a container, the two
    are yielded as they are.

    Args:
        strict: also yield two containers as they are, if they differ in length or in keys. By
            default, items and keys that only one of them has are left out.

    >>> list(zip_leaves({"W": 1.0, "b": [2.0]}, {"W": 3.0, "b": 4.0}))
    [(('W',), 1.0, 3.0), (('b',), [2.0], 4.0)]
    """
    if isinstance(first, dict) and isinstance(second, dict):
        keys = [key for key in first if key in second]
        is_whole = len(keys) == len(first) == len(second)
    elif isinstance(first, (list, tuple)) and isinstance(second, (list, tuple)):
        keys = list(range(min(len(first), len(second))))
        is_whole = len(first) == len(second)
    else:
        yield (), first, second
        return
    if strict and not is_whole:
        yield (), first, second
        return
    for key in keys:
        for path, leaf, counterpart in zip_leaves(first[key], second[key], strict=strict):
            yield (key, *path), leaf, counterpart


def same_form(first: Any, second: Any) -> bool:
    """Return whether two values have equal containers, of the same types, around their leaves."""
    return bool(_form(first) == _form(second))


def _form(value: Any) -> Any:
    return map_leaves(lambda leaf: None, value)


def named_arrays(args: Sequence[Any], kwargs: Mapping[str, Any]) -> Iterator[tuple[str, Any]]:
    """Yield every array among the arguments, and one level inside them, with its name."""
    named = [(f"argument {i}", value) for i, value in enumerate(args, start=1)]
    named += [(f"argument {key}", value) for key, value in kwargs.items()]
    for where, value in named:
        if is_array(value):
            yield where, value
        elif type(value) is dict:
            yield from ((f"{where}['{k}']", v) for k, v in value.items() if is_array(v))
        elif type(value) in (list, tuple):
            yield from ((f"{where}[{i}]", v) for i, v in enumerate(value) if is_array(v))


def is_array(value: Any) -> bool:
    """Return whether `value` is an array, of whatever library."""
    return hasattr(value, "dtype") and hasattr(value, "shape")
