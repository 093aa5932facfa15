"""Whether a request is a recorded one: the same steps, and the same numbers but for rounding.

Checks compute some of their inputs, and another machine rounds differently. So numbers may differ
by `RTOL`. Generators count as equal: each attempt of a trained check builds its model with another.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import numpy as np

from autograder.isolation.wire import Handle

#: The largest difference of equal numbers, as a share of the largest number of an array.
RTOL = 1e-9


def same_request(live: Any, recorded: Any, objects: Mapping[int, int]) -> bool:
    """Return whether the plain value `live` is `recorded`.

    Args:
        objects: id of a live object -> id of the object in the recording.
    """
    if isinstance(live, Handle):
        return isinstance(recorded, Handle) and objects.get(live.id) == recorded.id
    if type(live) is not type(recorded):
        return False
    if isinstance(live, np.random.Generator):
        return True
    if isinstance(live, np.ndarray):
        return _same_array(live, recorded)
    if isinstance(live, list | tuple):
        pairs = zip(live, recorded, strict=False)
        return len(live) == len(recorded) and all(same_request(a, b, objects) for a, b in pairs)
    if isinstance(live, dict):
        return list(live) == list(recorded) and all(
            same_request(value, recorded[key], objects) for key, value in live.items()
        )
    if isinstance(live, float):
        return _same_array(np.asarray(live), np.asarray(recorded))
    return bool(live == recorded)


def _same_array(one: Any, other: Any) -> bool:
    if one.shape != other.shape or one.dtype != other.dtype:
        return False
    if one.dtype.kind not in "fc":
        return bool(np.array_equal(one, other))
    sizes = np.abs(other[np.isfinite(other)])
    allowed = RTOL * float(sizes.max(initial=0.0))
    return bool(np.allclose(one, other, rtol=0.0, atol=allowed, equal_nan=True))


def handles_in(value: Any) -> Iterator[Handle]:
    """Yield the handles in a plain value."""
    if isinstance(value, Handle):
        yield value
    elif isinstance(value, dict):
        for item in value.values():
            yield from handles_in(item)
    elif isinstance(value, list | tuple):
        for item in value:
            yield from handles_in(item)
