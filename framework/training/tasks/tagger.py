"""Tasks of taggers: the tag of the middle word of a window, measured by F1 of entities."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any, ClassVar

import numpy as np

from framework.data.tagged import TaggedCorpus, TaggedSentence
from framework.data.vocabulary import Ids, Vocabulary
from framework.errors import BadInputError, UsageError
from framework.evaluation.entity_scores import EntityScore, entity_scores, score_table, together
from framework.providers.backends import Backend
from framework.training.checkpoints import Checkpoint
from framework.training.kinds import BUILT_IN
from framework.training.options import TaggerOptions
from framework.training.task import Evaluation, Request
from framework.training.tasks.classifier import ClassifierTask, Part, source_to_measure
from framework.training.tasks.sources import TagSource

#: Sentence, m -> a window of 2m + 1 ids for each of its words.
Windows = Callable[[Ids, int], Ids]


@dataclass(frozen=True)
class TaggedPart(Part):
    """Tagged sentences for the evaluation.

    Attributes:
        inputs: windows `(M, 2m + 1)` of all words, sentence after sentence.
        sentences: the sentences.
        classes: the tag behind each class.
    """

    measure: ClassVar[str] = "F1"

    inputs: Ids
    sentences: Sequence[TaggedSentence]
    classes: Sequence[str]

    def score(self, predicted: Ids) -> float:
        """Return the F1 of whole entities."""
        return together(self._scores(predicted)).f1

    def details(self, predicted: Ids) -> list[str]:
        """Return a table of precision, recall and F1 for each type."""
        return score_table(self._scores(predicted))

    def _scores(self, predicted: Ids) -> dict[str, EntityScore]:
        ends = np.cumsum([len(sentence.words) for sentence in self.sentences])[:-1]
        tags = [[self.classes[c] for c in part] for part in np.split(predicted, ends)]
        return entity_scores([sentence.tags for sentence in self.sentences], tags)


def backend_windows(backend: Backend) -> Windows:
    """Return the function ``windows`` of `backend`, from and to NumPy's arrays."""
    function, arrays = backend.function("windows"), backend.arrays

    def windows(ids: Ids, size: int) -> Ids:
        with backend.in_force():
            return arrays.to_numpy(function(arrays.from_numpy(ids), size))

    return windows


class TaggerTask(ClassifierTask):
    """Learn the tag of the word in the middle of each window."""

    kind: ClassVar[str] = "tagger"
    help: ClassVar[str] = BUILT_IN["tagger"].help
    options: ClassVar[type[TaggerOptions]] = TaggerOptions
    measure: ClassVar[str] = "F1"

    @classmethod
    def load(cls, options: TaggerOptions, request: Request) -> TaggerTask:
        """Return the sentences that `options` name, in windows of the size that the model reads."""
        size = window_size(cls.arguments(options, request))
        source = TagSource(options.corpus, None if options.data is None else str(options.data))
        corpus = source.load(request.corpora)
        return tagging_task(corpus, size, backend_windows(request.backend), asdict(source))

    @classmethod
    def part_to_measure(cls, saved: Checkpoint, asked: Evaluation) -> tuple[Part, str]:
        """Return the tagged sentences to measure on, and what to call them."""
        source = source_to_measure(saved, asked)
        sentences = TagSource(**source).load(asked.corpora).test
        part = tagged_part(
            sentences,
            saved.vocabulary,
            saved.training["classes"],
            int(saved.arguments["window"]),
            backend_windows(asked.backend),
        )
        return part, f"the test part of {source['corpus']}, {len(sentences):,} sentences"


def window_size(arguments: Mapping[str, object]) -> int:
    """Return the number of words on each side of the tagged word: the argument ``window``.

    Raises:
        UsageError: it is missing, or no whole number from 0 on.
    """
    size = arguments.get("window")
    if not isinstance(size, int) or size < 0:
        raise UsageError(
            f"a tagger needs the argument `window`, a number of words, but got {size}: "
            "`--set window=2`"
        )
    return size


def tagging_task(
    corpus: TaggedCorpus, size: int, windows: Windows, source: Mapping[str, Any] | None = None
) -> TaggerTask:
    """Learn the tag of the word in the middle of each window.

    Args:
        corpus: the sentences.
        size: m, words to each side.
        windows: makes them.
        source: see `ClassifierTask`.
    """
    places = {tag: place for place, tag in enumerate(corpus.tags)}
    labels = [places[tag] for sentence in corpus.train for tag in sentence.tags]
    parts = corpus.train, corpus.valid, corpus.test
    train, valid, test = (
        tagged_part(part, corpus.vocabulary, corpus.tags, size, windows) for part in parts
    )
    return TaggerTask(
        corpus=corpus.name,
        described=_described(corpus),
        classes=corpus.tags,
        vocabulary=corpus.vocabulary,
        inputs=train.inputs,
        labels=np.array(labels, dtype=np.int64),
        valid=valid,
        test=test if corpus.test else None,
        best={} if corpus.best_f1 is None else {"best possible": corpus.best_f1},
        source=source or {},
    )


def tagged_part(
    sentences: Sequence[TaggedSentence],
    vocabulary: Vocabulary,
    classes: Sequence[str],
    size: int,
    windows: Windows,
) -> TaggedPart:
    """Return `sentences` as windows of `size` words on each side, as ids of `vocabulary`.

    Raises:
        BadInputError: `windows` makes something else than one window per word.
    """
    width = 2 * size + 1
    found = [np.zeros((0, width), dtype=np.int64)]
    for sentence in sentences:
        made = windows(vocabulary.encode(sentence.words), size)
        if made.shape != (expected := (len(sentence.words), width)):
            raise BadInputError(
                f"windows of {expected[0]} words with {size} to each side should be {expected}, "
                f"but are {made.shape}: `grade window_classifier` says more"
            )
        found.append(made)
    return TaggedPart(np.concatenate(found), sentences, classes)


def _described(corpus: TaggedCorpus) -> str:
    test = f"{len(corpus.test):,} to test, " if corpus.test else ""
    return (
        f"{len(corpus.train):,} sentences to learn from, {len(corpus.valid):,} held out, {test}"
        f"{len(corpus.tags)} tags, {len(corpus.vocabulary):,} words"
    )
