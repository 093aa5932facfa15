"""Cheap checks before a long training: a new model knows nothing, and learns a batch by heart."""

import math

import numpy as np
import pytest
from small_models import Bigrams, Table

from autograder.checks import CheckFailed, new_scores_are_uniform, overfits, overfits_text
from autograder.checks.sanity_checks import initial_loss_is_uniform

C, WORDS = 4, 6


class Cocksure(Table):
    """Prefers some classes before it has seen anything."""

    scale = 20.0


class Uphill(Table):
    """Goes the wrong way."""

    def backward(self, grad_output):
        super().backward(-grad_output)


class CocksureBigrams(Bigrams):
    """Prefers some words before it has read anything."""

    scale = 20.0


class LostGradient(Bigrams):
    """Every text but the first is forgotten."""

    def backward(self, grad_output):
        np.add.at(self.gradients["W"], self.ids[:1], grad_output[:1])


@pytest.fixture
def by_heart(remote, draws):
    """Let a class of model learn eight examples by heart."""

    def by_heart(cls):
        model = remote(M=cls).M(8, C, rng=draws)
        labels = np.arange(8) % C
        overfits(model, np.arange(8), labels, classes=C, rng=draws)

    return by_heart


@pytest.fixture
def text_by_heart(remote, draws):
    """Let a class of language model learn two texts by heart: 0 1 2 and 3 4 5."""

    def text_by_heart(cls):
        model = remote(M=cls).M(WORDS, WORDS, rng=draws)
        tokens = np.array([0, 1, 2, 3, 4, 5, 0])
        overfits_text(model, tokens, words=WORDS, batch_size=2, learning_rate=0.1)

    return text_by_heart


def test_a_right_model_passes(by_heart, text_by_heart):
    by_heart(Table)
    text_by_heart(Bigrams)


def test_a_model_that_prefers_a_class_or_cannot_learn_is_reported(by_heart, text_by_heart):
    for learn, cls, message in (
        (by_heart, Cocksure, r"the loss of a new model is \d.*near log 4 = 1\.386"),
        (text_by_heart, CocksureBigrams, r"loss of a new model is \d.*near log 6 = 1\.792"),
        (by_heart, Uphill, "8 examples cannot be learned by heart: after 60 steps"),
        (text_by_heart, LostGradient, "6 tokens cannot be learned by heart: after 120 steps"),
    ):
        with pytest.raises(CheckFailed, match=message):
            learn(cls)


LOG = math.log(10)


@pytest.mark.parametrize(
    ("classes", "near", "far"),
    [
        (10, [0.51 * LOG, 2.3, LOG + 1.99], [0.49 * LOG, LOG + 2.01, math.nan, math.inf]),
        (1000, [0.51 * 3 * LOG, 1.49 * 3 * LOG], [0.49 * 3 * LOG, 1.51 * 3 * LOG]),
    ],
)
def test_scores_may_say_something_by_chance(classes, near, far):
    for loss in near:
        initial_loss_is_uniform(loss, classes)
    for loss in far:
        with pytest.raises(CheckFailed, match=f"near log {classes} = {math.log(classes):.3f}"):
            initial_loss_is_uniform(loss, classes)


class Scores:
    """Scores of the words for each token."""

    def __init__(self, size=0.0):
        table = size * np.random.default_rng(1).normal(size=(WORDS, WORDS))
        self.parameters = {"table": table}

    def forward(self, tokens):
        return self.parameters["table"][tokens]


class Constant(Scores):
    """The same scores after every token."""

    def forward(self, tokens):
        return np.broadcast_to(self.parameters["table"][0], (*tokens.shape, WORDS)).copy()


def test_a_new_model_has_uniform_scores_and_reads_its_words(remote, draws):
    for size in (0.1, 0.0):  # a new output layer may be zeros
        new_scores_are_uniform(remote(Model=Scores).Model(size), words=WORDS, rng=draws)
    with pytest.raises(CheckFailed, match="the model ignores what it reads"):
        new_scores_are_uniform(remote(Model=Constant).Model(), words=WORDS, rng=draws)
    with pytest.raises(CheckFailed, match=f"near log {WORDS} = {math.log(WORDS):.3f}"):
        new_scores_are_uniform(remote(Model=Scores).Model(50.0), words=WORDS, rng=draws)
