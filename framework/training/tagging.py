"""Classes of words from the windows around them, measured by the F1 of whole entities."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from framework.data.tagged import TaggedCorpus, TaggedSentence
from framework.data.vocabulary import Ids, Vocabulary
from framework.errors import BadInputError
from framework.evaluation.entity_scores import EntityScore, entity_scores, score_table, together
from framework.providers.backends import Backend
from framework.training.task import Part, Task

#: Sentence, m -> a window of 2m + 1 ids for each of its words.
Windows = Callable[[Ids, int], Ids]


@dataclass(frozen=True)
class TaggedPart(Part):
    """Tagged sentences to be measured on.

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
        """F1 of whole entities."""
        return together(self._scores(predicted)).f1

    def details(self, predicted: Ids) -> list[str]:
        """A table of precision, recall and F1 for each type."""
        return score_table(self._scores(predicted))

    def _scores(self, predicted: Ids) -> dict[str, EntityScore]:
        ends = np.cumsum([len(sentence.words) for sentence in self.sentences])[:-1]
        tags = [[self.classes[c] for c in part] for part in np.split(predicted, ends)]
        return entity_scores([sentence.tags for sentence in self.sentences], tags)


def backend_windows(backend: Backend) -> Windows:
    """The function ``windows`` of `backend`, from and to NumPy's arrays."""
    function, arrays = backend.function("windows"), backend.arrays

    def windows(ids: Ids, size: int) -> Ids:
        return arrays.to_numpy(function(arrays.from_numpy(ids), size))

    return windows


def tagging_task(corpus: TaggedCorpus, size: int, windows: Windows) -> Task:
    """Learn the tag of the word in the middle of each window.

    Args:
        corpus: the sentences.
        size: m, words to each side.
        windows: makes them.
    """
    places = {tag: place for place, tag in enumerate(corpus.tags)}
    labels = [places[tag] for sentence in corpus.train for tag in sentence.tags]
    parts = corpus.train, corpus.valid, corpus.test
    train, valid, test = (
        tagged_part(part, corpus.vocabulary, corpus.tags, size, windows) for part in parts
    )
    return Task(
        "tagger",
        corpus.name,
        _described(corpus),
        corpus.tags,
        corpus.vocabulary,
        train.inputs,
        np.array(labels, dtype=np.int64),
        valid,
        test if corpus.test else None,
        {} if corpus.best_f1 is None else {"best possible": corpus.best_f1},
    )


def tagged_part(
    sentences: Sequence[TaggedSentence],
    vocabulary: Vocabulary,
    classes: Sequence[str],
    size: int,
    windows: Windows,
) -> TaggedPart:
    """`sentences` as windows of `size` words to each side, in the words of `vocabulary`.

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
