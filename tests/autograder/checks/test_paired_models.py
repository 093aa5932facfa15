"""A submitted layer beside the reference's: one message for each way of being wrong."""

from functools import partial

import numpy as np
import pytest
from check_failures import failure

from autograder.checks import in_float32, paired_models
from autograder.sandbox.session.faults import Crashed, TimedOut
from autograder.sandbox.session.requests import session_of
from framework.interfaces import Model

X = np.random.default_rng(5).normal(size=(4, 3))


@pytest.fixture
def pair_with(remote, affine, draws):
    """Paired models of a class and of the right one."""

    def pair_with(cls):
        return paired_models(remote(Layer=cls), remote(Layer=affine), "Layer", 3, 2, rng=draws)

    return pair_with


@pytest.fixture
def variant(affine):
    """`variant(forward=..., backward=...)`: the right layer with other methods."""
    return lambda **methods: type("Variant", (affine,), methods)


@pytest.fixture
def spoilt(affine):
    """`spoilt(spoil)`: the right layer, whose backward ends with ``spoil(layer, grad, grad_x)``."""

    def spoilt(spoil):
        class Spoilt(affine):
            def backward(self, grad):
                return spoil(self, grad, super().backward(grad.copy()))

        return Spoilt

    return spoilt


def test_the_right_layer_passes_everything(pair_with, affine, draws):
    pair = pair_with(affine)
    pair.same_forward(X)
    pair.same_backward(X, rng=draws)
    pair.accumulates(X, rng=draws)


def test_both_get_the_same_parameters_and_no_zero_bias(pair_with, affine):
    pair = pair_with(affine)
    mine, theirs = pair.student.parameters, pair.reference.parameters
    for name in ("W", "b"):
        np.testing.assert_array_equal(mine[name], theirs[name])
        assert np.all(mine[name])


def test_parameters_are_compared_before_gradients_that_cannot_be_sent(pair_with, affine):
    class Unsendable(affine):
        def __init__(self, *args, rng):
            super().__init__(*args, rng=rng)
            self.parameters["V"] = np.zeros(1)
            self.gradients["V"] = np.array([object()])

    assert failure(pair_with, Unsendable) == ["Layer.parameters has unexpected entries: V"]


def test_something_that_is_no_object(remote, affine, draws):
    modules = remote(Layer=lambda *args, rng: {"W": 1}), remote(Layer=affine)
    assert failure(paired_models, *modules, "Layer", 3, 2, rng=draws) == [
        "Layer(...) should make an object, not {W: 1}"
    ]


def rename(layer):
    layer.add_parameter("bias", layer.parameters.pop("b"))
    del layer.gradients["b"]


W = "Layer.parameters['W']"


@pytest.mark.parametrize(
    ("change", "line"),
    [
        (rename, "Layer.parameters is missing entries: b and has unexpected entries: bias"),
        (
            lambda layer: layer.add_parameter("W", layer.parameters["W"].T.copy()),
            f"{W} has the wrong shape: expected (3, 2), received (2, 3)",
        ),
        (
            lambda layer: layer.astype(np.float32),
            f"{W}: float32 where float64 was given: precision is lost on the way",
        ),
        (lambda layer: setattr(layer, "gradients", {}), "Layer.gradients is missing entries: W, b"),
        (lambda layer: setattr(layer, "parameters", [1.0]), "Layer.parameters should be a dict of"),
    ],
)
def test_parameters_of_another_form(pair_with, affine, change, line):
    class Changed(affine):
        def __init__(self, inputs, outputs, *, rng):
            super().__init__(inputs, outputs, rng=rng)
            change(self)

    assert failure(pair_with, Changed)[0].startswith(line)


def forgets_bias(self, x):
    self.x, self.y = x, np.tanh(x @ self.parameters["W"])
    return self.y


def shifts_input(self, x):
    x -= 0.0
    x[0, 0] += 1
    return np.tanh((x - np.eye(4, 3) * [1, 0, 0]) @ self.parameters["W"] + self.parameters["b"])


def test_forward(pair_with, variant):
    lines = failure(pair_with(variant(forward=forgets_bias)).same_forward, X)
    assert lines[0] == "Layer.forward: 8 of 8 values differ from the expected ones"
    assert lines[1].startswith("worst at [")
    lines = failure(pair_with(variant(forward=shifts_input)).same_forward, X)
    assert lines[0].startswith("Layer.forward changes argument 1: after the call")


def averages(layer, grad, grad_x):
    layer.gradients["W"] /= len(grad)
    return grad_x


def keeps_bias_rows(layer, grad, grad_x):
    layer.gradients["b"] = np.ones((4, 2))
    return grad_x


def eats_upstream(layer, grad, grad_x):
    grad *= 2
    return grad_x


RETURNED = "the gradient that backward returns"


