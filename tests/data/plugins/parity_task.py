from dataclasses import dataclass

import numpy as np

from framework.data.vocabulary import Vocabulary
from framework.hookspecs import hookimpl
from framework.interfaces import Model
from framework.providers.registry import Implementation
from framework.training.loops import example_batches
from framework.training.option_fields import option
from framework.training.task import TrainingTask
from framework.training.training_options import TrainingOptions


@hookimpl
def register_implementations():
    return [
        Implementation("task", "parity", "week3", __file__ + ":Parity"),
        Implementation("model", "linear", "week3", __file__ + ":Linear"),
    ]


@dataclass(frozen=True, kw_only=True)
class ParityOptions(TrainingOptions):
    bits: int = option(3, "Number of bits.", minimum=1)


class Parity(TrainingTask):
    kind = "parity"
    help = "Learn the first of some bits."
    options = ParityOptions
    measure = "accuracy"
    corpus = "bits"
    vocabulary = Vocabulary([])

    def __init__(self, bits):
        self.bits, self.described = bits, f"all texts of {bits} bits"
        codes = np.arange(2**bits)
        self.x = (codes[:, None] >> np.arange(bits) & 1).astype(float)
        self.y = self.x[:, 0].astype(int)

    @classmethod
    def load(cls, options, request):
        return cls(options.bits)

    def sizes(self):
        return {"inputs": self.bits}

    def batches(self, options, epoch):
        rng = np.random.default_rng([options.seed, epoch])
        return example_batches((self.x,), self.y, options.batch_size, rng=rng)

    def score(self, model, arrays):
        logits = arrays.to_numpy(model.forward(arrays.from_numpy(self.x)))
        return float((logits.argmax(axis=1) == self.y).mean())

    @classmethod
    def evaluate(cls, saved, asked):
        task = cls(saved.arguments["inputs"])
        model = saved.restore_as("model", asked.backend)
        yield f"accuracy {task.score(model, asked.backend.arrays):.2f}"


class Linear(Model):
    def __init__(self, inputs, scale=0.1, *, rng):
        super().__init__()
        self.add_parameter("W", scale * rng.normal(size=(inputs, 2)))

    def forward(self, x):
        self.x = x
        return x @ self.parameters["W"]

    def backward(self, grad):
        self.gradients["W"] += self.x.T @ grad
