"""One-hot matrices in place of look-ups; einsum; prints when it is loaded."""

from __future__ import annotations

from typing import Any

import numpy as np

from framework.interfaces import Array, LanguageModel
from framework.models.parts import part

print("recurrent language model")


class RecurrentLM(LanguageModel):
    """A recurrent language model."""

    def __init__(
        self,
        vocabulary_size: int,
        embedding_size: int,
        hidden_size: int,
        cell: str = "rnn",
        *,
        rng: np.random.Generator,
    ) -> None:
        super().__init__()
        self.sizes = vocabulary_size, embedding_size, hidden_size
        self.add_parameter("embedding", 0.1 * rng.normal(size=(vocabulary_size, embedding_size)))
        self.cell: Any = part(cell)(embedding_size, hidden_size, rng=rng)
        self.add_child("cell", self.cell)
        self.add_parameter("U", rng.normal(size=(hidden_size, vocabulary_size)) / hidden_size**0.5)
        self.add_parameter("b_2", np.zeros(vocabulary_size))

    def forward(self, tokens: Array, state: Any = None) -> Array:
        V = self.sizes[0]
        if tokens.size and not (tokens.min() >= 0 and tokens.max() < V):
            raise IndexError(f"ids from {tokens.min()} to {tokens.max()}, V = {V}")
        embedding = self.parameters["embedding"]
        self.chosen = np.equal(tokens[..., None], np.arange(V)).astype(embedding.dtype)
        self.h = self.cell.forward(self.chosen @ embedding, state).copy()
        self.state = self.cell.state
        return np.einsum("nth,hv->ntv", self.h, self.parameters["U"]) + self.parameters["b_2"]

    def backward(self, grad_logits: Array) -> None:
        self.gradients["U"] += np.einsum("nth,ntv->hv", self.h, grad_logits)
        self.gradients["b_2"] += np.einsum("ntv->v", grad_logits)
        back = np.einsum("ntv,hv->nth", grad_logits, self.parameters["U"])
        grad_e = self.cell.backward(back)[0]
        self.gradients["embedding"] += np.einsum("ntv,nte->ve", self.chosen, grad_e)

    def initial_state(self, batch_size: int) -> Any:
        return self.cell.initial_state(batch_size)

    def next_log_probabilities(self, tokens: Array, state: Any) -> tuple[Array, Any]:
        z = self.forward(tokens[:, None], state)[:, 0]
        z = z - np.amax(z, axis=1)[:, None]
        return z - np.log(np.sum(np.exp(z), axis=1))[:, None], self.state