@pytest.mark.parametrize(
    ("spoil", "line"),
    [
        (
            lambda layer, grad, grad_x: grad_x[:, :2],
            f"{RETURNED} has the wrong shape: expected (4, 3), received (4, 2)",
        ),
        (
            lambda layer, grad, grad_x: None,
            f"{RETURNED}: expected an array of shape (4, 3), received None",
        ),
        (averages, "gradients['W']: 6 of 6 values differ from the expected ones"),
        (keeps_bias_rows, "gradients['b'] has the wrong shape: expected (2,), received (4, 2)"),
        (
            eats_upstream,
            "Layer.backward changes argument 1: after the call, it must hold exactly the values "
            "that it had before",
        ),
    ],
)
def test_backward(pair_with, spoilt, draws, spoil, line):
    first, *details = failure(pair_with(spoilt(spoil)).same_backward, X, rng=draws)
    assert first == line
    assert spoil is not averages or details[0].endswith("(ratio 0.25)")


def test_gradients_that_are_overwritten(pair_with, affine, draws):
    class Overwrites(affine):
        def backward(self, grad):
            self.zero_gradients()
            return super().backward(grad)

    pair = pair_with(Overwrites)
    pair.same_backward(X, rng=draws)
    assert failure(pair.accumulates, X, rng=draws)[0] == (
        "Layer.backward overwrites gradients['W']: it must add to it, because a layer used twice "
        "receives both contributions"
    )


def zeros(self, x):
    self.x = x
    return np.zeros((len(x), 2))


def bias_alone(self, x):
    self.x = x
    return np.zeros((len(x), 2)) + self.parameters["b"]


def no_gradient(self, grad):
    return np.zeros_like(self.x)


def gradient_of_bias(self, grad):
    self.gradients["b"] += grad.sum(axis=0)
    return np.zeros_like(self.x)


def sums_everything(self, x):
    self.x = x
    return np.array([x.sum() + sum(value.sum() for value in self.parameters.values())])


def gradient_of_sums(self, grad):
    for gradient in self.gradients.values():
        gradient += grad.sum()
    return np.full(self.x.shape, grad.sum())


def one_more(self, grad):
    for gradient in self.gradients.values():
        gradient += 1
    return np.zeros_like(self.x)


@pytest.mark.parametrize("check", ["gradients_agree", "accumulates"])
@pytest.mark.parametrize(
    ("forward", "backward", "line"),
    [
        (zeros, no_gradient, "forward does not depend on"),
        (bias_alone, gradient_of_bias, "forward does not depend on parameter W"),
        (zeros, one_more, "forward does not depend on parameter"),
        (sums_everything, gradient_of_sums, "forward is wrong: its result is not the expected one"),
    ],
)
def test_constants_and_made_up_gradients_have_no_right_gradients(
    pair_with, variant, draws, check, forward, backward, line
):
    pair = pair_with(variant(forward=forward, backward=backward))
    assert failure(getattr(pair, check), X, rng=draws)[0].startswith(line)


def test_a_derivative_that_is_zero_but_for_rounding_may_be_left_out(remote, affine, draws):
    """A bias before a normalisation: the reference's derivative is a sum that cancels."""

    class Centred(affine):
        def forward(self, x):
            self.x = x
            y = x @ self.parameters["W"] + self.parameters["b"]
            return y - y.mean(axis=0)

        def backward(self, grad):
            grad_y = grad - grad.mean(axis=0)
            self.gradients["W"] += self.x.T @ grad_y
            self.gradients["b"] += grad_y.sum(axis=0)
            return grad_y @ self.parameters["W"].T

    class WithoutBias(Centred):
        def backward(self, grad):
            grad_x = super().backward(grad)
            self.gradients["b"][...] = 0
            return grad_x

    reference = remote(Layer=Centred)
    pair = paired_models(remote(Layer=WithoutBias), reference, "Layer", 3, 2, rng=draws)
    for _ in range(20):  # some of the sums are zero
        pair.gradients_agree(draws.normal(size=(7, 3)), rng=draws)


#: At `gradients`, until the forms of a new model's arrays have been compared.
FIRST_LOOKS = 4


def test_gradients_that_are_there_only_at_first(pair_with, variant, draws):
    class Vanishing(variant(backward=no_gradient, zero_gradients=lambda self: None)):
        asked = 0

        @property
        def gradients(self):
            self.asked += 1
            return self.made if self.asked < FIRST_LOOKS else {}

        @gradients.setter
        def gradients(self, made):
            self.made = made

    pair = pair_with(Vanishing)
    line = failure(pair.accumulates, X, rng=draws)[0]
    assert "Layer.gradients is missing entries" in line


@pytest.mark.parametrize("in_place", [True, False])
def test_functions_that_put_new_arrays_into_a_layers_gradients(remote, affine, draws, in_place):
    def looks_around(layer):
        kept = {name: gradient.copy() for name, gradient in layer.gradients.items()}
        layer.gradients["W"] += 1
        for name, gradient in kept.items():
            if in_place:
                layer.gradients[name][...] = gradient
            else:
                layer.gradients[name] = gradient

    module = remote(Layer=affine, looks_around=looks_around)
    pair = paired_models(module, remote(Layer=affine), "Layer", 3, 2, rng=draws)
    pair.same_backward(X, rng=draws)
    if in_place:
        pair.keeps_gradient_arrays("looks_around")
    else:
        line = failure(pair.keeps_gradient_arrays, "looks_around")[0]
        assert line.startswith("looks_around puts a new array into gradients['W']: copy into the")


