"""The condition is repeated over time; warnings are errors; a list as the state."""

import numpy as np

from framework.interfaces import LanguageModel
from framework.models.parts import part

np.seterr(all="raise", under="ignore")


class ConditionalLM(LanguageModel):
    def __init__(
        self, vocabulary_size, condition_size, embedding_size, hidden_size, cell="rnn", *, rng
    ):
        super().__init__()
        V, K, E, H = vocabulary_size, condition_size, embedding_size, hidden_size
        self.V, self.K = V, K
        self.add_parameter("embedding", rng.normal(scale=0.1, size=(V, E)))
        self.add_parameter("W_0", rng.normal(scale=K**-0.5, size=(K, H)))
        self.add_parameter("W_c", rng.normal(scale=K**-0.5, size=(K, E)))
        self.cell = self.add_child("cell", part(cell)(E, H, rng=rng))
        self.add_parameter("U", rng.normal(scale=H**-0.5, size=(H, V)))
        self.add_parameter("b_2", np.zeros(V))

    def _first_state(self, condition):
        h_0 = np.tanh(condition @ self.parameters["W_0"])
        state = self.cell.initial_state(len(condition))
        return (h_0, *state[1:]) if isinstance(state, tuple | list) else h_0

    def _check(self, condition, N):
        if np.shape(condition) != (N, self.K):
            raise ValueError(f"a condition is ({N}, {self.K})")

    def forward(self, tokens, condition, state=None):
        if tokens.size and (tokens.min() < 0 or tokens.max() >= self.V):
            raise IndexError("token")
        self._check(condition, len(tokens))
        self.starts = state is None
        first = self._first_state(condition) if self.starts else state
        self.h_0 = first[0] if isinstance(first, tuple | list) else first
        self.tokens, self.condition = tokens.copy(), condition.copy()
        context = np.repeat((condition @ self.parameters["W_c"])[:, None], tokens.shape[1], axis=1)
        self.h = self.cell.forward(self.parameters["embedding"][tokens] + context, first)
        self.state = self.cell.state
        return self.h @ self.parameters["U"] + self.parameters["b_2"]

    def backward(self, grad_logits):
        p, g = self.parameters, self.gradients
        g["U"] += np.tensordot(self.h, grad_logits, ((0, 1), (0, 1)))
        g["b_2"] += grad_logits.sum(axis=(0, 1))
        grad_e, grad_first = self.cell.backward(grad_logits @ p["U"].T)
        np.add.at(g["embedding"], self.tokens, grad_e)
        total = grad_e.sum(axis=1)
        g["W_c"] += self.condition.T @ total
        grad_c = total @ p["W_c"].T
        if self.starts:
            grad_h_0 = grad_first[0] if isinstance(grad_first, tuple | list) else grad_first
            a = grad_h_0 * (1 - self.h_0**2)
            g["W_0"] += self.condition.T @ a
            grad_c = grad_c + a @ p["W_0"].T
        return grad_c

    def initial_state(self, batch_size, condition=None):
        if condition is None:
            condition = np.zeros((batch_size, self.K), self.parameters["b_2"].dtype)
        self._check(condition, batch_size)
        return [self._first_state(condition), condition]

    def next_log_probabilities(self, tokens, state):
        cell_state, condition = state
        z = self.forward(tokens[:, None], condition, cell_state)[:, 0]
        z = z - z.max(axis=1, keepdims=True)
        return [z - np.log(np.exp(z).sum(axis=1, keepdims=True)), [self.state, condition]]
