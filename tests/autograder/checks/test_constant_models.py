"""A model that ignores all that it is given earns nothing by checks that compare it with itself."""

import math

import numpy as np
import pytest

from autograder.checks import (
    CheckFailed,
    new_scores_are_uniform,
)

V = 6


class Scores:
    """Scores of V words for each token."""

    def __init__(self, size=0.0):
        self.parameters = {"table": size * np.random.default_rng(1).normal(size=(V, V))}

    def forward(self, tokens):
        return self.parameters["table"][tokens]


class Constant(Scores):
    """The same scores after every token."""

    def forward(self, tokens):
        return np.broadcast_to(self.parameters["table"][0], (*tokens.shape, V)).copy()


def test_a_new_model_has_uniform_scores_and_reads_its_words(remote, draws):
    for size in (0.1, 0.0):  # a new output layer may be zeros
        new_scores_are_uniform(remote(Model=Scores).Model(size), words=V, rng=draws)
    with pytest.raises(CheckFailed, match="the model ignores what it reads"):
        new_scores_are_uniform(remote(Model=Constant).Model(), words=V, rng=draws)
    with pytest.raises(CheckFailed, match=f"near log {V} = {math.log(V):.3f}"):
        new_scores_are_uniform(remote(Model=Scores).Model(50.0), words=V, rng=draws)
