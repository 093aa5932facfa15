"""Classes of whole texts, measured by accuracy."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from framework.data.batching import pad
from framework.data.labelled import TextCorpus, Texts
from framework.data.vocabulary import Ids, Vocabulary
from framework.errors import BadInputError
from framework.training.task import Part, Task


@dataclass(frozen=True)
class TextPart(Part):
    """Texts to be measured on.

    Attributes:
        inputs: ids `(M, T)`, padded.
        labels: classes `(M,)`.
    """

    measure: ClassVar[str] = "accuracy"

    inputs: Ids
    labels: Ids

    def score(self, predicted: Ids) -> float:
        """The share of right classes."""
        return float(np.mean(predicted == self.labels))


def text_task(corpus: TextCorpus, *, minimum_count: int) -> Task:
    """Learn the labels of the texts of `corpus`, which has a held-out part.

    Args:
        corpus: see `framework.data.labelled.with_held_out`.
        minimum_count: words that the training part has less often become ``<unk>``.

    Raises:
        BadInputError: all texts to learn from have one label, or another part has a label that
            these have not.
    """
    if len(corpus.classes) < 2:
        raise BadInputError(
            f"all texts of {corpus.name} to learn from have the label '{corpus.classes[0]}': "
            "there is nothing to tell apart"
        )
    words = [text.words for text in corpus.train]
    vocabulary = Vocabulary.from_texts(words, minimum_count=minimum_count)
    parts = corpus.train, corpus.valid, corpus.test
    train, valid, test = (text_part(texts, vocabulary, corpus.classes) for texts in parts)
    return Task(
        "text_classifier",
        corpus.name,
        _described(corpus, vocabulary),
        corpus.classes,
        vocabulary,
        train.inputs,
        train.labels,
        valid,
        test if corpus.test else None,
        corpus.best,
        shorten=True,
    )


def text_part(texts: Texts, vocabulary: Vocabulary, classes: Sequence[str]) -> TextPart:
    """`texts` in the words of `vocabulary`.

    Raises:
        BadInputError: a text has a label that is none of `classes`.
    """
    places = {label: place for place, label in enumerate(classes)}
    for text in texts:
        if text.label not in places:
            raise BadInputError(
                f"the label '{text.label}' is unknown to the model: it learned {', '.join(classes)}"
            )
    ids = pad([vocabulary.encode(text.words) for text in texts])
    return TextPart(ids, np.array([places[text.label] for text in texts], dtype=np.int64))


def _described(corpus: TextCorpus, vocabulary: Vocabulary) -> str:
    test = f"{len(corpus.test):,} to test, " if corpus.test else ""
    return (
        f"{len(corpus.train):,} texts to learn from, {len(corpus.valid):,} held out, {test}"
        f"{len(corpus.classes)} classes, {len(vocabulary):,} words"
    )
