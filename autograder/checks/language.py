"""Language models, judged by the distributions that they give, one step at a time."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Protocol

import numpy as np

from autograder.checks.chance import not_better_than_source
from autograder.checks.equality import (
    CheckFailed,
    equal,
    expect,
    finite,
    same_form,
    worst,
)
from autograder.sandbox.session.calls import value_text
from autograder.sandbox.session.requests import Callback, RemoteObject, callback
from framework.errors import BadInputError
from framework.interfaces import LanguageModel

if TYPE_CHECKING:
    from autograder.checks.paired_models import PairedModels

Array = np.ndarray[Any, Any]


class SourceOfTexts(Protocol):
    """A generated language that knows how likely its texts are."""

    def log_probabilities(self, texts: Array) -> Array:
        """Return log P of each token of `texts: (N, 1 + T)` after the first: `(N, T)`, in nats."""


#: How far the probabilities of a distribution may be from summing to one.
SUM_TOLERANCE = 1e-6


def language_model_callback(model: LanguageModel) -> Callback:
    """Return a language model of the grader's for code that writes text: it cannot be read."""
    return callback(model, "initial_state", "next_log_probabilities", "read_tokens")


def perplexity(model: RemoteObject, tokens: Array, batch_size: int = 16) -> float:
    """Return exp(mean of −log P(next token)) of `tokens: (M,)` in `batch_size` streams.

    The model is given one token of each stream at a time and never sees the one it predicts.

    Raises:
        BadInputError: the text is too short for that number of streams.
    """
    length = len(tokens) // batch_size
    if length < 2:
        raise BadInputError(f"{len(tokens)} tokens are too few for {batch_size} streams of two")
    streams = np.asarray(tokens)[: length * batch_size].reshape(batch_size, length)
    return _exp(-float(token_log_probabilities(model, streams).mean()))


def token_log_probabilities(model: RemoteObject, texts: Array) -> Array:
    """Return log P of each token of `texts: (N, T)` given those before it: `(N, T−1)`.

    Raises:
        BadInputError: the texts are too short.
    """
    count, length = texts.shape
    if length < 2:
        raise BadInputError(f"texts of {length} tokens are too short: two are needed to predict")
    words, each = int(np.max(texts)) + 1, np.arange(count)
    state = model.initial_state(count)
    columns = []
    for t in range(length - 1):
        answer = model.next_log_probabilities(texts[:, t], state)
        log_probabilities, state = _distributions(answer, count, words)
        columns.append(log_probabilities[each, texts[:, t + 1]])
    return np.stack(columns, axis=1)


def perplexity_ratio(model: RemoteObject, language: SourceOfTexts, texts: Array) -> float:
    """Return the perplexity of `model`, divided by that of the source of the texts.

    Both are measured on the same texts, so that what is by chance hard to predict in them is so
    for both; 1 is the best possible in the long run.

    Args:
        texts: `(N, 1 + T)`, drawn from `language`: new ones for every evaluation.

    Raises:
        BadInputError: the texts are too short.
    """
    of_model = token_log_probabilities(model, texts)
    return likelihood_ratio(of_model, language.log_probabilities(texts))


def likelihood_ratio(model: Array, source: Array) -> float:
    """Return the perplexity of a model, divided by that of the `source` of the same texts.

    Args:
        model, source: log probabilities of the tokens of the texts, `(N, T)`, in nats.
    """
    not_better_than_source(float(model.sum()), float(source.sum()))
    return _exp(float(source.mean() - model.mean()))


def _exp(nats: float) -> float:
    """Return exp; infinite where a model gives a word hardly any probability."""
    with np.errstate(over="ignore"):
        return float(np.exp(nats))


def log_softmax(logits: Array) -> Array:
    """Return the log softmax of `logits: (..., V)` over the last axis, computed by the checks."""
    expect(not np.isnan(logits).any(), "the scores hold NaN", about=logits, fact="scores: NaN")
    shifted = logits - logits.max(axis=-1, keepdims=True)
    return np.asarray(shifted - np.log(np.exp(shifted).sum(axis=-1, keepdims=True)))


def same_for_large_scores(
    pair: PairedModels, tokens: Array, *context: Any, matrix: str = "U"
) -> None:
    """Require `next_log_probabilities` to be right and finite for scores of ±10⁴.

    Args:
        pair: two language models; this changes the matrix of their scores.
        tokens: `(N, T)`; the scores differ from text to text.
        context: further arguments of `forward` and `initial_state`.
        matrix: the parameter that the scores are proportional to.
    """
    pair.set_parameters({matrix: 1e4 * pair.reference.parameters[matrix]})
    expected = log_softmax(pair.same_forward(tokens, *context))[:, 0]
    state = pair.student.initial_state(len(tokens), *context)
    log_probabilities, _ = pair.student.next_log_probabilities(tokens[:, 0], state)
    what = "the log probabilities for scores of ±10⁴"
    finite(log_probabilities, what)
    equal(log_probabilities, expected, what)


def _distributions(answer: Any, batch_size: int, words: int) -> tuple[Array, Any]:
    """Return log probabilities and state, if `answer` consists of the two; else fail."""
    what = "next_log_probabilities"
    is_pair = isinstance(answer, (tuple, list)) and len(answer) == 2
    expect(is_pair, f"{what} should return (log_probabilities, state)")
    values, state = answer
    is_table = isinstance(values, np.ndarray) and values.ndim == 2 and len(values) == batch_size
    expect(is_table, f"{what} should return log probabilities of shape ({batch_size}, V)")
    expect(values.dtype.kind == "f", f"{what} should return real numbers, not {values.dtype}")
    count = values.shape[1]
    message = f"{what} gives probabilities of {count} words, but the text has {words}"
    expect(count >= words, message)
    with np.errstate(over="ignore", invalid="ignore"):
        sums = np.exp(values).sum(axis=1)
    off = np.nan_to_num(np.abs(sums - 1), nan=np.inf)
    message = f"{what} does not return distributions: the probabilities sum to"
    expect(bool(off.max() <= SUM_TOLERANCE), f"{message} {sums[off.argmax()]:.6g}")
    return values, state


def no_look_ahead(model: RemoteObject, vocabulary_size: int, *, rng: np.random.Generator) -> None:
    """Require that changes of the tokens after step t leave the outputs up to step t equal."""
    tokens = rng.integers(0, vocabulary_size, size=(2, 6))
    before, depends = model.forward(tokens), False
    is_right = isinstance(before, np.ndarray) and before.shape[:-1] == tokens.shape
    message = f"forward should return scores of shape (2, 6, V), not {value_text(before)}"
    expect(is_right, message, about=before, fact="forward: shape")
    finite(before, "forward")
    for t in range(tokens.shape[1] - 1):
        changed = tokens.copy()
        changed[:, t + 1 :] = (changed[:, t + 1 :] + 1) % vocabulary_size
        after = same_form(model.forward(changed), before, "forward")
        early, now = before[:, : t + 1], after[:, : t + 1]
        depends |= bool(np.any(after[:, t + 1 :] != before[:, t + 1 :]))
        wrong = ~np.isclose(now, early, rtol=1e-9, atol=1e-12)
        if wrong.any():
            line, fact = worst("forward: looks ahead", now, early, wrong)
            raise CheckFailed(
                f"the outputs up to step {t} change with the tokens after it: "
                "the model looks at what it should predict",
                line,
                about=after,
                fact=fact,
            )
    message = "the outputs do not depend on the tokens at all"
    expect(depends, message, about=before, fact="forward: does not depend on the tokens")
