"""A failed check knows the method that is wrong, whatever was called last."""

import numpy as np
import pytest

from autograder.checks import CheckFailed, equal, gradients_agree, paired_models, refuses
from autograder.checks.equality import MissedThreshold
from autograder.checks.language import no_look_ahead
from autograder.checks.sanity_checks import overfits

X = np.random.default_rng(5).normal(size=(4, 3))


@pytest.fixture
def wrong(remote, affine, draws):
    """`wrong(backward=...)`: paired models of a layer with other methods and the right one."""

    def wrong(**methods):
        layer = type("Variant", (affine,), methods)
        return paired_models(remote(Layer=layer), remote(Layer=affine), "Layer", 3, 2, rng=draws)

    return wrong


def found(session, function, *args, **kwargs):
    """Method, call and fact of the failure."""
    with pytest.raises(CheckFailed) as caught:
        function(*args, **kwargs)
    call = session.calls.behind(caught.value.about)
    return call.method, call.text, caught.value.fact.what


def session_of(pair):
    return pair.student._session


def test_forward_is_wrong_although_backward_was_called_after_it(wrong, affine, draws):
    pair = wrong(forward=lambda self, x: 1.5 * affine.forward(self, x))
    at_fault = ("Layer.forward", "forward(float64 (4, 3)) of Layer(3, 2, rng=rng)")
    told = found(session_of(pair), pair.same_backward, X, rng=draws)
    assert told == (*at_fault, "Layer.forward: values")
    told = found(session_of(pair), pair.gradients_agree, X, rng=draws)
    assert told == (*at_fault, "forward: values")


def double(self, grad):
    returned = type(self).__mro__[1].backward(self, grad)
    self.gradients["W"] *= 2
    return returned


def test_backward_is_wrong_where_its_gradients_are(wrong, draws):
    pair = wrong(backward=double)
    at_fault = ("Layer.backward", "backward(float64 (4, 2)) of Layer(3, 2, rng=rng)")
    fact = "gradients['W']: values"
    assert found(session_of(pair), pair.same_backward, X, rng=draws) == (*at_fault, fact)
    assert found(session_of(pair), pair.gradients_agree, X, rng=draws) == (*at_fault, fact)
    told = found(session_of(pair), gradients_agree, pair.student, X, rng=draws)
    assert told == (*at_fault, fact)
    pair.student.forward(X)
    kept = pair.student.gradients["W"]
    pair.student.forward(X)
    told = found(session_of(pair), equal, kept, np.zeros((3, 2)), "the gradient")
    assert told == (*at_fault, "the gradient: values")


def test_what_backward_returns_is_backwards(wrong, affine, draws):
    pair = wrong(backward=lambda self, grad: 2 * affine.backward(self, grad))
    told = found(session_of(pair), pair.same_backward, X, rng=draws)
    assert told[::2] == ("Layer.backward", "the gradient that backward returns: values")
    assert found(session_of(pair), pair.gradients_agree, X, rng=draws)[2] == (
        "the gradient of input 1 that backward returns: values"
    )


def test_the_state_is_forwards(wrong, affine, draws):
    def forward(self, x):
        self.state = np.zeros(2)
        return affine.forward(self, x)

    pair = wrong(forward=forward)
    pair.same_backward(X, rng=draws)
    told = found(session_of(pair), equal, pair.student.state, np.ones(2), "self.state")
    assert told[::2] == ("Layer.forward", "self.state: values")


def test_gradients_that_stay_are_those_of_zero_gradients(wrong, draws):
    pair = wrong(zero_gradients=lambda self: None)
    told = found(session_of(pair), pair.accumulates, X, rng=draws)
    assert told[::2] == ("Layer.zero_gradients", "gradients not cleared")


def test_forms_of_parameters_are_the_constructors(remote, affine, draws):
    def constructor(self, inputs, outputs, *, rng):
        affine.__init__(self, outputs, inputs, rng=rng)

    module = remote(Layer=type("Variant", (affine,), {"__init__": constructor}))
    module.Layer(1, 1, rng=draws).forward(np.ones((2, 1)))
    told = found(
        module._session, paired_models, module, remote(Layer=affine), "Layer", 3, 2, rng=draws
    )
    assert told == ("Layer", "Layer(3, 2, rng=rng)", "Layer.parameters['W']: shape")


def test_a_call_that_is_not_refused(wrong):
    pair = wrong()
    refuses(pair.student, "forward", np.zeros((4, 7)))
    told = found(session_of(pair), refuses, pair.student, "forward", X)
    assert told[::2] == ("Layer.forward", "forward: no ValueError")


def test_a_model_that_looks_ahead(remote, draws):
    class Ahead:
        def forward(self, tokens):
            return np.broadcast_to(tokens.sum(axis=1)[:, None, None], (*tokens.shape, 3)) * 1.0

        def backward(self, grad):
            """Nothing."""

    module = remote(Model=Ahead)
    model = module.Model()
    told = found(module._session, no_look_ahead, model, 5, rng=draws)
    assert told[::2] == ("Model.forward", "forward: looks ahead")


def test_what_is_never_learned_is_no_single_methods_fault(remote, affine, draws):
    class Stubborn(affine):
        def __init__(self, inputs, outputs, *, rng):
            super().__init__(inputs, outputs, rng=rng)
            self.parameters["W"] *= 0.1

        def backward(self, grad):
            return grad

    module = remote(Layer=Stubborn)
    with pytest.raises(CheckFailed) as caught:
        overfits(
            module.Layer(3, 2, rng=draws), X, np.array([0, 1, 0, 1]),
            classes=2, rng=draws,
        )  # fmt: skip
    assert type(caught.value) is MissedThreshold
