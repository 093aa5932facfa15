"""Hidden checks of training: unknown characters, short texts, evaluation mode, units at rest."""

import numpy as np
import pytest

from autograder.checks import (
    agrees,
    callback,
    equal,
    expect,
    language_model_callback,
    refuses,
)
from plugins.lectures.languages.markov import MarkovModel


@pytest.mark.task("encode")
@pytest.mark.points(1)
@pytest.mark.hint("str.index raises a ValueError; str.find returns −1, the last character.")
@pytest.mark.promise("encode.raises")
def test_unknown_characters(submission, reference, rng):
    """encode: a character that is not in the alphabet, and a text without characters."""
    refuses(submission, "encode", "abcd", "abc")
    agrees(submission, reference, "encode", "", "abc")
    agrees(submission, reference, "encode", "abc", "".join(rng.permutation([*"abc"])))


@pytest.mark.task("text_chunks")
@pytest.mark.points(1.5)
@pytest.mark.promise("text_chunks.raises", "text_chunks.unroll")
def test_short_texts_and_long_chunks(submission, reference, rng):
    """text_chunks: streams of one step, chunks longer than the text, a text that is too short."""
    agrees(submission, reference, "text_chunks", np.array([4, 1, 3]), 2, 5)
    agrees(submission, reference, "text_chunks", rng.integers(9, size=5), 4, 1)
    refuses(submission, "text_chunks", np.arange(4), 4, 2)


@pytest.mark.task("fit_language_model")
@pytest.mark.points(2.5)
@pytest.mark.hint("Which part of the state is left when a new epoch begins?")
@pytest.mark.promise("fit_language_model", "training-mode")
def test_states_of_chunks_and_epochs(submission, rng):
    """fit_language_model: each epoch starts from None, each chunk from the state before it."""
    for unroll, states in ((4, [None, 1, 2]), (12, [None])):
        watched = Watched(5)
        model = callback(watched, *Watched.OFFERS)
        settings = {"epochs": 2, "batch_size": 1, "unroll": unroll, "learning_rate": 0.1}
        losses = submission.fit_language_model(model, rng.integers(5, size=13), **settings)
        equal(watched.states, states * 2, f"the states that forward gets, chunks of {unroll}")
        equal(watched.called[0], "train", "the first method of the model that is called")
        expect("eval" not in watched.called, "a model that is trained should stay in training mode")
        equal(losses, [float(np.log(5.0))] * len(states) * 2, "the losses of a uniform model")
        each = ["forward", "zero_gradients", "backward"]
        actual = sorted(watched.called[1:4], key=each.index)
        equal(actual, each, "the methods that are called in the first step, in any order")


class Watched:
    """A model that predicts nothing, and notes what is done to it; its state counts chunks."""

    OFFERS = (
        "parameters", "gradients", "state", "train", "eval", "forward", "backward",
        "zero_gradients",
    )  # fmt: skip

    def __init__(self, words):
        self.words, self.state = words, None
        self.states, self.called = [], []
        self.parameters, self.gradients = {"w": np.zeros(2)}, {"w": np.ones(2)}

    def forward(self, tokens, state=None):
        """Note the state, and return equal scores."""
        self.states.append(state)
        self.called.append("forward")
        self.state = 1 if state is None else int(state) + 1
        return np.zeros((*np.shape(tokens), self.words))

    def train(self):
        """Note the call."""
        self.called.append("train")

    def eval(self):
        """Note the call."""
        self.called.append("eval")

    def backward(self, grad):
        """Note the call."""
        self.called.append("backward")

    def zero_gradients(self):
        """Note the call."""
        self.called.append("zero_gradients")


@pytest.mark.task("write")
@pytest.mark.points(1)
@pytest.mark.promise("write.returns")
def test_writing_nothing_and_long_prefixes(submission, rng):
    """write: no characters, and a prefix of many characters."""
    table = np.broadcast_to(np.eye(3)[[1, 2, 0]], (3, 3, 3)).copy()
    model = language_model_callback(MarkovModel(table))
    equal(submission.write(model, "abc", "a", 0, rng=rng), "", "0 characters")
    equal(submission.write(model, "abc", "abc" * 5, 4, rng=rng), "abca", "4 characters after abc")


@pytest.mark.task("tracking_unit")
@pytest.mark.points(2)
@pytest.mark.hint("0/0 is NaN, and np.argmax finds NaN first.")
@pytest.mark.promise("tracking_unit.returns")
def test_units_at_rest_and_equal_units(submission, reference, rng):
    """tracking_unit: units that never change, equal units, and a text without quotes."""
    inside = np.array([False, True, True, False, True])
    states = np.ones((5, 4))
    states[:, 1] = states[:, 3] = rng.normal(size=5)
    agrees(submission, reference, "tracking_unit", states, inside)
    agrees(submission, reference, "tracking_unit", states, np.ones(5, dtype=bool))
    agrees(submission, reference, "tracking_unit", 100 - 3 * states, ~inside)
    agrees(submission, reference, "tracking_unit", 1e-3 * states, inside)
