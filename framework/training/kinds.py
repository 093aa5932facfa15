"""The kinds of runs: those of gradus and those of plugins."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from framework.errors import ConflictError, UnknownNameError
from framework.importing import load_target
from framework.providers.registry import Implementation, Registry
from framework.training.options import (
    LanguageModelOptions,
    PairOptions,
    TaggerOptions,
    TextClassifierOptions,
    TrainingOptions,
    WordVectorOptions,
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
    "tagger": RunKind(
        "tagger",
        f"{_TASKS}.tagger:TaggerTask",
        TaggerOptions,
        """Train a tagger, and test its best epoch: F1 of entities, in total and by type.

        The best epoch is that with the highest F1 on held-out sentences. It is saved and tested.
        The best possible F1 of the generated corpus is known.""",
    ),
    "text_classifier": RunKind(
        "text_classifier",
        f"{_TASKS}.text_classifier:TextClassifierTask",
        TextClassifierOptions,
        """Train a text classifier, and test its best epoch.

        The best epoch is that with the highest accuracy on held-out texts: a part of the corpus, or
        a tenth of its training texts. It is saved and tested.""",
    ),
    "pairs": RunKind(
        "pairs",
        f"{_TASKS}.pairs:PairTask",
        PairOptions,
        """Train a model of sentences and their translations.

        After each epoch the perplexity of held-out translations is shown, and after training the
        share of test sentences whose translation is right in every word.""",
    ),
    "conditions": RunKind(
        "conditions",
        f"{_TASKS}.pairs:ConditionTask",
        PairOptions,
        """Train a conditional language model: a text about a bag of words.

        The condition of a text is the count of each word in the source sentence, without the order
        of its words. After each epoch the perplexity of held-out texts is shown.""",
    ),
    "word_vectors": RunKind(
        "word_vectors",
        f"{_TASKS}.word_vectors:WordVectorTask",
        WordVectorOptions,
        """Learn word vectors by the skip-gram with negative sampling, as word2vec.

        Each word learns to distinguish its context words from random words. Words in similar
        contexts get near vectors.

        Nothing is held out: the score that is shown, compared and looked at by a schedule is the
        mean loss of an epoch. With the optimizer sgd, a summed loss, no clipping and no weight
        decay, a step changes only the vectors of its words; any other choice updates all of them,
        and takes longer.

        A student's own negative_sampling is used one pair at a time: give it a small text.""",
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
