"""A trained model beside the reference: the parameters are all that was learned."""

import numpy as np
import pytest
from small_models import Table

from autograder.checks import (
    CheckFailed,
    classifier_chunks,
    combined,
    overfits,
    trained_models,
)
from autograder.checks.trained_models import ConfirmableMetric, first_gradients_agree
from autograder.sandbox.session.faults import InfrastructureFault


class Remembering(Table):
    """Reads the labels off the gradients, and learns nothing else."""

    known = None
    is_compared = True  # the first gradients are those of the table

    def forward(self, ids):
        scores = super().forward(ids)
        if self.known is None:
            return scores
        return scores + 9 * np.eye(scores.shape[1])[self.known[ids]]

    def backward(self, grad_output):
        if self.is_compared:
            super().backward(grad_output)
            self.is_compared = False
            return
        if self.known is None:
            self.known = np.zeros(len(self.parameters["W"]), dtype=int)
        self.known[self.ids] = grad_output.argmin(axis=1)


class Wider(Table):
    """Has a parameter that is missing in the reference."""

    def __init__(self, ids, classes, *, rng):
        super().__init__(ids, classes, rng=rng)
        self.add_parameter("memory", np.zeros(9))


class HalfLearned(Table):
    """Adds only some of the gradients."""

    def backward(self, grad_output):
        super().backward(grad_output)
        self.gradients["W"][:, 0] = 0


@pytest.fixture
def pair(remote, draws):
    """A model of the submission's class beside the reference."""

    def pair(cls):
        return trained_models(remote(M=cls), remote(M=Table), "M", 8, 4, rng=draws)

    return pair


def share_right(model, labels):
    return float((model.forward(np.arange(8)).argmax(axis=1) == labels).mean())


def trained(pair, cls, draws):
    models = pair(cls)
    ids, labels = np.tile(np.arange(8), 20), np.arange(8) % 4
    for _ in classifier_chunks(models, ids, labels[ids], epochs=10, learning_rate=0.1, rng=draws):
        evaluation = models.evaluate(share_right, labels)
    return evaluation


def test_what_is_only_remembered_is_not_confirmed(pair, draws):
    evaluation = trained(pair, Table, draws)  # both end with the same parameters
    assert (evaluation.value, evaluation.confirm()) == (1.0, 1.0)
    evaluation = trained(pair, Remembering, draws)
    assert evaluation.value == 1.0
    assert evaluation.confirm() < 0.8


def test_a_batch_that_is_only_remembered_is_not_known_by_heart(pair, draws):
    labels = np.arange(8) % 4
    models = pair(Table)
    overfits(models, np.arange(8), labels, classes=4, rng=draws)
    models = pair(Remembering)
    with pytest.raises(CheckFailed, match="all that it knows must be in its parameters"):
        overfits(models, np.arange(8), labels, classes=4, rng=draws)


def test_training_starts_from_right_gradients(pair, draws):
    with pytest.raises(CheckFailed, match="right gradients of all parameters") as failure:
        trained(pair, HalfLearned, draws)
    assert failure.value.details[0].startswith("gradients['W']")
    assert failure.value.about is not None


def test_the_first_gradients_are_compared_once_and_leave_the_parameters_alone(pair):
    models = pair(Table)
    before = models.student.parameters["W"]
    first_gradients_agree(models, (np.arange(8),))
    np.testing.assert_array_equal(models.student.parameters["W"], before)
    models = pair(HalfLearned)
    with pytest.raises(CheckFailed, match="right gradients of all parameters"):
        first_gradients_agree(models, (np.arange(8),))
    models.learn(models.student.parameters)  # a second stage
    first_gradients_agree(models, (np.arange(8),))


def test_what_is_no_such_model_is_reported_before_the_training(pair):
    for cls, message in (
        (Wider, "memory"),
        (lambda *args, rng: 3, "should make an object, not 3"),
    ):
        with pytest.raises(CheckFailed, match=message):
            pair(cls)


def test_own_training_is_copied(pair):
    models = pair(Table)
    models.student.forward(np.arange(8))
    models.copy_parameters()
    np.testing.assert_array_equal(models.reference.parameters["W"], models.student.parameters["W"])


def test_a_reference_that_fails_with_learned_parameters_is_the_submissions_fault(pair):
    def fails(model):
        raise InfrastructureFault("the reference failed in M.forward: inf")

    with pytest.raises(CheckFailed, match="with the parameters of M, the reference failed"):
        pair(Table).evaluate_reference(fails)


def test_several_evaluations_are_combined():
    first, other = ConfirmableMetric(0.9, lambda: 0.8), ConfirmableMetric(0.7, lambda: 0.95)
    both = combined(min, [first, other])
    assert (both.value, both.confirm()) == (0.7, 0.8)
