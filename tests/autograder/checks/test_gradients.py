"""The numerical check passes right layers and names what is wrong in wrong ones."""

import numpy as np
import pytest
from check_failures import failure

from autograder.checks import CheckFailed, assign, gradients_agree
from autograder.sandbox.session.requests import session_of
from autograder.sandbox.session.text_names import TextNames

X = np.random.default_rng(5).normal(size=(4, 3))


def flips_a_sign(layer, grad_a):
    layer.gradients["W"][1, 0] *= -1


def averages(layer, grad_a):
    layer.gradients["W"] /= len(layer.x)


def last_bias_only(layer, grad_a):
    layer.gradients["b"][:] = grad_a[-1]


@pytest.fixture
def check(remote, affine, draws):
    """Check a layer whose backward is right but for `spoil`, and for what it returns."""

    def check(spoil=lambda layer, grad_a: None, returned=lambda grad_x: grad_x):
        class Spoilt(affine):
            def backward(self, grad_output):
                grad_x = super().backward(grad_output)
                spoil(self, grad_output * (1 - self.y**2))
                return returned(grad_x)

        gradients_agree(remote(Layer=Spoilt).Layer(3, 2, rng=draws), X, rng=draws)

    return check


INPUT = "the gradient of input 1"


@pytest.mark.parametrize(
    ("spoilt", "message", "detail"),
    [
        ({"spoil": flips_a_sign}, "gradient of parameter W is wrong", "worst at [1, 0]: "),
        ({"spoil": flips_a_sign}, "gradient of parameter W is wrong", "(ratio -1)"),
        (
            {"spoil": averages},
            "gradient of parameter W is wrong",
            "6 of 6 entries are wrong, all by the factor 0.25",
        ),
        ({"spoil": last_bias_only}, "gradient of parameter b is wrong", ""),
        ({"returned": lambda grad: -grad}, f"{INPUT} is wrong", ""),
        ({"returned": lambda grad: grad.T}, f"{INPUT} should have shape (4, 3), not (3, 4)", ""),
        ({"returned": lambda grad: grad * np.nan}, f"{INPUT}: 12 of 12 values are not finite", ""),
        (
            {"returned": list},
            f"{INPUT}: expected an array of shape (4, 3), received a list of 4 items, not an array",
            "",
        ),
    ],
)
def test_a_wrong_gradient_is_named_with_its_worst_entry(check, spoilt, message, detail):
    check()
    first, *details = failure(check, **spoilt)
    assert message in first
    assert detail in " ".join(details)


def test_a_kink_between_two_points_is_no_mistake(remote, draws):
    class Kink:
        def __init__(self):
            self.parameters, self.gradients = {}, {}

        def zero_gradients(self):
            pass

        def forward(self, x):
            self.x = x
            return np.abs(x)

        def backward(self, grad_output):
            return grad_output * np.where(self.x >= 0, 1.0, -1.0)

    gradients_agree(remote(Kink=Kink).Kink(), np.array([[0.0, 1.0, -2.0]]), rng=draws)


def right_reference(remote, affine, model):
    """A right layer with the parameters of `model`."""
    reference = remote(Layer=affine).Layer(3, 2, rng=np.random.default_rng(0))
    assign(reference, model.parameters)
    return reference


@pytest.mark.parametrize(
    ("forward_is_wrong", "backward_is_wrong", "fault"),
    [
        (False, True, "forward is right; backward is wrong"),
        (True, False, "correct forward first; backward is right for the expected forward"),
        (True, True, "correct forward first; backward is wrong as well"),
    ],
)
def test_the_reference_tells_which_of_the_two_is_at_fault(
    remote, affine, draws, forward_is_wrong, backward_is_wrong, fault
):
    class Layer(affine):
        def forward(self, x):
            y = super().forward(x)
            return y + x.sum(axis=1, keepdims=True) ** 2 if forward_is_wrong else y

        def backward(self, grad_output):
            grad_x = super().backward(grad_output)
            return 2 * grad_x if backward_is_wrong else grad_x

    model = remote(Layer=Layer).Layer(3, 2, rng=draws)
    reference = right_reference(remote, affine, model)
    first, *details = failure(gradients_agree, model, X, rng=draws, reference=reference)
    assert fault in details
    message = "forward is wrong: its result is not the expected one"
    assert (first == message) == forward_is_wrong
    assert ("numerical derivative" in " ".join(details)) != forward_is_wrong


def keeps_its_first_weights(affine, layer, x):
    layer.first = vars(layer).get("first", layer.parameters["W"].copy())
    W, layer.parameters["W"][...] = layer.parameters["W"].copy(), layer.first
    y = affine.forward(layer, x)
    layer.parameters["W"][...] = W
    return y


def ignores_a_feature(affine, layer, x):
    """The derivative of the worst entry is 0: that alone does not show that W is not read."""
    y = affine.forward(layer, x * [0, 1, 1])
    layer.x = x
    return y


