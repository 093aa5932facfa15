"""What can be known before a long training: a new model knows nothing, and can learn a small batch.

Both bounds are far from what right answers need: in 300 trainings each of the references of
word2vec, bag_of_vectors and rnn_lm the first loss was within 12 % of log C, and the last one below
0.005. Other right answers, with larger first parameters, took the first loss up to 1 above log C.
"""

from __future__ import annotations

import math
from collections.abc import Iterable
from itertools import chain
from typing import Any

import numpy as np

from autograder.checks.equality import CheckFailed, MissedThreshold, expect, real_array
from autograder.checks.language import log_softmax
from autograder.checks.trained_models import TrainedModels
from autograder.checks.training import (
    Trainable,
    classifier_chunks,
    language_model_chunks,
    student_of,
)
from autograder.sandbox.session.requests import RemoteObject, assign, session_of

Array = np.ndarray[Any, Any]

#: How far from log C the loss of a new model may be, as a share of log C.
FIRST_LOSS = 0.5
#: So far above log C it may be in any case: scores that are drawn say something by chance.
BY_CHANCE = 2.0
#: The loss on a few examples that are known by heart.
BY_HEART = 0.1


def initial_loss_is_uniform(loss: float, classes: int, about: object = None) -> None:
    """Require that the `loss` of a new model is near log C: it prefers none of `classes`."""
    ignorant = math.log(classes)
    least, most = (1 - FIRST_LOSS) * ignorant, ignorant + max(FIRST_LOSS * ignorant, BY_CHANCE)
    expect(
        least <= loss <= most,
        f"the loss of a new model is {loss:.3f}: with small random parameters it is near "
        f"log {classes} = {ignorant:.3f}",
        about=about,
        fact="the loss of a new model",
    )


def new_scores_are_uniform(
    model: RemoteObject, *more: Any, words: int, rng: np.random.Generator
) -> None:
    """Check that a new language model has about the loss log V, and reads its words.

    A new output layer may be all zeros. Then random parameters show whether words are read.

    Args:
        more: further arguments of `forward`, after the tokens.
        words: V, the size of the vocabulary.
    """
    tokens = rng.integers(words, size=(8, 21))
    logits = real_array(model.forward(tokens[:, :-1], *more), (8, 20, words), "forward")
    if not np.ptp(logits.reshape(-1, words), axis=0).any():
        _reads_its_words(model, tokens[:, :-1], *more, rng=rng)
    loss = -np.take_along_axis(log_softmax(logits), tokens[:, 1:, None], axis=-1).mean()
    session, _ = session_of(model)
    initial_loss_is_uniform(float(loss), words, session.calls.named("forward"))


def _reads_its_words(model: RemoteObject, *inputs: Any, rng: np.random.Generator) -> None:
    """Draw all parameters of `model`; its scores must differ from word to word then."""
    values = {name: rng.normal(size=np.shape(v)) for name, v in model.parameters.items()}
    assign(model, values)
    logits = np.asarray(model.forward(*inputs))
    reads = bool(np.ptp(logits.reshape(-1, logits.shape[-1]), axis=0).any())
    message = "the scores are the same after every word: the model ignores what it reads"
    expect(reads, message, about=logits, fact="forward: ignores the tokens")


def overfits(
    model: Trainable,
    inputs: Array | tuple[Array, ...],
    labels: Array,
    *,
    classes: int,
    rng: np.random.Generator,
    steps: int = 60,
    learning_rate: float = 0.1,
) -> None:
    """Require that a new `model` knows nothing, and can learn one small batch by heart.

    Args:
        model: a new one; it is trained. Of `TrainedModels`, the reference must know the examples
            as well, with the same parameters.
        inputs: `(M, ...)`, different from each other; or a tuple of such arrays.
        labels: `(M, ...)`.
        classes: C.
    """
    chunks = classifier_chunks(
        model, inputs, labels, epochs=steps, learning_rate=learning_rate, rng=rng,
        batch_size=len(labels),
    )  # fmt: skip
    _learned(model, chunks, classes, f"{len(labels)} examples")
    if isinstance(model, TrainedModels):
        arrays = inputs if isinstance(inputs, tuple) else (inputs,)
        _confirmed(model.evaluate_reference(_loss, arrays, labels))


def overfits_text(
    model: Trainable,
    tokens: Array,
    *,
    words: int,
    batch_size: int = 4,
    steps: int = 120,
    learning_rate: float = 0.02,
) -> None:
    """Require that a new language `model` knows nothing, and can learn a few short texts by heart.

    Args:
        model: a new one; it is trained, as in `overfits`.
        tokens: `(M,)`, read as `batch_size` texts; each must differ from the others in its first
            token, as nothing else tells which one is read.
        words: size of the vocabulary.
    """
    chunks = language_model_chunks(
        model, tokens, epochs=steps, learning_rate=learning_rate, batch_size=batch_size,
        unroll=(len(tokens) - 1) // batch_size,
    )  # fmt: skip
    _learned(model, chunks, words, f"{len(tokens) - 1} tokens")
    if isinstance(model, TrainedModels):
        read, next_ones = (part.reshape(batch_size, -1) for part in (tokens[:-1], tokens[1:]))
        _confirmed(model.evaluate_reference(_loss, (read,), next_ones))


def _loss(model: RemoteObject, inputs: tuple[Array, ...], labels: Array) -> float:
    """Return the mean of −log P(label) for the scores `(M, ..., C)` of `inputs`."""
    log_p = log_softmax(model.forward(*inputs))
    return -float(np.take_along_axis(log_p, labels[..., None], axis=-1).mean())


def _confirmed(loss: float | None) -> None:
    """Fail unless the reference knows the examples, too; None: it has only recorded answers."""
    if loss is not None and not loss <= 2 * BY_HEART:
        raise CheckFailed(
            "your model knows the examples by heart, but the network of this exercise with the "
            f"parameters that it has learned has the loss {loss:.3f} on them: all that it knows "
            "must be in its parameters, and forward must compute this network"
        )


def _learned(model: Trainable, chunks: Iterable[list[float]], classes: int, what: str) -> None:
    losses = list(chain.from_iterable(chunks))
    session, _ = session_of(student_of(model))
    initial_loss_is_uniform(losses[0], classes, session.calls.named("forward"))
    if losses[-1] > BY_HEART:
        raise MissedThreshold(
            f"{what} cannot be learned by heart: after {len(losses)} steps on them alone "
            f"the loss went from {losses[0]:.3f} to {losses[-1]:.3f}, and not below {BY_HEART}"
        )
