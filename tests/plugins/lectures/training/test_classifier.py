"""Runs of classifiers: they learn, keep the best epoch, and can be interrupted."""

from dataclasses import replace

import numpy as np
import pytest

from framework.errors import UsageError
from framework.interfaces import Model
from framework.training.engine import TrainingRun
from plugins.lectures.languages import sentiment
from plugins.lectures.training.text_classifier import TextClassifierOptions, text_task

SETTINGS = TextClassifierOptions(learning_rate=0.02, epochs=3)
SIZES = {"embedding_size": 8, "hidden_sizes": [8], "keep_probability": 0.8}
TASK = text_task(sentiment.corpus(600), minimum_count=1)


def a_run(backend, settings=SETTINGS, task=TASK, **changes):
    return TrainingRun(backend, task, "deep_averaging_network", {**SIZES, **changes}, settings)


def ignore(done, total, loss):
    pass


def same(one, other):
    return all(np.array_equal(one[name], other[name]) for name in one)


def test_the_best_epoch_is_kept_and_of_equals_the_last(backends):
    run = a_run(backends("numpy"))
    result = iter([0.5, 0.7, 0.7, 0.6])
    fake = type(
        "Scored",
        (),
        {
            "labels": TASK.valid.labels,
            "groups": TASK.valid.groups,
            "score": lambda *_: next(result),
        },
    )
    run.task = replace(TASK, valid=fake())
    parameters = []
    for _ in range(4):
        run.epoch(ignore)
        parameters.append(run.progress().parameters)
    assert (run.best.epoch, run.best.score) == (3, 0.7)
    assert same(run.checkpoint().parameters, parameters[2])
    run.take_best()
    assert same(run.progress().parameters, parameters[2])


@pytest.mark.parametrize("backend", ["numpy", "torch"])
def test_word_vectors_are_drawn_in_the_range_that_is_asked_for(backends, backend):
    run = a_run(backends(backend), replace(SETTINGS, vector_range=0.02))
    drawn = run.checkpoint().parameters["embedding"]
    assert 0.019 < np.abs(drawn).max() <= 0.02
    other = a_run(backends(backend), replace(SETTINGS, vector_range=0.02, seed=1))
    assert not np.array_equal(other.checkpoint().parameters["embedding"], drawn)


class Bounded(Model):
    """Guesses, and has a bound to keep after each step."""

    def __init__(self, vocabulary_size, classes, *, rng):
        super().__init__()
        self.add_parameter("b", np.zeros(classes))

    def forward(self, ids):
        self.n = len(ids)
        return np.tile(self.parameters["b"], (self.n, 1))

    def backward(self, grad):
        self.gradients["b"] += grad.sum(axis=0)

    def constrain(self):
        np.clip(self.parameters["b"], -0.01, 0.01, out=self.parameters["b"])


def test_a_model_keeps_its_own_constraint_after_each_step(backends, monkeypatch):
    backend = backends("numpy")
    build = backend.build
    monkeypatch.setattr(
        backend,
        "build",
        lambda name, *args, kind, **options: (
            Bounded(**options) if kind == "model" else build(name, *args, kind=kind, **options)
        ),
    )
    run = TrainingRun(backend, TASK, "bounded", {}, replace(SETTINGS, learning_rate=1.0))
    seen = []
    run.epoch(lambda done, total, loss: seen.append(np.abs(run.model.parameters["b"]).max()))
    assert max(seen) == pytest.approx(0.01)
    with pytest.raises(UsageError, match="Bounded has no parameter 'embedding' to draw: b"):
        TrainingRun(backend, TASK, "bounded", {}, replace(SETTINGS, vector_range=0.1))
