"""What plugins offer is trained with all options: models, and kinds of runs of their own."""

import re
from pathlib import Path

import pytest
from gradus_command import gradus

from framework.errors import ConflictError, UnknownNameError
from framework.training.checkpoints import load_checkpoint

MODELS = """
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
"""

TASK = """
from dataclasses import dataclass
from typing import ClassVar

import numpy as np
from framework.data.vocabulary import Vocabulary
from framework.hookspecs import hookimpl
from framework.interfaces import Model
from framework.providers.registry import Implementation
from framework.training.loops import example_batches
from framework.training.option_fields import option
from framework.training.options import TrainingOptions
from framework.training.task import TrainingTask

@hookimpl
def register_implementations():
    return [
        Implementation("task", {name!r}, "week3", __file__ + ":Parity"),
        Implementation("model", "linear", "week3", __file__ + ":Linear"),
    ]

@dataclass(frozen=True, kw_only=True)
class ParityOptions(TrainingOptions):
    bits: int = option(3, "Number of bits.", minimum=1)

class Parity(TrainingTask):
    kind = {name!r}
    help = "Learn the first of some bits."
    options = ParityOptions
    measure = "accuracy"
    corpus = "bits"
    vocabulary = Vocabulary([])

    def __init__(self, bits):
        self.bits, self.described = bits, f"all texts of {{bits}} bits"
        codes = np.arange(2**bits)
        self.x = (codes[:, None] >> np.arange(bits) & 1).astype(float)
        self.y = self.x[:, 0].astype(int)

    @classmethod
    def load(cls, options, request):
        return cls(options.bits)

    def sizes(self):
        return {{"inputs": self.bits}}

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
        yield f"accuracy {{task.score(model, asked.backend.arrays):.2f}}"

class Linear(Model):
    def __init__(self, inputs, scale=0.1, *, rng):
        super().__init__()
        self.add_parameter("W", scale * rng.normal(size=(inputs, 2)))

    def forward(self, x):
        self.x = x
        return x @ self.parameters["W"]

    def backward(self, grad):
        self.gradients["W"] += self.x.T @ grad
"""

#: Options of training that no plugin has to know of.
ALL = (
    *("--optimizer", "momentum:mu=0.5", "--clip", 1, "--schedule", "plateau:factor=0.5"),
    *("--summed", "--precision", "float32", "--initial-range", 0.1, "--keep", "best"),
    *("--seeds", 2, "--learning-rate", 0.1, "--epochs", 3),
)


@pytest.fixture(autouse=True)
def folder(spec, reviews):
    (spec / "week3.py").write_text(MODELS, "utf-8")
    (spec / "reviews.txt").write_text(reviews, "utf-8")
    (spec / "text.txt").write_text("the key is here\nthe keys are here\n" * 30, "utf-8")
    return spec


def train(name, *options):
    return gradus("train", name, "--plugin", "week3.py", "--provider", "week3", *options)


def test_a_models_kind_of_run_is_said_before_its_name():
    options = ("--corpus", "reviews.txt", "--set", "scale=0.5", *ALL)
    shown = train("text_classifier:counter", *options)
    assert "from week3: counter\n" in shown
    assert "accuracy of 2 runs" in shown
    saved = load_checkpoint(Path("checkpoints", "text_classifier-counter-seed1.safetensors"))
    assert saved.arguments["scale"] == 0.5
    assert (saved.training["clip"], saved.training["summed"]) == (1.0, True)


def test_a_language_model_needs_no_kind_of_run():
    options = ("--corpus", "text.txt", *ALL)
    found = [
        float(p) for p in re.findall(r"held-out perplexity ([\d.]+)", train("bigram", *options))
    ]
    assert len(found) == 6
    assert found[2] < found[0]
    assert train("language_model:bigram", *options).count("epoch 3/3") == 2


def test_a_kind_of_run_of_a_plugin_has_all_options_and_its_own(folder):
    (folder / "week3.py").write_text(TASK.format(name="parity"), "utf-8")
    options = ("--bits", 4, "--set", "scale=0.2", *ALL[:-1], 9, "--out", "m")
    shown = train("parity:linear", *options)
    assert "corpus bits: all texts of 4 bits" in shown
    assert "accuracy of 2 runs: mean 1.0000" in shown
    assert train("parity:linear", *options, "--resume").count("continuing after epoch 9") == 2
    found = gradus("evaluate", "m-seed0", "--plugin", "week3.py")
    assert found.endswith("accuracy 1.00\n")
    assert "Number of bits. [from 1 on]" in " ".join(train("parity:linear", "--help").split())


def test_a_kind_of_run_that_gradus_has_is_not_replaced(folder):
    (folder / "week3.py").write_text(TASK.format(name="tagger"), "utf-8")
    with pytest.raises(ConflictError, match="both offer the kind of run 'tagger'"):
        train("window_classifier", "--epochs", 1)


def test_an_unknown_kind_of_run_is_named():
    with pytest.raises(UnknownNameError, match="no kind of run 'tager': did you mean 'tagger'"):
        train("tager:counter")
