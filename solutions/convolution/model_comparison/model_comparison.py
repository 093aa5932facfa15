"""Families of text classifiers, compared on one task: accuracy, parameters, seconds.

Source: CS224n lecture 11, sections 3.3, 3.4, 4.5 and 5.
"""

from __future__ import annotations

import time
from collections import Counter, defaultdict
from collections.abc import Sequence
from typing import Any

import numpy as np

from framework.interfaces import Array, Model
from framework.models.parts import part

PAD = 0  # the id that fills up short texts: no word
POOLINGS = {"max": "max_over_time", "mean": "average_over_time"}

Texts = tuple[Array, Array]  # ids (M, T) and labels (M,)
Row = tuple[str, float, int, float]  # name, accuracy, parameters, seconds


def count_parameters(model: Model) -> int:
    """How many numbers `model` learns: the sum of the sizes of its parameters.

    Args:
        model: its `parameters` are name -> array, those of its parts among them.

    Returns:
        0 for a model that learns nothing.
    """
    # BEGIN SOLUTION
    return sum(array.size for array in model.parameters.values())
    # END SOLUTION


def best_accuracy(ids: Array, labels: Array, probabilities: Array, width: int) -> float:
    """The accuracy that no classifier of bags of windows can exceed.

        Σ over all bags of  max_c P(bag, label = c)

    The bag of a text says how often each window occurs in it, and nothing about where. A text of n
    words has n windows: each word, with as many neighbours on both sides, and `PAD` beyond the
    ends. A classifier that sees bags alone must answer the same to all texts with the same bag; the
    likeliest label is the best answer.

    Args:
        ids: all texts of a language, `(M, T)` integers, short ones filled up with `PAD`.
        labels: of each text, `(M,)` integers.
        probabilities: of each text, `(M,)`; their sum is 1.
        width: words in a window, odd. 1: a bag of words. 2 T − 1 or more: whole texts.

    Returns:
        0 to 1.

    Raises:
        ValueError: `width` is even or not positive; there are not as many labels or probabilities
            as texts.
    """
    _check_language(ids, labels, probabilities, width)
    # BEGIN SOLUTION: for each bag the probability of each label; the largest ones add up
    shares: dict[frozenset[tuple[tuple[int, ...], int]], Counter[int]] = defaultdict(Counter)
    for text, label, p in zip(ids, labels, probabilities, strict=True):
        words = np.pad(text[text != PAD], width // 2, constant_values=PAD).tolist()
        places = range(len(words) - width + 1)
        bag = Counter(tuple(words[t : t + width]) for t in places)
        shares[frozenset(bag.items())][int(label)] += p
    return float(sum(max(of_label.values()) for of_label in shares.values()))
    # END SOLUTION


class SequenceClassifier(Model):
    """logits = pool(encoder(x)) W + b, for any layer that reads a sequence.

    | family | `encoder` | `pooling` |
    | --- | --- | --- |
    | windows that vote | conv1d | mean |
    | convolutional network | conv1d | max |
    | recurrent network | rnn, lstm, gru | max, or last as in the plain form |
    | quasi-recurrent network | qrnn | max |

    Args:
        vocabulary_size: V, the padding id 0 included.
        embedding_size: E, the size of a word vector.
        hidden_size: H, the size of what the encoder says of each word.
        classes: C.
        encoder: registered name of a layer: "conv1d", which gets a ReLU behind it and as much
            padding that each word has a window of its own; or a recurrent one.
        pooling: "max" or "mean" over all words, or "last": what is said of the last word.
        width: words that a filter of "conv1d" reads, odd.
        rng: draws the initial weights.

    Parameters:
        embedding `(V, E)`; those of the encoder as ``encoder.NAME``; output.W `(H, C)`,
        output.b `(C,)`.

    Raises:
        ValueError: there is no such pooling, or the windows of "conv1d" have no middle.
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
            "conv1d": {"width": width, "padding": width // 2},  # as many windows as words
            "qrnn": {"pooling": "fo"},  # its output gate lets a state speak at the right word
        }
        self.vocabulary_size = V
        self.add_parameter("embedding", rng.normal(scale=0.1, size=(V, E)))
        layer = part(encoder)(E, H, **options.get(encoder, {}), rng=rng)
        self.encoder = self.add_child("encoder", layer)
        self.relu = part("relu")() if encoder == "conv1d" else None
        self.pool = part(POOLINGS[pooling])() if pooling in POOLINGS else None
        self.output = self.add_child("output", part("affine")(H, classes, rng=rng))

    def forward(self, ids: Array) -> Array:
        """Look up, encode, pool, score.

        A padding has the vector 0, whatever its row of the embedding is, and what the encoder says
        of it is left out of the pooling: the logits of a text do not depend on how much padding
        follows it. A text without words is pooled to zeros.

        Args:
            ids: `(N, T)` integers, T ≥ 1, short texts filled up with `PAD` at the end.

        Returns:
            logits `(N, C)`.

        Raises:
            IndexError: an id outside 0 ... V−1. (NumPy alone would read −1 as the last row.)
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
        """The same way back, down to the vectors of the words.

        Adds to `gradients`. A word gets a gradient from every place that it stands in, padding
        gets none. Ids have no gradient: nothing is returned. (The `backward` of a recurrent layer
        returns a pair, the gradients of x and of its first state.)

        Args:
            grad_logits: `(N, C)`. Not modified.
        """
        # BEGIN SOLUTION
        grad_h = self._back_through_pool(self.output.backward(grad_logits))
        if self.relu is not None:
            grad_h = self.relu.backward(grad_h)
        grad_x = self.encoder.backward(grad_h)
        if isinstance(grad_x, tuple):
            grad_x = grad_x[0]
        np.add.at(self.gradients["embedding"], self._ids, grad_x * self._words[:, :, None])
        # END SOLUTION

    # BEGIN SOLUTION: helpers of your own, if you like some
    def _pooled(self, h: Array) -> Array:
        """One vector of each text, `(N, H)`."""
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
    """Train `model`, in training mode, with Adam on the mean cross-entropy of batches.

    With a generator of its own, ``rng = np.random.default_rng(seed)``, every epoch draws an order,
    ``rng.permutation(M)``, and takes the texts in it, `batch_size` at a time; the last batch of an
    epoch may be smaller. So all models that are compared see the same batches.

    Args:
        model: ``forward(ids (N, T)) -> logits (N, C)``. Its parameters change.
        texts: ids `(M, T)` and labels `(M,)` to learn from. Not modified.
        epochs: times that all texts are seen.
        batch_size: texts per step.
        learning_rate: of Adam, the part ``adam``.
        seed: of the order.

    Returns:
        the loss of each step, before its update: the part ``softmax_cross_entropy``.

    Raises:
        ValueError: there are no texts, or not as many labels.
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
    """Train each of `models` in the same way with `fit`, and measure it.

    Args:
        models: names and models; these are trained, and in evaluation mode afterwards.
        train: ids `(M, T)` and labels `(M,)` to learn from.
        test: ids and labels to be measured on. Nothing is learned from them.
        epochs, batch_size, learning_rate, seed: see `fit`; the same for all.

    Returns:
        for each model its name, the accuracy on `test` in evaluation mode, how many parameters it
        has, and the seconds that its training took (``time.perf_counter``). The most accurate
        stands first; of equals, the one with fewer parameters.

    Raises:
        ValueError: there are no texts to learn from, or to be measured on, or not as many labels.
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


def _check(texts: Texts) -> None:
    """Given: refuses texts that nothing can be learned from."""
    ids, labels = texts
    if ids.ndim != 2 or not len(ids) or labels.shape != ids.shape[:1]:
        shapes = f"{ids.shape} and {labels.shape}"
        raise ValueError(f"texts are ids (M, T) and labels (M,) with M ≥ 1, but got {shapes}")


def _check_language(ids: Array, labels: Array, probabilities: Array, width: int) -> None:
    """Given: refuses windows without a middle, and a language that is not one."""
    if width < 1 or width % 2 == 0:
        raise ValueError(f"a window with a word in the middle is of odd width, not {width}")
    if not labels.shape == probabilities.shape == ids.shape[:1]:
        shapes = f"{ids.shape}, {labels.shape} and {probabilities.shape}"
        raise ValueError(f"ids (M, T), labels (M,) and probabilities (M,) are {shapes}")


def _check_ids(ids: Array, vocabulary_size: int) -> None:
    """Given: refuses ids that no row of the embedding belongs to."""
    if ids.size and (ids.min() < 0 or ids.max() >= vocabulary_size):
        bounds, found = f"0 ... {vocabulary_size - 1}", f"{ids.min()} ... {ids.max()}"
        raise IndexError(f"token ids must lie in {bounds}, but these lie in {found}")
