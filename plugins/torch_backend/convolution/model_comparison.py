"""Families of text classifiers, compared on one task, with torch tensors.

Source: CS224n lecture 11, sections 3.3, 3.4, 4.5 and 5.
"""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import torch
from torch import Tensor
from torch.nn import functional

from framework.models.parts import part
from plugins.torch_backend.arrays import to_tensor
from plugins.torch_backend.shared.model import PAD, EmbeddingModel, through

POOLINGS = {"max": "max_over_time", "mean": "average_over_time"}

Texts = tuple[Tensor, Tensor]
Row = tuple[str, float, int, float]


def count_parameters(model: Any) -> int:
    """Return the sum of the sizes of the parameters of `model`."""
    return sum(tensor.numel() for tensor in model.parameters.values())


@torch.no_grad()
def best_accuracy(ids: Tensor, labels: Tensor, probabilities: Tensor, width: int) -> float:
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
    bags = _bags(ids, width)
    classes, label = torch.unique(labels, return_inverse=True)
    groups, group = torch.unique(bags, dim=0, return_inverse=True)
    shares = probabilities.new_zeros(len(groups), len(classes))
    shares.index_put_((group, label), probabilities, accumulate=True)
    return float(shares.amax(dim=1).sum())


def _bags(ids: Tensor, width: int) -> Tensor:
    """Return how often each window occurs in each text, `(M, windows)`."""
    windows = functional.pad(ids, (width // 2, width // 2), value=PAD).unfold(1, width, 1)
    kinds, kind = torch.unique(windows.flatten(0, 1), dim=0, return_inverse=True)
    bags = ids.new_zeros(len(ids), len(kinds))
    return bags.scatter_add_(1, kind.view(ids.shape), (ids != PAD).to(bags.dtype))


class SequenceClassifier(EmbeddingModel):
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

    def compute(self, parameters: Mapping[str, Tensor], *inputs: Tensor) -> Tensor:
        """Encode, pool, score: logits `(N, C)`."""
        words = self._ids != PAD
        h = through(self.encoder, inputs[0] * words[:, :, None])
        if self.relu is not None:
            h = through(self.relu, h)
        pooled = _last(h, words) if self.pool is None else through(self.pool, h, words)
        return through(self.output, pooled)


def _last(h: Tensor, words: Tensor) -> Tensor:
    """Return h `(N, H)` at the last word of each text; 0 without words."""
    counts = words.sum(1)
    places = functional.one_hot((counts - 1).clamp(min=0), h.shape[1])
    chosen = (places * (counts > 0)[:, None]).to(h.dtype)
    return (chosen[:, :, None] * h).sum(1)


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
    """Name, accuracy, parameters and seconds of each model, after `fit`, the most accurate first.

    Of equally accurate ones the model with fewer parameters comes first.

    Raises:
        ValueError: there are no texts, or not as many labels.
    """
    settings: dict[str, Any] = {
        "epochs": epochs, "batch_size": batch_size, "learning_rate": learning_rate, "seed": seed
    }  # fmt: skip
    test = _checked(test)
    rows = [_measured(name, model, train, test, settings) for name, model in models]
    return sorted(rows, key=lambda row: (-row[1], row[2]))


def select(models: Sequence[tuple[str, Any]], held_out: Texts, test: Texts) -> tuple[str, float]:
    """Return the name of the model that is best on `held_out`, and its accuracy on `test`.

    Raises:
        ValueError: there are no models or texts, or not as many labels.
    """
    held_out, test = _checked(held_out), _checked(test)
    if not models:
        raise ValueError("there is no model to choose")
    name, chosen = max(models, key=lambda one: _accuracy(one[1], held_out))
    return name, _accuracy(chosen, test)


def _measured(name: str, model: Any, train: Texts, test: Texts, settings: dict[str, Any]) -> Row:
    start = time.perf_counter()
    fit(model, train, **settings)
    seconds = time.perf_counter() - start
    return name, _accuracy(model, test), count_parameters(model), seconds


def _accuracy(model: Any, texts: Texts) -> float:
    """Return the share of right answers, in evaluation mode."""
    model.eval()
    ids, labels = texts
    return float((model.forward(ids).argmax(1) == labels).double().mean())


def _checked(texts: Texts) -> Texts:
    ids, labels = (to_tensor(value) for value in texts)
    if ids.ndim != 2 or not len(ids) or labels.shape != ids.shape[:1]:
        shapes = f"{tuple(ids.shape)} and {tuple(labels.shape)}"
        raise ValueError(f"texts are ids (M, T) and labels (M,) with M ≥ 1, but got {shapes}")
    return ids, labels
