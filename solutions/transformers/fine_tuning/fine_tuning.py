"""A classifier on a pretrained encoder: a probe, and training of all weights.

Source: Devlin et al. (2019), sections 3.2 and 5.3; Howard and Ruder (2018).
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from framework.interfaces import Array, Model
from framework.models.parts import part

PAD = 0  # the id that pads short texts


class TextClassifier(Model):
    """logits = z W + b, where z is the mean of the encodings of a text's words.

    Args:
        vocabulary_size, length, features, heads, layers: those of your `TransformerEncoder`.
        classes: C.

    Parameters: those of the encoder as encoder.NAME, head.W `(D, C)`, head.b `(C,)`.
    """

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
        encoder = part("transformer_encoder")(*sizes, rng=rng)
        self.encoder: Any = self.add_child("encoder", encoder)
        self.head: Any = self.add_child("head", part("affine")(features, classes, rng=rng))

    def encode(self, ids: Array) -> Array:
        """Return z `(N, D)`; zeros for a text without words.

        Args:
            ids: `(N, T)` integers, padded with `PAD` at the end. Not modified.
        """
        # BEGIN SOLUTION: the encoder gives 0 at padding; divide by the number of words
        h = self.encoder.forward(ids)
        words = ids != PAD
        counts = np.maximum(words.sum(axis=1, keepdims=True), 1)
        self._weights = (words / counts).astype(h.dtype)[:, :, None]
        return (self._weights * h).sum(axis=1)
        # END SOLUTION

    def forward(self, ids: Array) -> Array:
        """Return the logits `(N, C)` for the ids of `encode`."""
        # BEGIN SOLUTION
        return self.head.forward(self.encode(ids))
        # END SOLUTION

    def backward(self, grad_logits: Array) -> None:
        """Add all gradients for `grad_logits: (N, C)`. Not modified."""
        # BEGIN SOLUTION: each word has the weight 1/n in z
        grad_z = self.head.backward(grad_logits)
        self.encoder.backward(self._weights * grad_z[:, None])
        # END SOLUTION


def load_encoder(classifier: TextClassifier, parameters: Mapping[str, Array]) -> None:
    """Copy the arrays of a pretrained encoder into the classifier's own arrays.

    Args:
        classifier: its parameters encoder.NAME change; the head stays as it is.
        parameters: those of a `MaskedLM`, encoder.NAME among them. Others are not used. Not
            modified.

    Raises: ValueError if an array is missing or has another shape; then nothing is copied.
    """
    # BEGIN SOLUTION: compare all names and shapes, then copy
    own = {n: p for n, p in classifier.parameters.items() if n.startswith("encoder.")}
    for name, array in own.items():
        if name not in parameters:
            raise ValueError(f"the pretrained parameters have no '{name}'")
        if np.shape(parameters[name]) != np.shape(array):
            shapes = f"{np.shape(array)}, but is {np.shape(parameters[name])}"
            raise ValueError(f"'{name}' should be {shapes}")
    for name, array in own.items():
        array[...] = parameters[name]
    # END SOLUTION


def probe(
    classifier: TextClassifier, ids: Array, labels: Array, *, steps: int, learning_rate: float
) -> list[float]:
    """Train the head alone, on encodings that are computed once.

    Each step lowers the mean cross-entropy (part ``softmax_cross_entropy``) of all texts by Adam
    (part ``adam``).

    Args:
        classifier: head.W and head.b change, the encoder does not. Its method `eval` is called
            first.
        ids: `(M, T)`. Not modified.
        labels: `(M,)` integers in 0 ... C−1. Not modified.

    Returns: the loss of each step, before its update.
    """
    # BEGIN SOLUTION: the head is a model of its own
    classifier.eval()
    return _fit(classifier.head, classifier.encode(ids), labels, steps, learning_rate)
    # END SOLUTION


def fine_tune(
    classifier: TextClassifier, ids: Array, labels: Array, *, steps: int, learning_rate: float
) -> list[float]:
    """Train all weights as `probe` trains the head; the method `train` is called first.

    Args and Returns: those of `probe`, but all parameters change.
    """
    # BEGIN SOLUTION
    classifier.train()
    return _fit(classifier, ids, labels, steps, learning_rate)


def _fit(model: Any, x: Array, labels: Array, steps: int, learning_rate: float) -> list[float]:
    """Take steps of Adam on all rows of `x`; return the losses."""
    loss, optimizer = part("softmax_cross_entropy")(), part("adam")(learning_rate)
    losses = []
    for _ in range(steps):
        losses.append(loss.forward(model.forward(x), labels))
        model.zero_gradients()
        model.backward(loss.backward())
        optimizer.step(model.parameters, model.gradients)
    return losses
    # END SOLUTION
