"""Parts by name, and the parts of a model: networks are built from the current provider's layers.

A language model asks for ``part("rnn")``, not for a module: under the NumPy reference it gets
``rnn@numpy``, in a student's sandbox ``rnn@student``, and in ``gradus train --provider student``
the student's RNN where it is written and the reference's where it is not. Plain Python and
notebooks get the same as the last one: see `framework.providers.default_parts`.

A part may also be described, where several layers are to take the place of one: see
`framework.models.deep_cells`. No model has to know.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager
from contextvars import ContextVar
from functools import partial
from importlib import import_module
from typing import Any

from framework.arrays import set_in_block
from framework.models.deep_cells import DeepCell

PartSource = Callable[[Any], Any]


def _default_part(name: str) -> Any:
    """Return the part that plain Python gets. Its module lies in a layer above: hence a string."""
    return import_module("framework.providers.default_parts").default_part(name)


_source: ContextVar[PartSource | None] = ContextVar("part_source", default=None)
_process_source: PartSource = _default_part


def part(name: str | Mapping[str, Any]) -> Any:
    """Return the class registered as `name` by the providers in force.

    Args:
        name: or the description of a stack, ``{"layer": NAME, "layers": 2}``: then the result
            builds a `framework.models.deep_cells.DeepCell` in place of a layer NAME. Its arguments
            are the other entries.
            Another description goes to the provider, as a name does.
    """
    if not isinstance(name, str) and "layer" in name:
        return DeepCell(part, **name)
    source = _source.get() or _process_source
    return source(name)


#: Within ``with parts_from(source):``, `part(name)` is ``source(name)``.
parts_from: Callable[[PartSource], AbstractContextManager[None]] = partial(set_in_block, _source)


def use_parts_from(source: PartSource) -> None:
    """From now on, `part(name)` is ``source(name)`` in every thread outside of `parts_from`."""
    global _process_source  # noqa: PLW0603 - one per process, as its name says
    _process_source = source


def parts_of(model: Any, name: str = "") -> Iterator[tuple[str, Any]]:
    """Yield `model` and its parts with their names, as ``block_1.attention``.

    Args:
        model: its parts may come from other providers.
        name: of the model; that of the whole is empty.
    """
    yield name, model
    for child, child_model in getattr(model, "_children", {}).items():
        yield from parts_of(child_model, f"{name}.{child}".lstrip("."))
