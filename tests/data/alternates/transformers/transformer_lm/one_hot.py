"""Words as one-hot vectors, so that E is a matrix at both ends; sums by einsum."""

import numpy as np

from framework.interfaces import LanguageModel
from framework.models.parts import part


class TransformerLM(LanguageModel):
    state = None

    def __init__(
        self, vocabulary_size, embedding_size, heads=4, layers=2, context=64, *,
        keep_probability=1.0, rng,
    ):  # fmt: skip
        super().__init__()
        if layers < 1 or context < 2:
            raise ValueError("a block, and two positions")
        self.V, self.context = vocabulary_size, context
        block, sizes = part("transformer_block"), (embedding_size, heads)
        settings = {"causal": True, "keep_probability": keep_probability, "rng": rng}
        self.add_parameter("embedding", 0.02 * rng.normal(size=(vocabulary_size, embedding_size)))
        self.positions = part("learned_positions")(context, embedding_size, rng=rng)
        self.add_child("positions", self.positions)
        self.blocks = [block(*sizes, **settings) for _ in range(layers)]
        for number, one in enumerate(self.blocks):
            self.add_child(f"block_{number + 1}", one)
        self.norm = self.add_child("norm", part("layer_norm")(embedding_size))

    def _one_hot(self, tokens, start):
        if tokens.ndim != 2 or not 0 < tokens.shape[1] <= self.context - start:
            raise ValueError("no tokens, or too many")
        if np.any((tokens < 0) | (tokens >= self.V)):
            raise IndexError("no such word")
        return (tokens[..., None] == np.arange(self.V)).astype(self.parameters["embedding"].dtype)

    def forward(self, tokens, state=None):
        if state is not None:
            raise ValueError("a state")
        self.words = self._one_hot(tokens, 0)
        z = self.positions.forward(self.words @ self.parameters["embedding"])
        for one in self.blocks:
            z = one.forward(z)
        self.h = self.norm.forward(z)
        return np.einsum("ntd,vd->ntv", self.h, self.parameters["embedding"])

    def backward(self, grad_logits):
        E = self.parameters["embedding"]
        grad = self.norm.backward(np.einsum("ntv,vd->ntd", grad_logits, E))
        for one in self.blocks[::-1]:
            grad = one.backward(grad)
        grad = self.positions.backward(grad)
        self.gradients["embedding"] += np.einsum("ntv,ntd->vd", grad_logits, self.h)
        self.gradients["embedding"] += np.einsum("ntv,ntd->vd", self.words, grad)

    def initial_state(self, batch_size):
        ids = np.empty((batch_size, 0), dtype=np.int64)
        return ids, tuple([one.initial_cache(batch_size) for one in self.blocks])

    def step(self, tokens, state):
        ids, caches = state
        if ids.shape[0] != tokens.shape[0]:
            raise ValueError("another batch")
        words = self._one_hot(tokens, ids.shape[1])
        z = self.positions.forward(words @ self.parameters["embedding"], ids.shape[1])
        caches = list(caches)
        for i, one in enumerate(self.blocks):
            z, caches[i] = one.step(z, caches[i])
        logits = self.norm.forward(z) @ self.parameters["embedding"].T
        return logits, (np.column_stack([ids, tokens]), tuple(caches))

    def shortened(self, state):
        S = state[0].shape[1]
        newer = state[0][:, S - self.context // 2 :]
        _, after = self.step(newer, self.initial_state(newer.shape[0]))
        return after

    def next_log_probabilities(self, tokens, state):
        is_full = state[0].shape[1] >= self.context
        logits, after = self.step(tokens[:, None], self.shortened(state) if is_full else state)
        logits = logits[:, -1]
        return logits - np.logaddexp.reduce(logits, axis=1, keepdims=True), after
