"""A list of windows for each text, tuples for pairs; prints when it is loaded."""

from __future__ import annotations

import numpy as np

from framework.interfaces import Array, LanguageModel

print("window language model")


class WindowLM(LanguageModel):
    def __init__(
        self,
        vocabulary_size: int,
        embedding_size: int,
        hidden_size: int,
        window: int = 4,
        *,
        direct: bool = False,
        rng: np.random.Generator,
    ) -> None:
        super().__init__()
        if not window >= 1:
            raise ValueError(window)
        V, E, H, n = vocabulary_size, embedding_size, hidden_size, window
        self.V, self.E, self.n, self.direct = V, E, n, direct
        shapes = {"W": (n * E, H), "U": (H, V)}
        if direct:
            shapes["W_direct"] = (n * E, V)
        self.add_parameter("embedding", rng.normal(0, 0.1, (V + 1, E)))
        for name, shape in shapes.items():
            self.add_parameter(name, rng.normal(0, shape[0] ** -0.5, shape))
        self.add_parameter("b_1", np.zeros(H))
        self.add_parameter("b_2", np.zeros(V))

    def initial_state(self, batch_size: int) -> Array:
        return np.array([[self.V] * (self.n - 1) for _ in range(batch_size)], int).reshape(
            batch_size, self.n - 1
        )

    def forward(self, tokens: Array, state: Array | None = None) -> Array:
        if tokens.size and (tokens.min() < 0 or tokens.max() >= self.V):
            raise IndexError("token ids")
        before = self.initial_state(len(tokens)) if state is None else state
        texts = [[*map(int, b), *map(int, text)] for b, text in zip(before, tokens, strict=True)]
        T = tokens.shape[1]
        rows = [text[t : t + self.n] for text in texts for t in range(T)]
        self.windows = np.array(rows, int).reshape(len(tokens) * T, self.n)
        self.state = np.array([text[T:] for text in texts], int).reshape(len(tokens), self.n - 1)
        self.e = self.parameters["embedding"][self.windows].reshape(-1, self.n * self.E)
        self.h = np.tanh(self.e @ self.parameters["W"] + self.parameters["b_1"])
        logits = self.h @ self.parameters["U"] + self.parameters["b_2"]
        if self.direct:
            logits = logits + self.e @ self.parameters["W_direct"]
        return logits.reshape(*tokens.shape, self.V)

    def backward(self, grad_logits: Array) -> None:
        grad = grad_logits.reshape(-1, self.V)
        z = (grad @ self.parameters["U"].T) * (1 - self.h) * (1 + self.h)
        e = z @ self.parameters["W"].T
        self.gradients["U"] += self.h.T @ grad
        self.gradients["b_2"] += grad.sum(axis=0)
        self.gradients["W"] += self.e.T @ z
        self.gradients["b_1"] += z.sum(axis=0)
        if self.direct:
            self.gradients["W_direct"] += self.e.T @ grad
            e = e + grad @ self.parameters["W_direct"].T
        for place, piece in enumerate(np.split(e, self.n, axis=1)):
            np.add.at(self.gradients["embedding"], self.windows[:, place], piece)

    def next_log_probabilities(self, tokens: Array, state: Array) -> tuple[Array, Array]:
        scores = self.forward(np.expand_dims(tokens, 1), state).squeeze(1)
        scores = scores - scores.max(axis=1, keepdims=True)
        return scores - np.log(np.exp(scores).sum(axis=1, keepdims=True)), self.state
