"""The kinds of runs, which plugins offer as implementations of the kind ``task``."""

from __future__ import annotations

from typing import TYPE_CHECKING

from framework.errors import ConflictError, UnknownNameError
from framework.providers.registry import Implementation, Registry

if TYPE_CHECKING:
    from framework.training.task import TrainingTask


def task_class(kind: str, registry: Registry) -> type[TrainingTask]:
    """Return the task of the kind of run `kind`.

    Args:
        kind: the value of ``run`` in a table ``[train]``, or the name in a plugin.
        registry: the implementations of plugins.

    Raises:
        UnknownNameError: there is no such kind.
        ConflictError: two plugins offer the same kind.
    """
    offered: dict[str, Implementation] = {}
    for entry in registry:
        if entry.kind == "task":
            if entry.name in offered:
                owner = offered[entry.name].origin
                raise ConflictError.between("kind of run", entry.name, owner, entry.origin)
            offered[entry.name] = entry
    if kind not in offered:
        raise UnknownNameError("kind of run", kind, offered)
    task: type[TrainingTask] = registry.load(offered[kind])
    return task
