"""Families of text classifiers, compared: CS224n lecture 11, 3.1, 3.3, 3.4, 4.5 and 5."""

from __future__ import annotations

import time
from collections import Counter, defaultdict
from collections.abc import Sequence
from typing import Any

import numpy as np

from framework.interfaces import Array, Model
from framework.models.parts import part

PAD = 0  # the id of the padding after short texts
POOLINGS = {"max": "max_over_time", "mean": "average_over_time"}

Texts = tuple[Array, Array]  # ids (M, T) and labels (M,)
Row = tuple[str, float, int, float]  # name, accuracy, parameters, seconds


def count_parameters(model: Model) -> int:
    """Return the number of entries of all arrays of `model.parameters`; 0 without arrays."""
    # TODO: your code here
    raise NotImplementedError


def best_accuracy(ids: Array, labels: Array, probabilities: Array, width: int) -> float:
    """Return the best possible accuracy of a classifier that only sees bags of windows.

    Args:
        ids: all texts of a language, `(M, T)` integers, short ones padded with `PAD`. Not modified.
        labels, probabilities: of each text, `(M,)`; the probabilities' sum is 1. Not modified.
        width: number of words in a window, odd. 1: a bag of words. 2 T − 1 or more: whole texts.

    Raises: ValueError if `width` is even or < 1, or `labels` or `probabilities` are not `(M,)`.
    """
    _check_language(ids, labels, probabilities, width)
    # TODO: the probability of each label for each bag; the sum of the largest ones
    raise NotImplementedError


