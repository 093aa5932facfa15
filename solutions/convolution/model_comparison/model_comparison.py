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
    # BEGIN SOLUTION
    return sum(array.size for array in model.parameters.values())
    # END SOLUTION


def best_accuracy(ids: Array, labels: Array, probabilities: Array, width: int) -> float:
    """Return the best possible accuracy of a classifier that only sees bags of windows.

    Args:
        ids: all texts of a language, `(M, T)` integers, short ones padded with `PAD`. Not modified.
        labels, probabilities: of each text, `(M,)`; the probabilities' sum is 1. Not modified.
        width: number of words in a window, odd. 1: a bag of words. 2 T − 1 or more: whole texts.

    Raises: ValueError if `width` is even or < 1, or `labels` or `probabilities` are not `(M,)`.
    """
    _check_language(ids, labels, probabilities, width)
    # BEGIN SOLUTION: the probability of each label for each bag; the sum of the largest ones
    shares: dict[frozenset[tuple[tuple[int, ...], int]], Counter[int]] = defaultdict(Counter)
    for text, label, p in zip(ids, labels, probabilities, strict=True):
        words = np.pad(text[text != PAD], width // 2, constant_values=PAD).tolist()
        places = range(len(words) - width + 1)
        bag = Counter(tuple(words[t : t + width]) for t in places)
        shares[frozenset(bag.items())][int(label)] += p
    return float(sum(max(of_label.values()) for of_label in shares.values()))
    # END SOLUTION


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
        # BEGIN SOLUTION: keep what backward needs
        self._ids, self._words = ids, ids != PAD
        x = self.parameters["embedding"][ids] * self._words[:, :, None]
        h = self.encoder.forward(x)
        if self.relu is not None:
            h = self.relu.forward(h)
        return self.output.forward(self._pooled(h))
        # END SOLUTION

    def backward(self, grad_logits: Array) -> None:
        """Add all gradients for `grad_logits: (N, C)` to `gradients`; returns nothing."""
        # BEGIN SOLUTION
        # The parts of forward in reverse order; a word's row gets the sum over its places.
        grad_h = self._back_through_pool(self.output.backward(grad_logits))
        if self.relu is not None:
            grad_h = self.relu.backward(grad_h)
        grad_x = self.encoder.backward(grad_h)
        if isinstance(grad_x, (tuple, list)):
            grad_x = grad_x[0]
        np.add.at(self.gradients["embedding"], self._ids, grad_x * self._words[:, :, None])
        # END SOLUTION

    # BEGIN SOLUTION: your own helpers, if you need any
    def _pooled(self, h: Array) -> Array:
        """Return one vector for each text, `(N, H)`."""
        if self.pool is not None:
            return self.pool.forward(h, self._words)
        counts = self._words.sum(axis=1)
        self._last = np.eye(h.shape[1], dtype=h.dtype)[counts - 1] * (counts > 0)[:, None]
        return (self._last[:, :, None] * h).sum(axis=1)

    def _back_through_pool(self, grad: Array) -> Array:
        if self.pool is not None:
            return self.pool.backward(grad)
        return self._last[:, :, None] * grad[:, None]

    # END SOLUTION


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
    # BEGIN SOLUTION: the parts, the two loops, and in each step: loss, gradients, update
    ids, labels = texts
    rng = np.random.default_rng(seed)
    loss, optimizer = part("softmax_cross_entropy")(), part("adam")(learning_rate)
    losses = []
    model.train()
    for _ in range(epochs):
        order = rng.permutation(len(ids))
        for start in range(0, len(ids), batch_size):
            rows = order[start : start + batch_size]
            losses.append(loss.forward(model.forward(ids[rows]), labels[rows]))
            model.zero_gradients()
            model.backward(loss.backward())
            optimizer.step(model.parameters, model.gradients)
    return losses
    # END SOLUTION


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
    # BEGIN SOLUTION
    ids, labels = test
    rows = []
    for name, model in models:
        start = time.perf_counter()
        fit(
            model,
            train,
            epochs=epochs,
            batch_size=batch_size,
            learning_rate=learning_rate,
            seed=seed,
        )
        seconds = time.perf_counter() - start
        model.eval()
        right = model.forward(ids).argmax(axis=1) == labels
        rows.append((name, float(right.mean()), count_parameters(model), seconds))
    return sorted(rows, key=lambda row: (-row[1], row[2]))
    # END SOLUTION


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

    # BEGIN SOLUTION: the accuracy of each model on `held_out`, that of the best one on `test`
    def accuracy(model: Model, texts: Texts) -> float:
        ids, labels = texts
        model.eval()
        return float((model.forward(ids).argmax(axis=1) == labels).mean())

    shares = [accuracy(model, held_out) for _, model in models]
    name, chosen = models[shares.index(max(shares))]
    return name, accuracy(chosen, test)
    # END SOLUTION


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
