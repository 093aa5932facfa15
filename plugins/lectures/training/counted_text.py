"""A text for word vectors: its frequent words and their counts."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from framework.data.text_lines import Sentences
from framework.data.vocabulary import SPECIAL, Ids, Vocabulary
from framework.errors import BadInputError


@dataclass(frozen=True)
class CountedText:
    """The frequent words of a text, in order.

    Attributes:
        name: its name for the user.
        vocabulary: the special words, then the words by decreasing frequency.
        ids: the text without rare words `(M,)`.
        sentences: the number of the sentence of each word `(M,)`; no context goes beyond one.
        counts: the count of each word of the vocabulary `(V,)`.
        total: the number of words before rare ones were left out.
    """

    name: str
    vocabulary: Vocabulary
    ids: Ids
    sentences: Ids
    counts: Ids
    total: int


def count_text(name: str, sentences: Sentences, *, minimum_count: int) -> CountedText:
    """Remove rare words, then count the others.

    As in word2vec, rare words are removed before windows are made, so the words next to them become
    neighbours. Every ``<unk>`` of the text is removed too.

    Args:
        name: the name of the text.
        sentences: its words.
        minimum_count: words with a lower count are left out.

    Raises:
        BadInputError: no two words of any sentence are left, so that there is no context.
    """
    vocabulary = Vocabulary.from_texts(sentences, minimum_count=minimum_count)
    texts = [vocabulary.encode(sentence) for sentence in sentences]
    texts = [ids[ids >= len(SPECIAL)] for ids in texts]
    if max(map(len, texts)) < 2:
        raise BadInputError(
            f"no line of {name} has two words that occur {minimum_count} times or more: "
            "give more text, or a smaller `--min-count`"
        )
    ids = np.concatenate(texts)
    counts = np.bincount(ids, minlength=len(vocabulary))
    return CountedText(name, vocabulary, ids, _numbers(texts), counts, sum(map(len, sentences)))


def _numbers(texts: Sequence[Ids]) -> Ids:
    return np.repeat(np.arange(len(texts)), [len(text) for text in texts])
