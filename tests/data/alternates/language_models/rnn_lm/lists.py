"""The embedding's gradient word by word; warnings are errors; a list as the result."""

import numpy as np

from framework.interfaces import LanguageModel
from framework.models.parts import part

np.seterr(all="raise", under="ignore")


def _log_softmax(z):
    z = z - z.max(axis=-1, keepdims=True)
    return z - np.log(np.exp(z).sum(axis=-1, keepdims=True))


class RecurrentLM(LanguageModel):
    def __init__(self, vocabulary_size, embedding_size, hidden_size, cell="rnn", *, rng):
        super().__init__()
        V, E, H = vocabulary_size, embedding_size, hidden_size
        self.V = V
        self.add_parameter("embedding", rng.normal(scale=0.1, size=(V, E)))
        self.cell = self.add_child("cell", part(cell)(E, H, rng=rng))
        self.add_parameter("U", rng.normal(scale=H**-0.5, size=(H, V)))
        self.add_parameter("b_2", np.zeros(V))

    def forward(self, tokens, state=None):
        if np.any(tokens < 0) or np.any(tokens >= self.V):
            raise IndexError("no such token")
        self.tokens = np.array(tokens)
        e = np.stack([self.parameters["embedding"][row] for row in tokens])
        self.h = np.array(self.cell.forward(e, state))
        self.state = self.cell.state
        return np.dot(self.h, self.parameters["U"]) + self.parameters["b_2"]

    def backward(self, grad_logits):
        for h, grad in zip(self.h, grad_logits, strict=True):
            self.gradients["U"] += h.T @ grad
            self.gradients["b_2"] += grad.sum(axis=0)
        grad_e, _ = self.cell.backward(grad_logits @ self.parameters["U"].T)
        for place in np.ndindex(self.tokens.shape):
            self.gradients["embedding"][self.tokens[place]] += grad_e[place]

    def initial_state(self, batch_size):
        return self.cell.initial_state(batch_size)

    def next_log_probabilities(self, tokens, state):
        logits = self.forward(tokens.reshape(-1, 1), state)
        return [_log_softmax(logits[:, -1]), self.state]


if __name__ == "__main__":
    print("a language model")
