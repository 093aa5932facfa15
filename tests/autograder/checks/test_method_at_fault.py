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


def one_and_a_half(affine):
    return {"forward": lambda self, x: 1.5 * affine.forward(self, x)}


def doubled_weights(affine):
    def backward(self, grad):
        returned = affine.backward(self, grad)
        self.gradients["W"] *= 2
        return returned

    return {"backward": backward}


def doubled_inputs(affine):
    return {"backward": lambda self, grad: 2 * affine.backward(self, grad)}


def never_cleared(affine):
    return {"zero_gradients": lambda self: None}


FORWARD = "Layer.forward", "forward(float64 (4, 3)) of Layer(3, 2, rng=rng)"
BACKWARD = "Layer.backward", "backward(float64 (4, 2)) of Layer(3, 2, rng=rng)"
CLEARING = "Layer.zero_gradients", "zero_gradients() of Layer(3, 2, rng=rng)"
RETURNED = "that backward returns: values"


@pytest.mark.parametrize(
    ("methods", "check", "at_fault", "fact"),
    [
        (one_and_a_half, "same_backward", FORWARD, "Layer.forward: values"),
        (one_and_a_half, "gradients_agree", FORWARD, "forward: values"),
        (doubled_weights, "same_backward", BACKWARD, "gradients['W']: values"),
        (doubled_weights, "gradients_agree", BACKWARD, "gradients['W']: values"),
        (doubled_inputs, "same_backward", BACKWARD, f"the gradient {RETURNED}"),
        (doubled_inputs, "gradients_agree", BACKWARD, f"the gradient of input 1 {RETURNED}"),
        (never_cleared, "accumulates", CLEARING, "gradients not cleared"),
    ],
)
def test_the_method_that_is_wrong_is_named(wrong, affine, draws, methods, check, at_fault, fact):
    pair = wrong(**methods(affine))
    told = found(session_of(pair), getattr(pair, check), X, rng=draws)
    assert told == (*at_fault, fact)


def test_gradients_that_are_kept_and_a_state_have_their_methods(wrong, affine, draws):
    def forward(self, x):
        self.state = np.zeros(2)
        return affine.forward(self, x)

    pair = wrong(**doubled_weights(affine), forward=forward)
    told = found(session_of(pair), gradients_agree, pair.student, X, rng=draws)
    assert told == (*BACKWARD, "gradients['W']: values")
    pair.student.forward(X)
    kept = pair.student.gradients["W"]
    pair.student.forward(X)
    told = found(session_of(pair), equal, kept, np.zeros((3, 2)), "the gradient")
    assert told == (*BACKWARD, "the gradient: values")
    told = found(session_of(pair), equal, pair.student.state, np.ones(2), "self.state")
    assert told[::2] == ("Layer.forward", "self.state: values")


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
