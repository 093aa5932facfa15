"""Classifiers of texts: word vectors, a layer that reads them, a pooling, scores."""

from __future__ import annotations

from typing import Any

from framework.interfaces import Model
from framework.models.parts import part

#: Pooling -> the part that pools.
POOLINGS = {"max": "max_over_time", "mean": "average_over_time"}


def pool_of(pooling: str) -> Any:
    """Return the part for `pooling`; that of the last word if it is not one of `POOLINGS`."""
    return part(POOLINGS[pooling])() if pooling in POOLINGS else LastWord()


class LastWord(Model):
    """The state at the last word of each text; 0 without words."""

    def forward(self, h: Any, words: Any) -> Any:
        """Return `(N, H)` of `h: (N, T, H)`, with `words: (N, T)` False at padding."""
        counts = self._arrays.namespace.cumsum(words, 1)
        self._is_last = (words & (counts == counts[:, -1:]))[:, :, None]
        return (self._is_last * h).sum(1)

    def backward(self, grad_output: Any) -> Any:
        """Return the gradient of h, `(N, T, H)`."""
        return self._is_last * grad_output[:, None]


class PooledClassifier(Model):
    """logits = pool(layers(x)) W + b, for the word vectors x; a subclass adds the parts.

    Padding is at the end, so that no state of a word depends on it: the layers need no mask.
    """

    embedding: Any
    layers: list[Any]
    pool: Any
    scores: Any

    def encode(self, ids: Any) -> Any:
        """One vector for each text of `ids: (N, T)`, `(N, H)`; zeros for a text without words.

        Raises:
            IndexError: an id outside 0 ... V−1.
        """
        self._words = self._arrays.words(ids)
        x = self.embedding.forward(ids) * self._words[:, :, None]
        for layer in self.layers:
            x = layer.forward(x)
        return self.pool.forward(x, self._words)

    def forward(self, ids: Any) -> Any:
        """Return the logits `(N, C)` of `ids: (N, T)`, padded at the end."""
        return self.scores.forward(self.encode(ids))

    def backward(self, grad_logits: Any) -> None:
        """Backpropagate `(N, C)` through scores, pooling and layers to the word vectors."""
        grad = self.pool.backward(self.scores.backward(grad_logits))
        for layer in reversed(self.layers):
            grad = layer.backward(grad)
            grad = grad[0] if isinstance(grad, tuple) else grad  # the other is of the first state
        self.embedding.backward(grad * self._words[:, :, None])
