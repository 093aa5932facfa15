"""The kinds of runs: those of gradus and those of plugins."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from framework.errors import ConflictError, UnknownNameError
from framework.importing import load_target
from framework.providers.registry import Implementation, Registry
from framework.training.options import (
    CountOptions,
    LanguageModelOptions,
    TaggerOptions,
    TextClassifierOptions,
    TrainingOptions,
)

if TYPE_CHECKING:
    from framework.training.task import TrainingTask

_TASKS = "framework.training.tasks"


@dataclass(frozen=True)
class RunKind:
    """A kind of run of gradus: what its command and its help need, without the task itself.

    Attributes:
        name: the value of ``run`` in a table ``[train]``.
        target: ``module:Class`` of its task.
        options: the class of its options.
        help: the text of ``gradus train NAME --help``.
    """

    name: str
    target: str
    options: type[TrainingOptions]
    help: str


#: Name -> kind of run.
BUILT_IN = {
    "language_model": RunKind(
        "language_model",
        f"{_TASKS}.language_model:LanguageModelTask",
        LanguageModelOptions,
        """Train a language model and save a checkpoint after every epoch.""",
    ),
    "counts": RunKind(
        "counts",
        f"{_TASKS}.counts:CountTask",
        CountOptions,
        """Count the n-grams of a text, and save the model.

        The text is read once, so there are no epochs and no options of gradient steps. The loss
        that is shown is that of the counted text. `--set` gives arguments of a model, such as
        delta=0.01 of add_delta.""",
    ),
    "tagger": RunKind(
        "tagger",
        f"{_TASKS}.tagger:TaggerTask",
        TaggerOptions,
        """Train a tagger, and test its best epoch: F1 of entities, or accuracy of parts of speech.

        The best epoch is that with the highest score on held-out sentences. It is saved and tested.
        Words that do not occur in training have an accuracy of their own. The best possible scores
        of the generated corpora are known.""",
    ),
    "text_classifier": RunKind(
        "text_classifier",
        f"{_TASKS}.text_classifier:TextClassifierTask",
        TextClassifierOptions,
        """Train a text classifier, and test its best epoch.

        The best epoch is that with the highest accuracy on held-out texts: a part of the corpus, or
        a tenth of its training texts. It is saved and tested.""",
    ),
}


def task_class(kind: str, registry: Registry | None = None) -> type[TrainingTask]:
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
        found: type[TrainingTask] = load_target(BUILT_IN[kind].target)
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
