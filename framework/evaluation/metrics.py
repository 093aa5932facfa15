"""Metrics of a model, computed from its predictions."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from framework.data.batching import streams
from framework.data.vocabulary import Ids
from framework.errors import BadInputError
from framework.evaluation.entity_scores import entity_scores, together
from framework.interfaces import Array, Arrays, LanguageModel, read_text

#: Tokens of each text that a language model reads in one call.
TOGETHER = 16


def perplexity(log_probabilities: Array) -> float:
    """Return exp of the mean cross-entropy, the inverse geometric mean of the probabilities.

        exp(−1/T Σ_t log p_t)

    Args:
        log_probabilities: natural log of the probability given to each token that came, `(T,)`
            or any other shape.

    Raises:
        BadInputError: there is none.

    Source: lecture 6, evaluating language models.
    """
    if log_probabilities.size == 0:
        raise BadInputError("the perplexity of an empty text is not defined")
    # An overflow is correct: an impossible token has infinite perplexity.
    with np.errstate(over="ignore"):
        return float(np.exp(-np.mean(log_probabilities, dtype=np.float64)))


def accuracy(logits: Array, labels: Array) -> float:
    """Return the share of rows of `logits: (N, C)` whose maximum is at the label in `labels: (N,)`.

    Raises:
        BadInputError: there is no row, or the shapes do not fit.
    """
    if logits.ndim != 2 or logits.shape[:1] != labels.shape or not len(labels):
        raise BadInputError(
            f"accuracy needs logits (N, C) and labels (N,), received {logits.shape} and "
            f"{labels.shape}"
        )
    return float(np.mean(np.argmax(logits, axis=-1) == labels))


def entity_f1(true: Sequence[Sequence[str]], predicted: Sequence[Sequence[str]]) -> float:
    """Return the F1 of whole entities, see `framework.evaluation.entity_scores`.

    Args:
        true: the tags of each sentence, see `framework.data.tags`.
        predicted: the predicted tags, in the same form.

    Returns: 0 to 1; 1 without true and predicted entities.

    Raises:
        BadInputError: there are not as many tags as words, or a tag is none.
    """
    return together(entity_scores(true, predicted)).f1


def language_model_perplexity(
    model: LanguageModel, ids: Ids, batch_size: int, arrays: Arrays
) -> float:
    """Return the perplexity of `model` on the text `ids: (M,)`, token by token.

    The text is divided into `batch_size` parallel streams. Every token but the first is predicted.
    Each stream starts with the initial state.

    Args:
        model: used only through `initial_state` and `read_text`; the caller sets its mode.
        ids: the text.
        batch_size: number of streams.
        arrays: the model's own arrays.
    """
    text = streams(ids, batch_size)
    rows, inputs, targets = (
        arrays.from_numpy(array) for array in (np.arange(batch_size), text.inputs, text.targets)
    )
    state = model.initial_state(batch_size)
    steps = []
    for start in range(0, text.inputs.shape[1], TOGETHER):
        tokens = inputs[:, start : start + TOGETHER]
        predicted, state = read_text(model, tokens, state)
        for step, log_probabilities in enumerate(predicted, start):
            steps.append(log_probabilities[rows, targets[:, step]])
    # Values are read after the last step: a GPU would wait for each of them.
    of_targets = np.stack([arrays.to_numpy(step) for step in steps], axis=1)
    return perplexity(of_targets[text.mask])
