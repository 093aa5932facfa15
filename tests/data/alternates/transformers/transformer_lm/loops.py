"""Tokens one by one where gradients are added, blocks in a recursion; warnings are errors."""

import numpy as np

from framework.interfaces import LanguageModel
from framework.models.parts import part

np.seterr(all="raise", under="ignore")


class TransformerLM(LanguageModel):
    state = None

    def __init__(
        self, vocabulary_size, embedding_size, heads=4, layers=2, context=64, *,
        keep_probability=1.0, rng,
    ):  # fmt: skip
        super().__init__()
        if min(layers, context - 1) < 1:
            raise ValueError("sizes")
        self.vocabulary_size, self.context = vocabulary_size, context
        self.add_parameter("embedding", np.zeros((vocabulary_size, embedding_size)))
        self.parameters["embedding"][...] = rng.uniform(
            -0.03, 0.03, self.parameters["embedding"].shape
        )
        self.positions = self.add_child(
            "positions", part("learned_positions")(context, embedding_size, rng=rng)
        )
        self.blocks = []
        while len(self.blocks) < layers:
            block = part("transformer_block")(
                embedding_size, heads, causal=True, keep_probability=keep_probability, rng=rng
            )
            self.blocks.append(block)
            self.add_child(f"block_{len(self.blocks)}", block)
        self.norm = self.add_child("norm", part("layer_norm")(embedding_size))

    def check(self, tokens, start):
        if tokens.ndim != 2 or tokens.shape[1] < 1 or start + tokens.shape[1] > self.context:
            raise ValueError("number of tokens")
        if any(not 0 <= token < self.vocabulary_size for token in tokens.ravel().tolist()):
            raise IndexError("id")

    def forward(self, tokens, state=None):
        if state is not None:
            raise ValueError("state")
        self.check(tokens, 0)
        self.tokens = tokens.copy()
        z = self.positions.forward(self.parameters["embedding"].take(tokens, axis=0))
        self.h = self.norm.forward(self.up(0, z))
        return self.h @ self.parameters["embedding"].T

    def up(self, i, z):
        return z if i == len(self.blocks) else self.up(i + 1, self.blocks[i].forward(z))

    def down(self, i, grad):
        return grad if i < 0 else self.down(i - 1, self.blocks[i].backward(grad))

    def backward(self, grad_logits):
        E, total = self.parameters["embedding"], self.gradients["embedding"]
        grad = self.down(len(self.blocks) - 1, self.norm.backward(grad_logits @ E))
        grad = self.positions.backward(grad)
        for n, t in np.ndindex(*self.tokens.shape):
            total += np.outer(grad_logits[n, t], self.h[n, t])
            total[self.tokens[n, t]] += grad[n, t]

    def initial_state(self, batch_size):
        caches = tuple(block.initial_cache(batch_size) for block in self.blocks)
        return np.array([[] for _ in range(batch_size)], dtype=np.int64).reshape(
            batch_size, 0
        ), caches

    def step(self, tokens, state):
        if len(tokens) != len(state[0]):
            raise ValueError("texts")
        S = state[0].shape[1]
        self.check(tokens, S)
        z = self.positions.forward(self.parameters["embedding"].take(tokens, axis=0), S)
        z, caches = self.step_from(0, z, state[1])
        ids = np.hstack((state[0], tokens))
        return self.norm.forward(z) @ self.parameters["embedding"].T, (ids, caches)

    def step_from(self, i, z, caches):
        if i == len(self.blocks):
            return z, ()
        z, first = self.blocks[i].step(z, caches[i])
        z, others = self.step_from(i + 1, z, caches)
        return z, (first, *others)

    def shortened(self, state):
        half = self.context // 2
        return self.step(state[0][:, -half:], self.initial_state(len(state[0])))[1]

    def next_log_probabilities(self, tokens, state):
        while state[0].shape[1] >= self.context:
            state = self.shortened(state)
        logits, state = self.step(tokens.reshape(-1, 1), state)
        shifted = logits[:, 0] - logits[:, 0].max(axis=1)[:, None]
        return shifted - np.log(np.exp(shifted).sum(axis=1))[:, None], state
