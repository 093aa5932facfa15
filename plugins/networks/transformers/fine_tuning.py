"""A classifier on a pretrained encoder of a backend.

Source: Devlin et al. (2019), sections 3.2 and 5.3; Howard and Ruder (2018).
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from framework.interfaces import Model
from framework.models.parts import part


class TextClassifier(Model):
    """logits = z W + b for the mean z of the encodings of a text's words."""

    def __init__(
        self,
        vocabulary_size: int,
        length: int,
        features: int,
        heads: int,
        layers: int,
        classes: int,
        *,
        rng: np.random.Generator,
    ) -> None:
        super().__init__()
        sizes = vocabulary_size, length, features, heads, layers
        self.encoder = self.add_child("encoder", part("transformer_encoder")(*sizes, rng=rng))
        self.pool = part("average_over_time")()
        self.head = self.add_child("head", part("affine")(features, classes, rng=rng))

    def encode(self, ids: Any) -> Any:
        """Return the mean `(N, D)` of the encodings of each text's words."""
        return self.pool.forward(self.encoder.forward(ids), self._arrays.words(ids))

    def forward(self, ids: Any) -> Any:
        """Return the logits `(N, C)` of `ids: (N, T)`, padded at the end."""
        return self.head.forward(self.encode(ids))

    def backward(self, grad_logits: Any) -> None:
        """Backpropagate `(N, C)` through the head and the mean to the encoder."""
        self.encoder.backward(self.pool.backward(self.head.backward(grad_logits)))


def load_encoder(classifier: Any, parameters: Mapping[str, Any]) -> None:
    """Copy the arrays encoder.NAME of `parameters` into those of the classifier.

    Raises:
        ValueError: an array is missing, or has another shape.
    """
    arrays = classifier._arrays
    own = {name: p for name, p in classifier.parameters.items() if name.startswith("encoder.")}
    shapes = {name: tuple(p.shape) for name, p in own.items()}
    received = {name: tuple(parameters[name].shape) for name in own if name in parameters}
    for name, shape in shapes.items():
        if received.get(name) != shape:
            other = received.get(name, "missing")
            raise ValueError(f"'{name}' should be {shape}, but is {other}")
    for name in own:
        arrays.assign(
            classifier.parameters, name, arrays.to_numpy(arrays.asarray(parameters[name]))
        )


def probe(
    classifier: Any, ids: Any, labels: Any, *, steps: int, learning_rate: float
) -> list[float]:
    """Train the head on encodings that are computed once; return the loss of each step."""
    classifier.eval()
    return _fit(classifier.head, classifier.encode(ids), labels, steps, learning_rate)


def fine_tune(
    classifier: Any, ids: Any, labels: Any, *, steps: int, learning_rate: float
) -> list[float]:
    """Train all weights; return the loss of each step."""
    classifier.train()
    return _fit(classifier, ids, labels, steps, learning_rate)


def _fit(model: Any, x: Any, labels: Any, steps: int, learning_rate: float) -> list[float]:
    """Minimize the cross-entropy of the rows of `x`; return its values."""
    cost, adam = part("softmax_cross_entropy")(), part("adam")(learning_rate)

    def step() -> Any:
        value = cost.forward(model.forward(x), labels)
        model.zero_gradients()
        model.backward(cost.backward())
        adam.step(model.parameters, model.gradients)
        return value

    values = [step() for _ in range(steps)]
    return [float(value) for value in values]  # read once, so that a GPU never waits