def test_gradients_that_are_never_cleared(pair_with, variant, draws):
    pair = pair_with(variant(zero_gradients=lambda self: None))
    line = failure(pair.accumulates, X, rng=draws)[0]
    assert line == "zero_gradients leaves gradients['W'] as it was"


def test_each_of_several_input_gradients_is_named(remote, draws):
    class Product:
        parameters, gradients = {}, {}

        def zero_gradients(self):
            pass

        def forward(self, x, y):
            self.x, self.y = x, y
            return x * y

        def backward(self, grad):
            return grad * self.y, grad * self.x

    wrong = type("Wrong", (Product,), {"backward": lambda self, g: (g * self.y, g * self.y)})
    pair = paired_models(remote(Product=wrong), remote(Product=Product), "Product")
    line = failure(pair.same_backward, X, 2 * X, rng=draws)[0]
    assert line.startswith("the gradient of input 2 that backward returns: 12 of 12 values differ")
    listed = type("Listed", (Product,), {"backward": lambda self, g: [g * self.y, g * self.y]})
    pair = paired_models(remote(Product=listed), remote(Product=Product), "Product")
    assert failure(pair.same_backward, X, 2 * X, rng=draws)[0] == line


class OnItsOwn:
    """A right layer that inherits nothing."""

    def __init__(self, inputs, outputs, *, rng):
        self.parameters = {"W": rng.normal(size=(inputs, outputs)), "b": np.zeros(outputs)}
        self.gradients = {name: np.zeros_like(value) for name, value in self.parameters.items()}


class Broken(OnItsOwn):
    """Offers a conversion that fails."""

    @property
    def astype(self):
        raise ValueError("no dtype like that")


def test_both_are_converted_unless_the_submission_has_no_astype(pair_with, affine):
    for cls, dtype in ((affine, "float32"), (OnItsOwn, "float64")):
        pair = pair_with(cls)
        assert in_float32(pair) == (dtype == "float32")
        for model in (pair.student, pair.reference):
            assert {value.dtype.name for value in model.parameters.values()} == {dtype}
    with pytest.raises(Crashed, match="no dtype like that"):  # the submission's fault
        in_float32(pair_with(Broken))


def doubles_but_the_last(layer, grad, grad_x):
    layer.passes = getattr(layer, "passes", 0) + 1
    return grad_x * (1 if layer.passes == 3 else 2)


def forgets_earlier_passes(layer, grad, grad_x):
    layer.gradients["W"][...] = layer.x.T @ (grad * (1 - layer.y**2))
    return grad_x


def test_many_gradients_are_compared_with_their_sums_and_with_each(
    pair_with, spoilt, affine, draws
):
    pair_with(affine).many_gradients(X, rng=draws, passes=3)
    for spoil, line in (
        (forgets_earlier_passes, "gradients['W'] after 3 backward passes: "),
        (doubles_but_the_last, f"{RETURNED}: "),
    ):
        pair = pair_with(spoilt(spoil))
        assert failure(pair.many_gradients, X, rng=draws, passes=3)[0].startswith(line)


@pytest.mark.parametrize("stalled", [False, True])
def test_many_gradients_that_take_too_long_are_noted(
    pair_with, affine, draws, monkeypatch, stalled
):
    pair = pair_with(affine)
    session, _ = session_of(pair.student)
    real = session.run

    def out_of_time(steps):
        if len(steps) > 5:
            session.calls.describe(steps)
            raise TimedOut("no answer within 5 s", stalled=stalled)
        return real(steps)

    monkeypatch.setattr(session, "run", out_of_time)
    with pytest.raises(TimedOut) as caught:
        pair.many_gradients(X, rng=draws, passes=3)
    assert session.calls.outlasted == (set() if stalled else {"Layer.backward"})
    assert ("without calls of forward" in caught.value.message) is not stalled


class Square(Model):
    """y = w x², which keeps x² for backward and its last row as state."""

    def __init__(self, shared=""):
        super().__init__()
        self.add_parameter("w", np.ones(1))
        self.shared = shared

    def forward(self, x):
        self.x, y = x, self.parameters["w"] * x**2
        self.y = y if self.shared == "backward" else y.copy()
        self.state = y[-1] if self.shared == "state" else y[-1].copy()
        return y.T.swapaxes(0, 1)  # a view

    def backward(self, grad_output):
        self.gradients["w"] += (grad_output * self.y).sum()
        return grad_output * 2 * self.y / self.x


@pytest.mark.parametrize(
    ("shared", "what"), [("", ""), ("backward", RETURNED), ("state", "self.state")]
)
def test_a_layer_that_returns_what_it_keeps_fails(remote, draws, shared, what):
    pair = paired_models(remote(Square=Square), remote(Square=Square), "Square", shared)
    check = partial(pair.result_is_the_callers, draws.uniform(1, 2, size=(2, 3)), rng=draws)
    if not shared:
        check(keeps=["state"])
    else:
        line = f"{what} is another one after the caller has changed"
        assert failure(check, keeps=["state"])[0].startswith(line)
