"""The parts of a model, and the weights of those that attend."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from framework.interfaces import Array, Arrays


def parts_of(model: Any, name: str = "") -> Iterator[tuple[str, Any]]:
    """Yield `model` and its parts with their names, as ``block_1.attention``.

    Args:
        model: its parts may come from other providers.
        name: of the model; that of the whole is empty.
    """
    yield name, model
    for child, child_model in getattr(model, "_children", {}).items():
        yield from parts_of(child_model, f"{name}.{child}".lstrip("."))


def attention_weights(model: Any, arrays: Arrays) -> dict[str, Array]:
    """Return the weights of each part that attends, for the first text of the last `forward`.

    Args:
        model: a part attends if it has an attribute `weights` `(N, H, T, S)`; or `(N, T, S)`, for
            one head.
        arrays: of the backend.

    Returns: name of the part -> weights of each head, `(H, T, S)`.
    """
    of_parts = {}
    for name, part in parts_of(model):
        weights = getattr(part, "weights", None)
        if len(getattr(weights, "shape", ())) in (3, 4):
            of_text = arrays.to_numpy(weights)[0]
            of_parts[name] = of_text if of_text.ndim == 3 else of_text[None]
    return of_parts
