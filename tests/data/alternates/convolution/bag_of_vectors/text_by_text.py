"""One text at a time, as a course without batches does; prints when it is loaded."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from framework.interfaces import Array, Model

print("bag of vectors")
PAD = 0


class DeepAveragingNetwork(Model):
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
        if keep_probability <= 0 or keep_probability > 1:
            raise ValueError(keep_probability)
        self.vocabulary_size, self.keep, self.rng = vocabulary_size, keep_probability, rng
        self.add_parameter("embedding", rng.normal(0, 0.1, (vocabulary_size, embedding_size)))
        fan_in, self.layers = embedding_size, []
        for number, fan_out in enumerate([*hidden_sizes, classes], 1):
            W = rng.normal(0, (2 / fan_in) ** 0.5, (fan_in, fan_out))
            self.add_parameter(f"W_{number}", W)
            self.add_parameter(f"b_{number}", np.zeros(fan_out))
            self.layers.append(number)
            fan_in = fan_out

    def forward(self, ids: Array) -> Array:
        for word in ids.ravel():
            if not 0 <= word < self.vocabulary_size:
                raise IndexError(int(word))
        self.saved = [self._one(text) for text in ids]
        last = f"b_{self.layers[-1]}"
        empty = np.empty((0, len(self.parameters[last])), self.parameters[last].dtype)
        return np.vstack([empty, *(outputs[-1] for _, outputs in self.saved)])

    def _one(self, text: Array) -> tuple[list[int], list[Array]]:
        words = [int(word) for word in text if word != PAD]
        if self.training and self.keep < 1:
            words = [word for word in words if self.rng.random() < self.keep]
        embedding = self.parameters["embedding"]
        z = np.zeros(embedding.shape[1], embedding.dtype)
        for word in words:
            z = z + embedding[word] / len(words)
        outputs = [z.astype(embedding.dtype)]
        for i in self.layers:
            z = outputs[-1] @ self.parameters[f"W_{i}"] + self.parameters[f"b_{i}"]
            outputs.append(z if i == self.layers[-1] else np.where(z > 0, z, z.dtype.type(0)))
        return words, outputs

    def backward(self, grad_logits: Array) -> None:
        for (words, outputs), grad in zip(self.saved, grad_logits, strict=True):
            for i in reversed(self.layers):
                if i != self.layers[-1]:
                    grad = np.where(outputs[i] > 0, grad, grad.dtype.type(0))
                self.gradients[f"W_{i}"] += np.outer(outputs[i - 1], grad)
                self.gradients[f"b_{i}"] += grad
                grad = self.parameters[f"W_{i}"] @ grad
            for word in words:
                self.gradients["embedding"][word] += grad / len(words)
