import numpy as np

from framework.hookspecs import hookimpl
from framework.interfaces import LanguageModel
from framework.providers.registry import Implementation


@hookimpl
def register_implementations():
    return [Implementation("language_model", "tiny_lm", "tiny", __file__ + ":TinyLM")]


class TinyLM(LanguageModel):
    def __init__(self, vocabulary_size, embedding_size, *, rng):
        super().__init__()
        self.add_parameter("C", rng.normal(size=(vocabulary_size, embedding_size)))
        self.add_parameter("U", rng.normal(size=(embedding_size, vocabulary_size)))

    def forward(self, tokens, state=None):
        self.state, self.tokens = None, tokens
        self.h = self.parameters["C"][tokens]
        return self.h @ self.parameters["U"]

    def backward(self, grad):
        self.gradients["U"] += np.tensordot(self.h, grad, axes=([0, 1], [0, 1]))

    def initial_state(self, batch_size):
        return None

    def next_log_probabilities(self, tokens, state):
        z = self.forward(tokens[:, None])[:, 0]
        return z - np.log(np.exp(z).sum(axis=-1, keepdims=True)), None
