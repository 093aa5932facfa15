"""The numerical check passes right layers and names what is wrong in wrong ones."""

import numpy as np
import pytest

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
    """Check a layer whose backward is right but for `spoil`."""

    def check(spoil=None, returned=None):
        class Spoilt(affine):
            def backward(self, grad_output):
                grad_x = super().backward(grad_output)
                if spoil is not None:
                    spoil(self, grad_output * (1 - self.y**2))
                return grad_x if returned is None else returned(grad_x)

        gradients_agree(remote(Layer=Spoilt).Layer(3, 2, rng=draws), X, rng=draws)

    return check


def test_a_right_layer_passes(check):
    check()


@pytest.mark.parametrize(
    ("spoil", "named"),
    [(flips_a_sign, "W"), (averages, "W"), (last_bias_only, "b")],
    ids=lambda value: getattr(value, "__name__", value),
)
def test_the_parameter_whose_gradient_is_wrong_is_named(check, spoil, named):
    with pytest.raises(CheckFailed) as caught:
        check(spoil)
    assert f"gradient of parameter {named}" in caught.value.message


def test_the_worst_entry_is_reported_with_its_ratio(check):
    with pytest.raises(CheckFailed) as caught:
        check(flips_a_sign)
    told = " ".join(caught.value.details)
    assert "[1, 0]" in told
    assert "(ratio -1)" in told


def test_the_gradient_of_an_input(check):
    with pytest.raises(CheckFailed, match="gradient of input 1"):
        check(returned=lambda grad: -grad)


def test_an_input_gradient_of_another_shape(check):
    with pytest.raises(CheckFailed, match=r"input 1 .*shape \(4, 3\)"):
        check(returned=lambda grad: grad.T)


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
    with pytest.raises(CheckFailed) as caught:
        gradients_agree(model, X, rng=draws, reference=reference)
    assert fault in caught.value.details
    message = "forward is wrong: its result is not the expected one"
    assert (caught.value.message == message) == forward_is_wrong
    assert ("numerical derivative" in " ".join(caught.value.details)) != forward_is_wrong


def test_a_forward_that_keeps_a_copy_of_its_weights_does_not_depend_on_them(remote, affine, draws):
    class Layer(affine):
        def forward(self, x):
            self.copy = vars(self).get("copy", self.parameters["W"].copy())
            W, self.parameters["W"][...] = self.parameters["W"].copy(), self.copy
            y = super().forward(x)
            self.parameters["W"][...] = W
            return y

    model = remote(Layer=Layer).Layer(3, 2, rng=draws)
    model.forward(X)
    reference = right_reference(remote, affine, model)
    with pytest.raises(CheckFailed) as caught:
        gradients_agree(model, X, rng=draws, reference=reference)
    assert "forward does not depend on " in str(caught.value)


def test_a_forward_that_ignores_a_feature_depends_on_the_weights(remote, affine, draws):
    """The derivative of the worst entry is 0: that alone does not show that W is not read."""

    class Layer(affine):
        def forward(self, x):
            y = super().forward(x * [0, 1, 1])
            self.x = x
            return y

    model = remote(Layer=Layer).Layer(3, 2, rng=draws)
    reference = right_reference(remote, affine, model)
    with pytest.raises(CheckFailed, match="forward is wrong"):
        gradients_agree(model, X, rng=draws, reference=reference)


def test_a_forward_whose_gradient_is_zero_may_depend_on_the_weights(remote, affine, draws):
    class Layer(affine):
        def forward(self, x):
            return np.maximum(super().forward(x) - 0.9, 0)

        def backward(self, grad_output):
            return super().backward(0 * grad_output)

    model = remote(Layer=Layer).Layer(3, 2, rng=draws)
    assign(model, {name: 0.1 * value for name, value in model.parameters.items()})
    reference = right_reference(remote, affine, model)
    with pytest.raises(CheckFailed, match="forward is wrong"):
        gradients_agree(model, X, rng=draws, reference=reference)


def test_parameters_are_as_before(remote, affine, draws):
    model = remote(Layer=affine).Layer(3, 2, rng=draws)
    before = model.parameters
    gradients_agree(model, X, rng=draws)
    for name, value in model.parameters.items():
        np.testing.assert_array_equal(value, before[name])


def test_a_factor_of_all_entries_is_reported(check):
    with pytest.raises(CheckFailed) as caught:
        check(averages)
    assert "6 of 6 entries are wrong, all by the factor 0.25" in caught.value.details


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


def test_inputs_and_outputs_in_tuples(remote, draws):
    x, h, c = draws.normal(size=(3, 4))
    module = remote(Pair=Pair)
    gradients_agree(module.Pair(), x, (h, c), np.arange(4), rng=draws)
    with pytest.raises(CheckFailed, match=r"gradient of input 2\[1\]"):
        gradients_agree(module.Pair("c"), x, (h, c), np.arange(4), rng=draws)


def test_gradients_of_several_inputs_may_come_as_a_list(remote, draws):
    class Listed(Pair):
        def backward(self, grad_output):
            grad_x, grad_state, _ = super().backward(grad_output)
            return [grad_x, list(grad_state), None]

    x, h, c = draws.normal(size=(3, 4))
    module = remote(Pair=Listed)
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


def test_a_forward_without_a_derivative_is_reported(remote, draws):
    class Steps(Pair):
        def forward(self, x):
            return np.floor(1e6 * x)

        def backward(self, grad_output):
            return np.zeros_like(grad_output)

    with pytest.raises(CheckFailed, match="has no derivative here"):
        gradients_agree(remote(Steps=Steps).Steps(), X, rng=draws)


def test_what_is_not_finite_is_named(check):
    with pytest.raises(CheckFailed, match=r"gradient of input 1: .* not finite"):
        check(returned=lambda grad: grad * np.nan)


def test_a_model_whose_forward_returns_no_numbers(remote, draws):
    class Text(Pair):
        def forward(self, x):
            return "a score"

    with pytest.raises(CheckFailed, match="forward should return real numbers"):
        gradients_agree(remote(Text=Text).Text(), X, rng=draws)


@pytest.mark.parametrize("factor", [1, 2])
def test_ids_before_a_real_input_need_no_gradient(remote, affine, draws, factor):
    """A model of ids and of a condition returns the gradient of the condition alone."""

    class Told(affine):
        def forward(self, ids, x):
            return super().forward(x) + ids[:, None]

        def backward(self, grad_output):
            return factor * super().backward(grad_output)

    model, ids = remote(Layer=Told).Layer(3, 2, rng=draws), np.arange(4)
    if factor == 1:
        gradients_agree(model, ids, X, rng=draws)
    else:
        with pytest.raises(CheckFailed, match="gradient of input 2"):
            gradients_agree(model, ids, X, rng=draws)


def test_a_list_in_the_place_of_an_array_is_named(check):
    with pytest.raises(CheckFailed) as caught:
        check(returned=list)
    assert caught.value.message == (
        "the gradient of input 1: expected an array of shape (4, 3), received a list of 4 items, "
        "not an array"
    )


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
