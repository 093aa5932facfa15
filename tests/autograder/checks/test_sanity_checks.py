"""Cheap checks before a long training: a new model knows nothing, and learns a batch by heart."""

import math

import numpy as np
import pytest
from small_models import Bigrams, Table

from autograder.checks import CheckFailed, initial_loss_is_uniform, overfits, overfits_text

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


def test_a_new_model_that_prefers_a_class_is_reported_with_the_reason(by_heart):
    with pytest.raises(CheckFailed, match=r"the loss of a new model is \d.*near log 4 = 1\.386"):
        by_heart(Cocksure)


def test_so_is_a_new_language_model(text_by_heart):
    with pytest.raises(CheckFailed, match=r"loss of a new model is \d.*near log 6 = 1\.792"):
        text_by_heart(CocksureBigrams)


def test_a_model_that_cannot_learn_is_reported_with_its_progress(by_heart):
    with pytest.raises(CheckFailed, match="8 examples cannot be learned by heart: after 60 steps"):
        by_heart(Uphill)


def test_so_is_a_language_model(text_by_heart):
    with pytest.raises(CheckFailed, match="6 tokens cannot be learned by heart: after 120 steps"):
        text_by_heart(LostGradient)


@pytest.mark.parametrize("loss", [0.51 * math.log(10), 2.3, math.log(10) + 1.99])
def test_scores_that_say_something_by_chance_are_near_enough(loss):
    initial_loss_is_uniform(loss, 10)


@pytest.mark.parametrize(("near", "far"), [(0.51, 0.49), (1.49, 1.51)])
def test_of_many_classes_half_of_log_c_off_is_near_enough(near, far):
    initial_loss_is_uniform(near * math.log(1000), 1000)
    with pytest.raises(CheckFailed, match=r"near log 1000 = 6\.908"):
        initial_loss_is_uniform(far * math.log(1000), 1000)


@pytest.mark.parametrize("loss", [0.49 * math.log(10), math.log(10) + 2.01, math.nan, math.inf])
def test_more_is_not(loss):
    with pytest.raises(CheckFailed, match=r"near log 10 = 2\.303"):
        initial_loss_is_uniform(loss, 10)
