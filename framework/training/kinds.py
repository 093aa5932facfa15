"""The kinds of runs: those of gradus and those of plugins."""

from __future__ import annotations

from framework.errors import ConflictError, UnknownNameError
from framework.importing import load_target
from framework.providers.registry import Implementation, Registry
from framework.training.task import Task

_TASKS = "framework.training.tasks"

#: Kind of run -> target of its task.
BUILT_IN = {
    "language_model": f"{_TASKS}.language_model:LanguageModelTask",
    "tagger": f"{_TASKS}.tagger:TaggerTask",
    "text_classifier": f"{_TASKS}.text_classifier:TextClassifierTask",
    "pairs": f"{_TASKS}.pairs:PairTask",
    "conditions": f"{_TASKS}.pairs:ConditionTask",
    "word_vectors": f"{_TASKS}.word_vectors:WordVectorTask",
}


def task_class(kind: str, registry: Registry | None = None) -> type[Task]:
    """Return the task of the kind of run `kind`.

    Args:
        kind: the value of ``run`` in a table ``[train]``, or the name in a plugin.
        registry: the implementations of plugins.

    Raises:
        UnknownNameError: there is no such kind.
        ConflictError: a plugin offers a kind that gradus has, or two plugins offer the same one.
    """
    offered = plugin_tasks(registry)
    if kind in BUILT_IN:
        found: type[Task] = load_target(BUILT_IN[kind])
    elif registry is not None and kind in offered:
        found = registry.load(offered[kind])
    else:
        raise UnknownNameError("kind of run", kind, {*BUILT_IN, *offered})
    return found


def plugin_tasks(registry: Registry | None) -> dict[str, Implementation]:
    """Return the kinds of runs that plugins offer.

    Raises:
        ConflictError: see `task_class`.
    """
    offered: dict[str, Implementation] = {}
    for entry in registry or ():
        if entry.kind == "task":
            taken = offered.get(entry.name)
            if entry.name in BUILT_IN or taken is not None:
                owner = taken.origin if taken else "gradus"
                raise ConflictError.between("kind of run", entry.name, owner, entry.origin)
            offered[entry.name] = entry
    return offered
