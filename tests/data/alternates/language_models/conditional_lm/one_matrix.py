"""Words and condition as one long input, with embedding and W_c as one matrix; einsum."""

import numpy as np

from framework.interfaces import LanguageModel
from framework.models.parts import part


class ConditionalLM(LanguageModel):
    def __init__(
        self, vocabulary_size, condition_size, embedding_size, hidden_size, cell="rnn", *, rng
    ):
        super().__init__()
        self.V, self.K = vocabulary_size, condition_size
        self.add_parameter("embedding", rng.normal(size=(vocabulary_size, embedding_size)) / 10)
        for name, size in (("W_0", hidden_size), ("W_c", embedding_size)):
            self.add_parameter(name, rng.normal(size=(condition_size, size)) / condition_size**0.5)
        self.cell = self.add_child("cell", part(cell)(embedding_size, hidden_size, rng=rng))
        self.add_parameter("U", np.zeros((hidden_size, vocabulary_size)))  # uniform at first
        self.add_parameter("b_2", np.zeros(vocabulary_size))

    def forward(self, tokens, condition, state=None):
        if np.any((tokens < 0) | (tokens >= self.V)):
            raise ValueError("an id has no row in the embedding")
        if condition.shape != (len(tokens), self.K):
            raise ValueError("one condition for each text")
        given = np.broadcast_to(condition[:, None], (*tokens.shape, self.K))
        one_hot = np.equal.outer(tokens, np.arange(self.V)).astype(condition.dtype)
        self.x = np.concatenate([one_hot, given], axis=2)
        table = np.concatenate([self.parameters["embedding"], self.parameters["W_c"]])
        self.start = state is None
        self.h_0 = np.tanh(np.einsum("nk,kh->nh", condition, self.parameters["W_0"]))
        state = self.cell_state(self.h_0) if self.start else state
        self.h = self.cell.forward(self.x @ table, state)
        self.state = self.cell.state
        self.condition = condition
        return np.einsum("nth,hv->ntv", self.h, self.parameters["U"]) + self.parameters["b_2"]

    def backward(self, grad_logits):
        self.gradients["U"] += np.einsum("nth,ntv->hv", self.h, grad_logits)
        self.gradients["b_2"] += np.einsum("ntv->v", grad_logits)
        grad_h = np.einsum("ntv,hv->nth", grad_logits, self.parameters["U"])
        grad_e, grad_state = self.cell.backward(grad_h)
        grad_h_0 = grad_state[0] if isinstance(grad_state, tuple) else grad_state
        table = np.einsum("ntv,nte->ve", self.x, grad_e)
        self.gradients["embedding"] += table[: self.V]
        self.gradients["W_c"] += table[self.V :]
        grad_a = grad_h_0 * (1 - self.h_0) * (1 + self.h_0) * self.start
        self.gradients["W_0"] += np.einsum("nk,nh->kh", self.condition, grad_a)
        by_step = np.einsum("nte,ke->nk", grad_e, self.parameters["W_c"])
        return by_step + np.einsum("nh,kh->nk", grad_a, self.parameters["W_0"])

    def initial_state(self, batch_size, condition=None):
        if condition is None:
            condition = np.zeros_like(self.parameters["U"], shape=(batch_size, self.K))
        if condition.shape != (batch_size, self.K):
            raise ValueError("one condition for each text")
        return self.cell_state(np.tanh(condition @ self.parameters["W_0"])), condition

    def cell_state(self, h_0):
        state = self.cell.initial_state(len(h_0))
        return (h_0, *state[1:]) if isinstance(state, tuple) else h_0

    def next_log_probabilities(self, tokens, state):
        cell_state, condition = state
        e = self.parameters["embedding"][tokens] + condition @ self.parameters["W_c"]
        self.cell.forward(e[:, None], cell_state)
        after = self.cell.state
        h = after[0] if isinstance(after, tuple) else after
        scores = h @ self.parameters["U"] + self.parameters["b_2"]
        return scores - np.logaddexp.reduce(scores, axis=1, keepdims=True), (after, condition)
