import numpy as np

from framework.hookspecs import hookimpl
from framework.interfaces import Model
from framework.providers.registry import Implementation


@hookimpl
def register_implementations():
    return [
        Implementation("model", "counter", "week3", __file__ + ":Counter"),
        Implementation("language_model", "bigram", "week3", __file__ + ":Bigram"),
    ]


class Counter(Model):
    "Scores of classes: how often each word occurs, times its weights."

    def __init__(self, vocabulary_size, classes, scale=1.0, *, rng):
        super().__init__()
        self.add_parameter("W", rng.normal(size=(vocabulary_size, classes)) * scale)

    def forward(self, ids):
        self.counts = np.zeros((len(ids), len(self.parameters["W"])))
        np.add.at(self.counts, (np.arange(len(ids))[:, None], ids), 1)
        return self.counts @ self.parameters["W"]

    def backward(self, grad):
        self.gradients["W"] += self.counts.T @ grad


class Bigram(Model):
    "The next word from the last one; as a language model needs it."

    def __init__(self, vocabulary_size, embedding_size, hidden_size, *, rng):
        super().__init__()
        self.add_parameter("W", rng.normal(size=(vocabulary_size, vocabulary_size)))

    def initial_state(self, batch_size):
        return None

    def forward(self, tokens, state=None):
        self.tokens, self.state = tokens, None
        return self.parameters["W"][tokens]

    def backward(self, grad):
        np.add.at(self.gradients["W"], self.tokens, grad)

    def next_log_probabilities(self, tokens, state):
        logits = self.parameters["W"][tokens]
        return logits - np.log(np.exp(logits).sum(axis=-1, keepdims=True)), None
