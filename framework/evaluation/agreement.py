"""How often a language model prefers the form of a verb that agrees with its subject."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby

import numpy as np

from framework.data.vocabulary import EOS, UNK, Vocabulary
from framework.errors import BadInputError
from framework.evaluation.agreement_items import AgreementItem
from framework.interfaces import Array, Arrays, LanguageModel

#: Sentences read side by side.
BATCH_SIZE = 64


@dataclass(frozen=True)
class AgreementScore:
    """What came out, by number of attractors.

    Attributes:
        right: attractors -> items in which the right form was more probable.
        items: attractors -> items that were asked.
        left_out: items with a form that is not in the vocabulary: there is nothing to compare.
        unknown_words: share of the words before the verbs that were read as ``<unk>``.
    """

    right: dict[int, int]
    items: dict[int, int]
    left_out: int
    unknown_words: float


def agreement_score(
    model: LanguageModel, items: Sequence[AgreementItem], vocabulary: Vocabulary, arrays: Arrays
) -> AgreementScore:
    """Ask `model` for both forms of each verb after the words before it.

    A sentence starts after the end of another one, as in training.

    Args:
        model: asked through `initial_state` and `next_log_probabilities` alone.
        items: the sentences.
        vocabulary: the words that the model knows.
        arrays: the model's own arrays.

    Raises:
        BadInputError: of no item both forms are in the vocabulary.
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
    """All of one length, so that none has to wait for another one's end."""

    def length(item: AgreementItem) -> int:
        return len(item.prefix)

    for _, group in groupby(sorted(items, key=length), length):
        same = list(group)
        for start in range(0, len(same), BATCH_SIZE):
            yield same[start : start + BATCH_SIZE]


def _judged(
    model: LanguageModel, batch: Sequence[AgreementItem], vocabulary: Vocabulary, arrays: Arrays
) -> Array:
    """Whether the right form is the more probable one, `(N,)`."""
    prefixes = np.array([[EOS, *vocabulary.encode(item.prefix)] for item in batch])
    state = model.initial_state(len(batch))
    for tokens in prefixes.T:
        log_probabilities, state = model.next_log_probabilities(arrays.from_numpy(tokens), state)
    found, rows = arrays.to_numpy(log_probabilities), np.arange(len(batch))
    right = vocabulary.encode(item.right for item in batch)
    wrong = vocabulary.encode(item.wrong for item in batch)
    judged: Array = found[rows, right] > found[rows, wrong]
    return judged
