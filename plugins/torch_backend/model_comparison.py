"""Families of text classifiers, compared on one task, with torch tensors.

Source: CS224n lecture 11, sections 3.3, 3.4, 4.5 and 5.
"""

from __future__ import annotations

import time
from collections.abc import Sequence
from typing import Any

import numpy as np
import torch
from torch import Tensor
from torch.nn import functional

from framework.interfaces import Model
from framework.models.parts import part
from plugins.torch_backend.arrays import to_tensor
from plugins.torch_backend.model import checked_ids

PAD = 0
POOLINGS = {"max": "max_over_time", "mean": "average_over_time"}

Texts = tuple[Tensor, Tensor]
Row = tuple[str, float, int, float]


def count_parameters(model: Any) -> int:
    """The sum of the sizes of the parameters of `model`."""
    return sum(tensor.numel() for tensor in model.parameters.values())


@torch.no_grad()
def best_accuracy(ids: Tensor, labels: Tensor, probabilities: Tensor, width: int) -> float:
    """Σ over all bags of windows of  max_c P(bag, label = c).

    Args:
        ids: `(M, T)`, short texts filled up with `PAD` at the end.
        labels: `(M,)` integers.
        probabilities: `(M,)`.
        width: words in a window, odd.

    Raises:
        ValueError: `width` is even or not positive, or the lengths differ.
    """
    if width < 1 or width % 2 == 0:
        raise ValueError(f"a window with a word in the middle is of odd width, not {width}")
    if not labels.shape == probabilities.shape == ids.shape[:1]:
        shapes = f"{tuple(ids.shape)}, {tuple(labels.shape)} and {tuple(probabilities.shape)}"
        raise ValueError(f"ids (M, T), labels (M,) and probabilities (M,) are {shapes}")
    bags = _bags(ids, width)
    classes, label = torch.unique(labels, return_inverse=True)
    groups, group = torch.unique(bags, dim=0, return_inverse=True)
    shares = probabilities.new_zeros(len(groups), len(classes))
    shares.index_put_((group, label), probabilities, accumulate=True)
    return float(shares.amax(dim=1).sum())


