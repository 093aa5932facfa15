"""Parts by name: how a network is built from whoever's layers are in force.

A language model asks for ``part("rnn")``, not for a module: under the NumPy reference it gets
``rnn@numpy``, in a student's sandbox ``rnn@student``, and in ``gradus train --backend student``
the student's RNN where it is written and the reference's where it is not.

A part may also be described, where several layers are to take the place of one: see
`framework.models.deep_cells`. No model has to know.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any

from framework.errors import InterfaceError
from framework.models.deep_cells import DeepCell

PartSource = Callable[[str], Any]

_source: ContextVar[PartSource | None] = ContextVar("part_source", default=None)


def part(name: str | Mapping[str, Any]) -> Any:
    """The class registered as `name` by the providers in force.

    Args:
        name: or the description of a stack, ``{"layer": NAME, "layers": 2, "dropout": 0.5}``: then
            the result builds a `framework.models.deep_cells.DeepCell` in place of a layer NAME.

    Raises:
        InterfaceError: no providers are in force (see `parts_from`).
    """
    if not isinstance(name, str):
        return DeepCell(part, **name)
    source = _source.get()
    if source is None:
        raise InterfaceError(f"nobody offers the part '{name}' here: enter `parts_from` first")
    return source(name)


@contextmanager
def parts_from(source: PartSource) -> Iterator[None]:
    """Within the block, `part(name)` is ``source(name)``."""
    token = _source.set(source)
    try:
        yield
    finally:
        _source.reset(token)
