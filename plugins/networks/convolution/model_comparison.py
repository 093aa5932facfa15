"""Families of text classifiers, compared on one task.

Source: CS224n lecture 11, sections 3.3, 3.4, 4.5 and 5.
"""

from __future__ import annotations

import math
import time
from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np

from framework.interfaces import Array
from framework.models.parts import part
from plugins.networks.shared.blocks import PAD, Embedding
from plugins.networks.shared.pooled_classifier import POOLINGS, PooledClassifier, pool_of

Texts = tuple[Any, Any]
Row = tuple[str, float, int, float]


def count_parameters(model: Any) -> int:
    """Return the sum of the sizes of the parameters of `model`."""
    return sum(math.prod(array.shape) for array in model.parameters.values())


def best_accuracy(ids: Any, labels: Any, probabilities: Any, width: int) -> float:
    """Σ over all bags of windows of  max_c P(bag, label = c).

    The texts are ids `(M, T)`, labels `(M,)` and probabilities `(M,)`.

    Raises:
        ValueError: `width` is even or not positive, or the lengths differ.
    """
    if width < 1 or width % 2 == 0:
        raise ValueError(f"a window with a word in the middle is of odd width, not {width}")
    if not labels.shape == probabilities.shape == ids.shape[:1]:
        shapes = f"{tuple(ids.shape)}, {tuple(labels.shape)} and {tuple(probabilities.shape)}"
        raise ValueError(f"ids (M, T), labels (M,) and probabilities (M,) are {shapes}")
    joint: defaultdict[Any, float] = defaultdict(float)
    best: defaultdict[Any, float] = defaultdict(float)
    for text, *label, p in zip(*(x.tolist() for x in (ids, labels, probabilities)), strict=True):
        joint[_bag(text, width), *label] += p
    for (bag, _), p in joint.items():
        best[bag] = max(best[bag], p)
    return sum(best.values())


def _bag(text: list[int], width: int) -> frozenset[Any]:
    """Return how often each window occurs around a word of the text."""
    beside = [PAD] * (width // 2)
    places = [*beside, *text, *beside]
    windows = (tuple(places[t : t + width]) for t, word in enumerate(text) if word != PAD)
    return frozenset(Counter(windows).items())


class SequenceClassifier(PooledClassifier):
    """logits = pool(encoder(x)) W + b, for any layer that reads a sequence."""

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
            raise ValueError(f"pooling is {', '.join(POOLINGS)} or last, but got '{pooling}'")
        if encoder == "conv1d" and width % 2 == 0:
            raise ValueError(f"a window with a word in the middle is of odd width, not {width}")
        V, E, H = vocabulary_size, embedding_size, hidden_size
        options: dict[str, dict[str, Any]] = {
            "conv1d": {"width": width, "padding": width // 2},
            "qrnn": {"pooling": "fo"},
        }
        self.vocabulary_size = V
        table = rng.normal(scale=0.1, size=(V, E))
        self.embedding = self.add_child("_embedding", Embedding(table))
        layer = part(encoder)(E, H, **options.get(encoder, {}), rng=rng)
        self.layers, self.pool = [self.add_child("encoder", layer)], pool_of(pooling)
        if encoder == "conv1d":
            self.layers.append(part("relu")())
        self.scores = self.add_child("output", part("affine")(H, classes, rng=rng))


def fit(
    model: Any,
    texts: Texts,
    *,
    epochs: int,
    batch_size: int,
    learning_rate: float,
    seed: int,
) -> list[float]:
    """Train `model` with Adam; return the loss of each step, before its update.

    The texts are seen in the order of ``rng.permutation(M)``, drawn anew in each epoch.

    Raises:
        ValueError: there are no texts, or not as many labels.
    """
    _check(texts)
    ids, labels = texts
    loss, optimizer, losses = part("softmax_cross_entropy")(), part("adam")(learning_rate), []
    model.train()
    for rows in _batches(len(ids), batch_size, epochs, seed):
        model.zero_gradients()
        losses.append(loss.forward(model.forward(ids[rows]), labels[rows]))
        model.backward(loss.backward())
        optimizer.step(model.parameters, model.gradients)
    return [float(value) for value in losses]  # read once, so that a GPU never waits


def _batches(texts: int, batch_size: int, epochs: int, seed: int) -> Iterator[Array]:
    """Yield the rows of each batch."""
    rng = np.random.default_rng(seed)
    for _ in range(epochs):
        yield from np.split(rng.permutation(texts), range(batch_size, texts, batch_size))


def compare(
    models: Sequence[tuple[str, Any]],
    train: Texts,
    test: Texts,
    *,
    epochs: int,
    batch_size: int = 32,
    learning_rate: float = 0.01,
    seed: int = 0,
) -> list[Row]:
    """Name, accuracy, parameters and seconds of each model, after `fit`, the most accurate first.

    Of equally accurate ones the model with fewer parameters comes first.

    Raises:
        ValueError: there are no texts, or not as many labels.
    """
    settings: dict[str, Any] = {
        "epochs": epochs, "batch_size": batch_size, "learning_rate": learning_rate, "seed": seed
    }  # fmt: skip
    _check(test)
    rows = []
    for name, model in models:
        start = time.perf_counter()
        fit(model, train, **settings)
        seconds = time.perf_counter() - start
        rows.append((name, _accuracy(model, test), count_parameters(model), seconds))
    return sorted(rows, key=lambda row: (-row[1], row[2]))


def select(models: Sequence[tuple[str, Any]], held_out: Texts, test: Texts) -> tuple[str, float]:
    """Return the name of the model that is best on `held_out`, and its accuracy on `test`.

    Raises:
        ValueError: there are no models or texts, or not as many labels.
    """
    _check(held_out)
    _check(test)
    if not models:
        raise ValueError("there is no model to choose")
    name, chosen = max(models, key=lambda named: _accuracy(named[1], held_out))
    return name, _accuracy(chosen, test)


def _accuracy(model: Any, texts: Texts) -> float:
    """Return the share of right answers, in evaluation mode."""
    model.eval()
    ids, labels = texts
    return float((model.forward(ids).argmax(1) == labels).sum()) / len(labels)


def _check(texts: Texts) -> None:
    ids, labels = texts
    if ids.ndim != 2 or not len(ids) or labels.shape != ids.shape[:1]:
        shapes = f"{tuple(ids.shape)} and {tuple(labels.shape)}"
        raise ValueError(f"texts are ids (M, T) and labels (M,) with M ≥ 1, but got {shapes}")