def _bags(ids: Tensor, width: int) -> Tensor:
    """How often each window occurs in each text, `(M, windows)`."""
    windows = functional.pad(ids, (width // 2, width // 2), value=PAD).unfold(1, width, 1)
    kinds, kind = torch.unique(windows.flatten(0, 1), dim=0, return_inverse=True)
    bags = ids.new_zeros(len(ids), len(kinds))
    return bags.scatter_add_(1, kind.view(ids.shape), (ids != PAD).to(bags.dtype))


class SequenceClassifier(Model):
    """logits = pool(encoder(x)) W + b, for any layer that reads a sequence.

    Args:
        vocabulary_size: V, the padding id 0 included.
        embedding_size: E.
        hidden_size: H.
        classes: C.
        encoder: registered name of the layer.
        pooling: "max", "mean" or "last".
        width: words that a filter of "conv1d" reads, odd.
        rng: draws the initial weights.

    Parameters:
        embedding `(V, E)`, ``encoder.NAME``, output.W `(H, C)`, output.b `(C,)`.

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
            "conv1d": {"width": width, "padding": width // 2},
            "qrnn": {"pooling": "fo"},
        }
        self.vocabulary_size = V
        self.add_parameter("embedding", rng.normal(scale=0.1, size=(V, E)))
        layer = part(encoder)(E, H, **options.get(encoder, {}), rng=rng)
        self.encoder = self.add_child("encoder", layer)
        self.relu = part("relu")() if encoder == "conv1d" else None
        self.pool = part(POOLINGS[pooling])() if pooling in POOLINGS else None
        self.output = self.add_child("output", part("affine")(H, classes, rng=rng))

    @torch.no_grad()
    def forward(self, ids: Tensor) -> Tensor:
        """Look up, encode, pool, score.

        Args:
            ids: `(N, T)` integers, T ≥ 1, short texts filled up with `PAD` at the end.

        Returns:
            logits `(N, C)`.

        Raises:
            IndexError: an id outside 0 ... V−1.
        """
        self._ids = checked_ids(ids, self.vocabulary_size)
        self._words = self._ids != PAD
        x = functional.embedding(self._ids, self.parameters["embedding"])
        h = self.encoder.forward(x * self._words[:, :, None])
        if self.relu is not None:
            h = self.relu.forward(h)
        scores: Tensor = self.output.forward(self._pooled(h))
        return scores

    @torch.no_grad()
    def backward(self, grad_logits: Tensor) -> None:
        """The same way back, down to the vectors of the words.

        Args:
            grad_logits: `(N, C)`. Not modified.
        """
        grad = self.output.backward(grad_logits)
        grad_h = self._last * grad[:, None] if self.pool is None else self.pool.backward(grad)
        if self.relu is not None:
            grad_h = self.relu.backward(grad_h)
        grad_x = self.encoder.backward(grad_h)
        if isinstance(grad_x, tuple):
            grad_x = grad_x[0]
        grad_x = (grad_x * self._words[:, :, None]).flatten(0, 1)
        self.gradients["embedding"].index_add_(0, self._ids.flatten(), grad_x)

    def _pooled(self, h: Tensor) -> Tensor:
        """One vector of each text, `(N, H)`."""
        if self.pool is not None:
            pooled: Tensor = self.pool.forward(h, self._words)
            return pooled
        counts = self._words.sum(1)
        last = functional.one_hot((counts - 1).clamp(min=0), h.shape[1])
        self._last = (last * (counts > 0)[:, None]).to(h.dtype)[:, :, None]
        return (self._last * h).sum(1)


def fit(
    model: Any,
    texts: Texts,
    *,
    epochs: int,
    batch_size: int,
    learning_rate: float,
    seed: int,
) -> list[float]:
    """Train `model` with Adam on the mean cross-entropy of batches, in the order of `seed`.

    Args:
        model: ``forward(ids (N, T)) -> logits (N, C)``.
        texts: ids `(M, T)` and labels `(M,)`.
        epochs: times that all texts are seen.
        batch_size: texts per step.
        learning_rate: of Adam.
        seed: of ``rng.permutation(M)`` in each epoch.

    Returns:
        the loss of each step, before its update.

    Raises:
        ValueError: there are no texts, or not as many labels.
    """
    ids, labels = _checked(texts)
    rng = np.random.default_rng(seed)
    loss, optimizer = part("softmax_cross_entropy")(), part("adam")(learning_rate)
    losses = []
    model.train()
    for _ in range(epochs):
        order = torch.from_numpy(rng.permutation(len(ids))).to(ids.device)
        for rows in torch.split(order, batch_size):
            losses.append(loss.forward(model.forward(ids[rows]), labels[rows]))
            model.zero_gradients()
            model.backward(loss.backward())
            optimizer.step(model.parameters, model.gradients)
    return [float(loss) for loss in losses]


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
    """Train each of `models` in the same way with `fit`, and measure it.

    Args:
        models: names and models.
        train: ids `(M, T)` and labels `(M,)` to learn from.
        test: ids and labels to be measured on.
        epochs, batch_size, learning_rate, seed: see `fit`.

    Returns:
        name, accuracy, parameters and seconds of each, the most accurate first; of equals, the one
        with fewer parameters.

    Raises:
        ValueError: there are no texts, or not as many labels.
    """
    test_ids, test_labels = _checked(test)
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
        right = model.forward(test_ids).argmax(1) == test_labels
        rows.append((name, right.double().mean().item(), count_parameters(model), seconds))
    return sorted(rows, key=lambda row: (-row[1], row[2]))


def _checked(texts: Texts) -> Texts:
    ids, labels = (to_tensor(value) for value in texts)
    if ids.ndim != 2 or not len(ids) or labels.shape != ids.shape[:1]:
        shapes = f"{tuple(ids.shape)} and {tuple(labels.shape)}"
        raise ValueError(f"texts are ids (M, T) and labels (M,) with M ≥ 1, but got {shapes}")
    return ids, labels
