"""Subject-verb agreement: how often a language model prefers the right form of a verb."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby

import numpy as np

from framework.data.vocabulary import EOS, UNK, Vocabulary
from framework.errors import BadInputError
from framework.interfaces import Array, Arrays, LanguageModel
from plugins.lectures.evaluation.agreement_items import AgreementItem

#: Batch size.
BATCH_SIZE = 64


@dataclass(frozen=True)
class AgreementScore:
    """The results by number of attractors.

    Attributes:
        right: attractors -> items in which the right form was more probable.
        items: attractors -> number of items.
        left_out: the number of items with a form that is not in the vocabulary.
        unknown_words: share of the words before the verbs that were read as ``<unk>``.
    """

    right: dict[int, int]
    items: dict[int, int]
    left_out: int
    unknown_words: float


def agreement_score(
    model: LanguageModel, items: Sequence[AgreementItem], vocabulary: Vocabulary, arrays: Arrays
) -> AgreementScore:
    """Compare the probabilities of both forms of each verb after the words before it.

    A sentence starts after the end of another one, as in training.

    Args:
        model: used only through `initial_state` and `next_log_probabilities`.
        items: the sentences.
        vocabulary: the words that the model knows.
        arrays: the model's own arrays.

    Raises:
        BadInputError: no item has both forms in the vocabulary.
    """
    asked = [item for item in items if item.right in vocabulary and item.wrong in vocabulary]
    if not asked:
        raise BadInputError("the vocabulary has both forms of the verb for none of the items")
    model.eval()
    counts: dict[int, list[bool]] = {}
    for batch in _batches(asked):
        for item, is_right in zip(batch, _judged(model, batch, vocabulary, arrays), strict=True):
            counts.setdefault(item.attractors, []).append(bool(is_right))
    words = vocabulary.encode(word for item in asked for word in item.prefix)
    return AgreementScore(
        {n: sum(counts[n]) for n in sorted(counts)},
        {n: len(counts[n]) for n in sorted(counts)},
        len(items) - len(asked),
        float(np.mean(words == UNK)) if len(words) else 0.0,
    )


def _batches(items: Sequence[AgreementItem]) -> Iterator[list[AgreementItem]]:
    """Yield batches of items of equal length."""

    def length(item: AgreementItem) -> int:
        return len(item.prefix)

    for _, group in groupby(sorted(items, key=length), length):
        same = list(group)
        for start in range(0, len(same), BATCH_SIZE):
            yield same[start : start + BATCH_SIZE]


def _judged(
    model: LanguageModel, batch: Sequence[AgreementItem], vocabulary: Vocabulary, arrays: Arrays
) -> Array:
    """Return whether the right form is more probable, `(N,)`."""
    prefixes = np.array([[EOS, *vocabulary.encode(item.prefix)] for item in batch])
    state = model.initial_state(len(batch))
    for tokens in prefixes.T:
        log_probabilities, state = model.next_log_probabilities(arrays.from_numpy(tokens), state)
    scores, rows = arrays.to_numpy(log_probabilities), np.arange(len(batch))
    right = vocabulary.encode(item.right for item in batch)
    wrong = vocabulary.encode(item.wrong for item in batch)
    judged: Array = scores[rows, right] > scores[rows, wrong]
    return judged
