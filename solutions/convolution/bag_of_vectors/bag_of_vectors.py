"""The deep averaging network: CS224n lecture 11, 3.4; Iyyer et al. (2015)."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from framework.interfaces import Array, Model

PAD = 0  # the id of the padding after short texts


class DeepAveragingNetwork(Model):
    """A classifier of texts: the average of the word vectors, then affine layers with ReLU.

    Args:
        vocabulary_size, embedding_size, classes: V (with the padding id 0), E and C.
        hidden_sizes: the sizes H_1 ... H_{k−1} of the hidden layers; may be empty.
        keep_probability: p, in (0, 1]; the probability that a word is kept in training.

    Parameters: embedding `(V, E)`, W_1 `(E, H_1)`, b_1 `(H_1,)`, ..., W_k `(H_{k−1}, C)`, b_k.
    Raises: ValueError if `keep_probability` is not in (0, 1].
    """

    def __init__(
        self,
        vocabulary_size: int,
        embedding_size: int,
        hidden_sizes: Sequence[int],
        classes: int,
        *,
        keep_probability: float = 1.0,
        rng: np.random.Generator,
    ) -> None:
        super().__init__()
        if not 0 < keep_probability <= 1:
            raise ValueError(f"keep_probability lies in (0, 1], but got {keep_probability}")
        V, E = vocabulary_size, embedding_size
        self.vocabulary_size, self.keep_probability, self.rng = V, keep_probability, rng
        self.layers = len(hidden_sizes) + 1  # k
        self.add_parameter("embedding", rng.normal(scale=0.1, size=(V, E)))
        sizes = [E, *hidden_sizes, classes]
        for i in range(1, self.layers + 1):
            fan_in, fan_out = sizes[i - 1], sizes[i]
            W = rng.normal(scale=(2 / fan_in) ** 0.5, size=(fan_in, fan_out))
            self.add_parameter(f"W_{i}", W)
            self.add_parameter(f"b_{i}", np.zeros(fan_out))

    def forward(self, ids: Array) -> Array:
        """Return the scores `(N, C)` of texts, `ids: (N, T)` with `PAD` after short texts.

        Raises: IndexError if an id is outside 0 ... V−1. (In NumPy, −1 is the last row.)
        """
        # BEGIN SOLUTION: average the vectors of the words, apply the layers, keep what is needed
        _check_ids(ids, self.vocabulary_size)
        embedding = self.parameters["embedding"]
        words = ids != PAD
        if self.training and self.keep_probability < 1:
            words &= self.rng.random(ids.shape) < self.keep_probability
        weights = words.astype(embedding.dtype)
        weights /= np.maximum(weights.sum(axis=1, keepdims=True), 1)  # without words: 0/1
        self._ids, self._weights = ids, weights  # (N, T): 1/|words| at a word, 0 elsewhere
        z = (weights[:, None, :] @ embedding[ids])[:, 0]  # (N, E)
        self._z = [z]
        for i in range(1, self.layers):
            z = np.maximum(z @ self.parameters[f"W_{i}"] + self.parameters[f"b_{i}"], 0)
            self._z.append(z)
        k = self.layers
        return z @ self.parameters[f"W_{k}"] + self.parameters[f"b_{k}"]
        # END SOLUTION

    def backward(self, grad_logits: Array) -> None:
        """Add all gradients for `grad_logits: (N, C)` to `gradients`; returns nothing."""
        # BEGIN SOLUTION: from the last layer to the first, then np.add.at on the embedding
        # A layer y = z W + b: dJ = Σ grad · (dz W + z dW + db)
        grad = grad_logits
        for i in reversed(range(1, self.layers + 1)):
            z = self._z[i - 1]  # the input of layer i
            self.gradients[f"W_{i}"] += z.T @ grad
            self.gradients[f"b_{i}"] += grad.sum(axis=0)
            grad = grad @ self.parameters[f"W_{i}"].T
            if i > 1:
                grad = grad * (z > 0)  # z is the output of a ReLU, positive where its input was
        # z_0 = Σ_t weight_t e_t: each place gets its weight times the gradient of z_0
        grad_vectors = self._weights[:, :, None] * grad[:, None, :]
        np.add.at(self.gradients["embedding"], self._ids, grad_vectors)
        # END SOLUTION


def _check_ids(ids: Array, vocabulary_size: int) -> None:
    """Given: raise an error if an id has no row in the embedding."""
    if ids.size and (ids.min() < 0 or ids.max() >= vocabulary_size):
        bounds, actual = f"0 ... {vocabulary_size - 1}", f"{ids.min()} ... {ids.max()}"
        raise IndexError(f"token ids must lie in {bounds}, but these lie in {actual}")
