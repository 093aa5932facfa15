"""Training from our side: the submitted model sees inputs and gradients, never labels."""

from itertools import chain

import numpy as np
import pytest
from check_failures import failure
from small_models import Bigrams, Table

from autograder.checks import (
    CheckFailed,
    classifier_chunks,
    language_model_chunks,
    margin_chunks,
    share_above,
    trained_models,
)
from framework.interfaces import Model

V = 4


@pytest.fixture
def train(remote, draws):
    """Train a class of model on ids whose label is the id's remainder."""

    def train(cls, epochs=8):
        model = remote(Table=cls).Table(6, 3, rng=draws)
        ids = draws.integers(6, size=96)
        options = {"epochs": epochs, "learning_rate": 0.1, "rng": draws}
        return model, list(chain(*classifier_chunks(model, ids, ids % 3, **options)))

    return train


def test_a_classifier_learns_and_keeps_what_it_learned_without_the_labels(train):
    seen = []

    class Curious(Table):
        def forward(self, ids):
            seen.append(ids)
            return super().forward(ids)

    model, losses = train(Curious)
    assert np.concatenate(seen).shape == (8 * 96,)
    assert max(ids.max() for ids in seen) == 5
    assert losses[0] == pytest.approx(np.log(3), abs=0.2)
    assert losses[-1] < 0.2
    scores = model.forward(np.arange(6))
    np.testing.assert_array_equal(scores.argmax(axis=1), np.arange(6) % 3)


def test_a_language_model_learns(remote, draws):
    tokens = np.tile(np.arange(V), 60)
    model = remote(Bigrams=Bigrams).Bigrams(V, V, rng=draws)
    options = {"epochs": 10, "learning_rate": 0.1, "batch_size": 4, "unroll": 10}
    chunks = list(language_model_chunks(model, tokens, **options))
    assert [len(losses) for losses in chunks] == [6] * 10  # 59 predictions a stream, 10 at a time
    losses = [*chain(*chunks)]
    assert losses[0] == pytest.approx(np.log(V), abs=0.2)
    assert losses[-1] < 0.1
    following = model.forward(np.arange(V)[None]).argmax(axis=2)[0]
    np.testing.assert_array_equal(following, [1, 2, 3, 0])


def test_after_each_chunk_the_model_is_as_far_as_its_losses_say(remote, draws):
    model = remote(Table=Table).Table(6, 3, rng=draws)
    ids = draws.integers(6, size=80)
    chunks = classifier_chunks(
        model, ids, ids % 3, epochs=3, learning_rate=0.1,
        batch_size=16, chunk=6, rng=draws,
    )  # fmt: skip
    before, taken = model.parameters["W"], []
    for losses in chunks:
        after = model.parameters["W"]
        assert np.any(after != before)
        before = after
        taken.append(len(losses))
    assert taken == [6, 6, 3]


DURING = "gradients['W'] during training"


@pytest.mark.parametrize(
    ("spoilt", "message"),
    [
        ({"W": np.ones((1, 3))}, f"{DURING} has the wrong shape: expected (6, 3)"),
        ({"W": np.full((6, 3), np.nan)}, f"{DURING}: 18 of 18 values are not finite"),
        ({}, "gradients is missing entries: W"),
        (None, "gradients should be a dict"),
        ({"W": 1j * np.ones((6, 3))}, "gradients['W'] should hold real numbers, not complex128"),
    ],
    ids=["shape", "NaN", "lost", "no dict", "complex"],
)
def test_what_goes_wrong_on_the_way_is_reported(train, spoilt, message):
    def backward(self, grad_output):
        self.gradients = spoilt

    wrong = type("Wrong", (Table,), {"backward": backward})
    assert failure(train, wrong, epochs=1)[0].startswith(message)
    with pytest.raises(CheckFailed, match="forward should return an array of scores"):
        train(type("Wrong", (Table,), {"forward": lambda self, ids: None}), epochs=1)


def test_parameters_that_are_no_real_numbers(train):
    class Whole(Table):
        def __init__(self, ids, classes, *, rng):
            super().__init__(ids, classes, rng=rng)
            self.add_parameter("W", np.ones((ids, classes), dtype=np.int64))

    with pytest.raises(CheckFailed, match=r"parameters\['W'\] should hold real numbers, not int64"):
        train(Whole)


def test_gradients_whose_norm_overflows_are_the_submissions_fault(remote, draws):
    def explodes(self, grad_output):
        self.gradients["W"][...] = 1e200

    model = remote(M=type("M", (Bigrams,), {"backward": explodes})).M(V, V, rng=draws)
    tokens = np.tile(np.arange(V), 40)
    with pytest.raises(CheckFailed, match="training cannot go on: the norm"):
        list(language_model_chunks(model, tokens, epochs=1, learning_rate=0.1))


class Sums(Table):
    """Scores of a row of numbers for each id, plus the numbers that come with it."""

    def forward(self, ids, extra):
        return super().forward(ids) + extra


def test_each_of_several_inputs_gets_the_same_rows(remote, draws):
    """The second input contradicts the labels: who gets another row than its own cannot learn."""
    ids, noise = draws.integers(6, size=96), 20 * draws.normal(size=(96, 3))
    labels = (noise + 50 * np.eye(3)[ids % 3]).argmax(axis=1)
    model = remote(Sums=Sums).Sums(6, 3, rng=draws)
    options = {"epochs": 40, "batch_size": 8, "learning_rate": 2.0, "rng": draws}
    losses = [*chain(*classifier_chunks(model, (ids, noise), labels, **options))]
    assert np.mean(losses[-12:]) < 0.5 < np.mean(losses[:12])


class Scorer(Model):
    """A linear score for each row."""

    def __init__(self, size, *, rng):
        super().__init__()
        self.add_parameter("w", rng.normal(scale=0.1, size=size))

    def forward(self, x):
        self.x = x
        return x @ self.parameters["w"]

    def backward(self, grad_s):
        self.gradients["w"] += self.x.T @ grad_s


def windows(draws, count=60):
    x = draws.normal(size=(2, count, 3))
    x[0, :, 1] += 3.0
    return x


def test_true_windows_score_above_corrupted_ones_after_training(remote, draws):
    pair = [remote(Scorer=Scorer) for _ in range(2)]
    models = trained_models(*pair, "Scorer", 3, rng=draws)
    options = {"epochs": 9, "learning_rate": 0.1, "rng": draws}
    losses = [*chain(*margin_chunks(models, *windows(draws), **options))]
    assert len(losses) == 9 * 2  # two batches of at most 32 pairs in an epoch
    assert losses[-1] < 0.5 < losses[0]
    np.testing.assert_array_equal(models.reference.parameters["w"], models.student.parameters["w"])
    true, corrupt = windows(draws)
    assert share_above(models.student, true, corrupt, draws.permutation(120)) > 0.9
    assert share_above(models.student, corrupt, true, draws.permutation(120)) < 0.1


def test_training_with_a_margin_starts_from_right_gradients(remote, draws):
    class HalfLearning(Scorer):
        def backward(self, grad_s):
            super().backward(grad_s)
            self.gradients["w"][-1] = 0.0

    module = remote(Scorer=HalfLearning)
    models = trained_models(module, remote(Scorer=Scorer), "Scorer", 3, rng=draws)
    with pytest.raises(CheckFailed, match="right gradients of all"):
        list(margin_chunks(models, *windows(draws), epochs=1, learning_rate=0.1, rng=draws))
