"""The deep averaging network on torch tensors.

Source: CS224n lecture 11, section 3.4; Iyyer et al., "Deep Unordered Composition Rivals Syntactic
Methods for Text Classification" (2015).
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import torch
from torch import Tensor
from torch.nn import functional

from framework.interfaces import Model
from plugins.torch_backend.arrays import checked_ids, uniforms

#: The id of padding.
PAD = 0


class DeepAveragingNetwork(Model):
    """z_0 = mean of the word vectors, z_i = ReLU(z_{i−1} W_i + b_i), logits = z_{k−1} W_k + b_k.

    Differentiated by hand: only the embedding rows that were read get a gradient. Autograd would
    make a new table of full size first.
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
        self.layers = len(hidden_sizes) + 1
        self.add_parameter("embedding", rng.normal(scale=0.1, size=(V, E)))
        sizes = [E, *hidden_sizes, classes]
        for i in range(1, self.layers + 1):
            fan_in, fan_out = sizes[i - 1], sizes[i]
            W = rng.normal(scale=(2 / fan_in) ** 0.5, size=(fan_in, fan_out))
            self.add_parameter(f"W_{i}", W)
            self.add_parameter(f"b_{i}", np.zeros(fan_out))

    @torch.no_grad()
    def forward(self, ids: Tensor) -> Tensor:
        """Return logits `(N, C)` of `ids: (N, T)`: average, then k − 1 hidden layers, then scores.

        Raises:
            IndexError: an id outside 0 ... V−1.
        """
        self._words = self._drop(checked_ids(ids, self.vocabulary_size))
        # A dropped word is padding from here on: the kernel leaves both out of the mean.
        z = functional.embedding_bag(
            self._words, self.parameters["embedding"], mode="mean", padding_idx=PAD
        )
        self._z = [z]
        for i in range(1, self.layers):
            z = self._affine(i, z).relu_()
            self._z.append(z)
        return self._affine(self.layers, z)

    @torch.no_grad()
    def backward(self, grad_logits: Tensor) -> None:
        """Add the gradients of the layers and of the vector of every word."""
        grad = grad_logits
        for i in reversed(range(1, self.layers + 1)):
            z = self._z[i - 1]
            self.gradients[f"W_{i}"].addmm_(z.T, grad)
            self.gradients[f"b_{i}"].add_(grad.sum(0))
            grad = grad @ self.parameters[f"W_{i}"].T
            if i > 1:
                grad.mul_(z > 0)
        self._add_to_words(grad)

    def _drop(self, ids: Tensor) -> Tensor:
        if not self.training or self.keep_probability == 1:
            return ids
        return ids * (uniforms(ids.shape, ids.device, rng=self.rng) < self.keep_probability)

    def _affine(self, i: int, z: Tensor) -> Tensor:
        return torch.addmm(self.parameters[f"b_{i}"], z, self.parameters[f"W_{i}"])

    def _add_to_words(self, grad_mean: Tensor) -> None:
        """Add 1/n of the gradient of the mean `(N, E)` to each of the n words of a text."""
        weights = (self._words != PAD).to(grad_mean.dtype)
        weights /= weights.sum(1, keepdim=True).clamp_(min=1)
        # Padding is added too, with weight 0: cheaper than a selection of the words.
        grads = weights[:, :, None] * grad_mean[:, None, :]
        self.gradients["embedding"].index_add_(0, self._words.flatten(), grads.flatten(0, 1))