def is_flat(affine, layer, x):
    """The derivative is 0 here, and W is read."""
    layer.slope = 0
    return np.maximum(affine.forward(layer, x) - 0.9, 0)


@pytest.mark.parametrize(
    ("forward", "message"),
    [
        (keeps_its_first_weights, "forward does not depend on "),
        (ignores_a_feature, "forward is wrong"),
        (is_flat, "forward is wrong"),
    ],
)
def test_a_forward_that_does_not_read_its_weights_is_reported(
    remote, affine, draws, forward, message
):
    class Layer(affine):
        slope = 1

        def forward(self, x):
            return forward(affine, self, x)

        def backward(self, grad_output):
            return super().backward(self.slope * grad_output)

    model = remote(Layer=Layer).Layer(3, 2, rng=draws)
    if forward is is_flat:
        assign(model, {name: 0.1 * value for name, value in model.parameters.items()})
    model.forward(X)
    reference = right_reference(remote, affine, model)
    with pytest.raises(CheckFailed, match=message):
        gradients_agree(model, X, rng=draws, reference=reference)


def test_parameters_are_as_before(remote, affine, draws):
    model = remote(Layer=affine).Layer(3, 2, rng=draws)
    before = model.parameters
    gradients_agree(model, X, rng=draws)
    for name, value in model.parameters.items():
        np.testing.assert_array_equal(value, before[name])


class Pair:
    """Two inputs of which one is a tuple, and two outputs; no parameters."""

    def __init__(self, wrong=""):
        self.parameters, self.gradients, self.wrong = {}, {}, wrong

    def zero_gradients(self):
        pass

    def forward(self, x, state, ids):
        self.x, (self.h, self.c) = x, state
        return x * self.h, np.sin(self.c)

    def backward(self, grad_output):
        grad_y, grad_z = grad_output
        grad_c = grad_z * np.cos(self.c)
        if self.wrong:
            grad_c = -grad_c
        return grad_y * self.h, (grad_y * self.x, grad_c), None


def test_inputs_outputs_and_gradients_may_be_tuples_or_lists(remote, draws):
    class Listed(Pair):
        def backward(self, grad_output):
            grad_x, grad_state, _ = super().backward(grad_output)
            return [grad_x, list(grad_state), None]

    x, h, c = draws.normal(size=(3, 4))
    for cls in (Pair, Listed):
        module = remote(Pair=cls)
        gradients_agree(module.Pair(), x, (h, c), np.arange(4), rng=draws)
        with pytest.raises(CheckFailed, match=r"gradient of input 2\[1\]"):
            gradients_agree(module.Pair("c"), x, (h, c), np.arange(4), rng=draws)


def test_two_uses_have_to_add_up(remote, affine, draws):
    class Overwrites(affine):
        def backward(self, grad_output):
            for gradient in self.gradients.values():
                gradient[...] = 0
            return super().backward(grad_output)

    model, again = remote(Layer=Overwrites).Layer(3, 2, rng=draws), (X[:2] + 1,)
    gradients_agree(model, X, rng=draws)
    gradients_agree(remote(Layer=affine).Layer(3, 2, rng=draws), X, rng=draws, and_then=again)
    with pytest.raises(CheckFailed, match="gradient of parameter"):
        gradients_agree(model, X, rng=draws, and_then=again)


def test_a_forward_without_a_derivative_or_without_numbers_is_reported(remote, draws):
    for forward, message in (
        (lambda self, x: np.floor(1e6 * x), "has no derivative here"),
        (lambda self, x: "a score", "forward should return real numbers"),
    ):
        methods = {"forward": forward, "backward": lambda self, grad: np.zeros_like(grad)}
        model = remote(Model=type("Model", (Pair,), methods)).Model()
        with pytest.raises(CheckFailed, match=message):
            gradients_agree(model, X, rng=draws)


def test_ids_before_a_real_input_need_no_gradient(remote, affine, draws):
    """A model of ids and of a condition returns the gradient of the condition alone."""

    class Told(affine):
        def forward(self, ids, x):
            return super().forward(x) + ids[:, None]

    class Wrong(Told):
        def backward(self, grad_output):
            return 2 * super().backward(grad_output)

    ids = np.arange(4)
    gradients_agree(remote(Layer=Told).Layer(3, 2, rng=draws), ids, X, rng=draws)
    with pytest.raises(CheckFailed, match="gradient of input 2"):
        gradients_agree(remote(Layer=Wrong).Layer(3, 2, rng=draws), ids, X, rng=draws)


def test_inputs_are_named_as_in_the_text_of_the_reference(remote, affine, draws):
    class Wrong(affine):
        def backward(self, grad_output):
            return -super().backward(grad_output)

    model = remote(Layer=Wrong).Layer(3, 2, rng=draws)
    reference = right_reference(remote, affine, model)
    names = TextNames({f"{affine.__name__}.forward": ("x",)}.get)
    for each in (model, reference):
        session_of(each)[0].calls.names = names
    with pytest.raises(CheckFailed, match="the gradient of x is wrong"):
        gradients_agree(model, X, rng=draws, reference=reference)