class SequenceClassifier(Model):
    """A classifier with any layer that reads a sequence, a pooling and an affine layer.

    Args:
        vocabulary_size, embedding_size, classes: V (with the padding id 0), E and C.
        hidden_size: H, the size of the encoder's output for each word.
        encoder: registered name of a layer: "conv1d", with a ReLU after it and padding that gives
            each word its own window; or a recurrent layer.
        pooling: "max" or "mean" over all words, or "last": the output for the last word.
        width: number of words that a filter of "conv1d" reads, odd.

    Parameters: embedding `(V, E)`, those of the encoder as encoder.NAME, output.W `(H, C)` and
    output.b `(C,)`.
    Raises: ValueError if `pooling` is none of these, or `width` is even with "conv1d".
    """

    def __init__(
        self,
        vocabulary_size: int,
        embedding_size: int,
        hidden_size: int,
        classes: int,
        encoder: str = "rnn",
        pooling: str = "max",
        width: int = 3,
        *,
        rng: np.random.Generator,
    ) -> None:
        super().__init__()
        if pooling not in (*POOLINGS, "last"):
            raise ValueError(f"pooling is max, mean or last, but got '{pooling}'")
        if encoder == "conv1d" and width % 2 == 0:
            raise ValueError(f"a window with a word in the middle is of odd width, not {width}")
        V, E, H = vocabulary_size, embedding_size, hidden_size
        options: dict[str, dict[str, Any]] = {
            "conv1d": {"width": width, "padding": width // 2},  # one window for each word
            "qrnn": {"pooling": "fo"},  # its output gate selects the words at which c is read
        }
        self.vocabulary_size = V
        self.add_parameter("embedding", rng.normal(scale=0.1, size=(V, E)))
        layer = part(encoder)(E, H, **options.get(encoder, {}), rng=rng)
        self.encoder = self.add_child("encoder", layer)
        self.relu = part("relu")() if encoder == "conv1d" else None
        self.pool = part(POOLINGS[pooling])() if pooling in POOLINGS else None
        self.output = self.add_child("output", part("affine")(H, classes, rng=rng))

    def forward(self, ids: Array) -> Array:
        """Return the logits `(N, C)`; a text without words is pooled to zeros.

        Args:
            ids: `(N, T)` integers, T ≥ 1, short texts padded with `PAD` at the end. Not modified.

        Raises: IndexError if an id is outside 0 ... V−1. (In NumPy, −1 is the last row.)
        """
        _check_ids(ids, self.vocabulary_size)
        # TODO: keep what backward needs
        raise NotImplementedError

    def backward(self, grad_logits: Array) -> None:
        """Add all gradients for `grad_logits: (N, C)` to `gradients`; returns nothing."""
        # TODO: your code here
        raise NotImplementedError

    # TODO: your own helpers, if you need any


def fit(
    model: Model,
    texts: Texts,
    *,
    epochs: int,
    batch_size: int,
    learning_rate: float,
    seed: int,
) -> list[float]:
    """Train `model` with Adam on the mean cross-entropy of batches of `texts`.

    A new generator, ``rng = np.random.default_rng(seed)``, draws the order of every epoch,
    ``rng.permutation(M)``. A batch has `batch_size` texts in this order, the last one the rest.

    Args:
        texts: ids `(M, T)` and labels `(M,)` of the training texts. Not modified.

    Returns: the loss of each step before its update.
    Raises: ValueError if there are no texts, or the number of labels is another one.
    """
    _check(texts)
    # TODO: the parts, the two loops, and in each step: loss, gradients, update
    raise NotImplementedError


def compare(
    models: Sequence[tuple[str, Model]],
    train: Texts,
    test: Texts,
    *,
    epochs: int,
    batch_size: int = 32,
    learning_rate: float = 0.01,
    seed: int = 0,
) -> list[Row]:
    """Train each of `models`, names and models, with the same `fit`, and measure it on `test`.

    Returns: a `Row` for each model, the best one first, with its accuracy in evaluation mode, and
        the seconds of its training (``time.perf_counter``).
    Raises: ValueError if there are no training or no test texts, or a wrong number of labels.
    """
    _check(test)
    # TODO: your code here
    raise NotImplementedError


def select(models: Sequence[tuple[str, Model]], held_out: Texts, test: Texts) -> tuple[str, float]:
    """Choose the best trained model on held-out texts, and measure it on test texts.

    Args:
        models: names and trained models, at least one. They are in evaluation mode afterwards.
        held_out, test: different texts that no model is trained on.

    Returns: the name of the most accurate model on `held_out`, of equal ones the first, and its
        accuracy on `test`, both in evaluation mode.
    Raises: ValueError if there are no models or no texts, or a wrong number of labels.
    """
    _check(held_out)
    _check(test)
    if not models:
        raise ValueError("there is no model to choose")

    # TODO: the accuracy of each model on `held_out`, that of the best one on `test`
    raise NotImplementedError


def _check(texts: Texts) -> None:
    """Given: raise an error if there are no texts, or a wrong number of labels."""
    ids, labels = texts
    if ids.ndim != 2 or not len(ids) or labels.shape != ids.shape[:1]:
        shapes = f"{ids.shape} and {labels.shape}"
        raise ValueError(f"texts are ids (M, T) and labels (M,) with M ≥ 1, but got {shapes}")


def _check_language(ids: Array, labels: Array, probabilities: Array, width: int) -> None:
    """Given: raise an error for an even width, or for a wrong number of labels or probabilities."""
    if width < 1 or width % 2 == 0:
        raise ValueError(f"a window with a word in the middle is of odd width, not {width}")
    if not labels.shape == probabilities.shape == ids.shape[:1]:
        shapes = f"{ids.shape}, {labels.shape} and {probabilities.shape}"
        raise ValueError(f"ids (M, T), labels (M,) and probabilities (M,) are {shapes}")


def _check_ids(ids: Array, vocabulary_size: int) -> None:
    """Given: raise an error if an id has no row in the embedding."""
    if ids.size and (ids.min() < 0 or ids.max() >= vocabulary_size):
        bounds, actual = f"0 ... {vocabulary_size - 1}", f"{ids.min()} ... {ids.max()}"
        raise IndexError(f"token ids must lie in {bounds}, but these lie in {actual}")
