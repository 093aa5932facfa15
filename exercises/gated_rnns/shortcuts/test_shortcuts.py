"""Checks of shortcuts that you can see. The course has hidden ones, too.

The layers that are wrapped are your own `Affine` and `Tanh`.
"""

import numpy as np
import pytest

from autograder.checks import equal, expect, in_float32, paired_models, part, refuses

RTOL = 1e-7


def each(test):
    """`test` for both wrappers, each counted for its own task."""
    marks = [
        pytest.param(name, marks=pytest.mark.task(name), id=name)
        for name in ("Residual", "DenseConnection")
    ]
    return pytest.mark.parametrize("name", marks)(test)


def around_affine(submission, reference, name, rng, outputs=3):
    """Paired models around an affine layer of 3 inputs, with the same random parameters."""
    f = part("affine", 3, outputs, rng=rng)
    pair = paired_models(submission, reference, name, f)
    pair.draw_parameters(rng)
    return pair


@each
@pytest.mark.points(2)
@pytest.mark.hint("x and f(x): their sum, or both concatenated with x first.")
@pytest.mark.promise("results-are-new-arrays", "Residual.forward")
def test_forward(submission, reference, rng, name):
    """The output, for a batch and for sequences."""
    pair = around_affine(submission, reference, name, rng)
    for shape in ((4, 3), (2, 5, 3)):
        pair.same_forward(rng.normal(size=shape))


@each
@pytest.mark.points(3)
@pytest.mark.hint("There are two paths from x to y, and each gives one term.")
@pytest.mark.promise(
    "result-is-a-copy",
    "Residual.backward",
    "DenseConnection.backward",
    "Highway.backward",
    "results-are-new-arrays",
    "float32-stays",
)
def test_backward(submission, reference, rng, name):
    """The gradient of x: one term around f, one through it."""
    pair = around_affine(submission, reference, name, rng)
    for shape in ((4, 3), (2, 5, 3)):
        pair.same_backward(rng.normal(size=shape), rng=rng)
    pair.accumulates(rng.normal(size=(4, 3)), rng=rng)
    pair.result_is_the_callers(rng.normal(size=(4, 3)), rng=rng)
    other = paired_models(submission, reference, name, part("affine", 2, 2, rng=rng))
    pair.used_in_turn_with(other, (rng.normal(size=(4, 3)),), (rng.normal(size=(4, 2)),))
    if in_float32(pair):
        pair.same_backward(
            rng.normal(size=(4, 3)).astype(np.float32), rng=rng, rtol=1e-3, atol=1e-4
        )


@each
@pytest.mark.points(2)
@pytest.mark.hint("f.backward belongs to the last f.forward: call each of them once.")
def test_gradients_are_right(submission, reference, rng, name):
    """Around tanh: the gradients agree with numerical gradients of your own forward."""
    pair = paired_models(submission, reference, name, part("tanh"))
    pair.gradients_agree(rng.normal(size=(2, 4)), rng=rng)


@pytest.mark.task("Residual")
@pytest.mark.points(2)
@pytest.mark.hint("Compare the two shapes before you add.")
@pytest.mark.promise("f-keeps-the-shape", "Residual.forward.raises")
def test_nothing_else_can_be_added(submission, rng):
    """Residual: an f that changes the shape is an error."""
    for outputs in (1, 2):  # one output could be broadcast, and should not be
        layer = submission.Residual(part("affine", 3, outputs, rng=rng))
        refuses(layer, "forward", rng.normal(size=(4, 3)))


@pytest.mark.task("DenseConnection")
@pytest.mark.points(2)
@pytest.mark.hint("Where does x end in the last axis? Not always in the middle.")
def test_f_may_have_any_size(submission, reference, rng):
    """DenseConnection: f may give more or fewer features than it reads."""
    for outputs in (1, 5):
        pair = around_affine(submission, reference, "DenseConnection", rng, outputs)
        pair.same_forward(rng.normal(size=(2, 3)))
        pair.same_backward(rng.normal(size=(2, 2, 3)), rng=rng)


@pytest.mark.task("Highway")
@pytest.mark.points(2)
@pytest.mark.hint("b_t starts at −2: σ(−2) = 0.12. The other bias starts at 0.")
def test_start(submission, rng):
    """Highway: the gate starts nearly closed."""
    parameters = submission.Highway(6, rng=rng).parameters
    equal(parameters["b_t"], np.full(6, -2.0), "b_t of a new layer")
    equal(parameters["b_h"], np.zeros(6), "b_h of a new layer")


@pytest.mark.task("Highway")
@pytest.mark.points(3)
@pytest.mark.hint("t scales the new content h, 1 − t scales x: t ∘ h + (1 − t) ∘ x.")
@pytest.mark.promise("Highway.forward")
def test_highway_forward(submission, reference, rng):
    """Highway: the output, for a batch and for sequences."""
    pair = paired_models(submission, reference, "Highway", 4, rng=rng)
    for shape in ((5, 4), (2, 3, 4)):
        pair.same_forward(rng.normal(size=shape), rtol=RTOL)


@pytest.mark.task("Highway")
@pytest.mark.points(4)
@pytest.mark.hint("x is used by h, by t, and by (1 − t) ∘ x: three terms.")
@pytest.mark.promise("Highway.forward", "Highway.backward", "float32-stays")
def test_highway_backward(submission, reference, rng):
    """Highway: backward."""
    pair = paired_models(submission, reference, "Highway", 4, rng=rng)
    for shape in ((5, 4), (2, 3, 4)):
        pair.same_backward(rng.normal(size=shape), rng=rng, rtol=RTOL)
        pair.result_is_the_callers(rng.normal(size=shape), rng=rng)
    if in_float32(pair):
        pair.same_backward(
            rng.normal(size=(5, 4)).astype(np.float32), rng=rng, rtol=1e-3, atol=1e-4
        )


@pytest.mark.task("Highway")
@pytest.mark.points(2)
@pytest.mark.hint("`self.gradients[name] += ...`, never `=`.")
def test_highway_gradients_add_up(submission, reference, rng):
    """Highway: the gradients agree with numerical ones; a second backward adds to them."""
    pair = paired_models(submission, reference, "Highway", 3, rng=rng)
    pair.gradients_agree(rng.normal(size=(2, 3)), rng=rng)
    large = paired_models(submission, reference, "Highway", 80, rng=rng, scale=0.1)
    large.many_gradients(rng.normal(size=(2, 80)), rng=rng, passes=80)
    pair.accumulates(rng.normal(size=(2, 3)), rng=rng)


@pytest.mark.task("Highway")
@pytest.mark.points(2)
@pytest.mark.hint("What is your y where t = 0? And what is the gradient of x then?")
def test_twenty_layers(submission, reference, rng, plot):
    """Highway: twenty new layers pass a gradient back, which vanishes without shortcuts."""
    D, depth = 50, 20
    x, grad = rng.normal(size=(2, 8, D))
    actual = _through_highways(submission, x, grad, depth, rng)
    lost = _through_plain_layers(x, grad, depth, rng)
    new = submission.Highway(D, rng=rng).forward(x)
    expect(np.all(new != x), "a new layer returns some numbers of x as they are")
    paired_models(submission, reference, "Highway", D, rng=rng).same_backward(x, rng=rng)
    plot(
        "A gradient on its way back through twenty new layers",
        {"highway layers": actual, "the same without a way around": lost},
        x=range(1, depth + 1), x_label="layer", y_label="norm of the gradient", log=True,
    )  # fmt: skip
    # Around the layers σ(2)²⁰ = 0.08 is left. Over 400 draws at least 0.073 was left, and at least
    # 32 times the plain layers' share: in logs 15 and 5 standard deviations from these bounds.
    expect(
        actual[0] > 0.04 and actual[0] > 10 * lost[0],
        f"of a gradient of norm 1, {actual[0]:.2g} is left at the input of twenty new layers, and "
        f"{lost[0]:.2g} at that of layers without shortcuts: it should be about 0.08",
    )


def _through_highways(module, x, grad, depth, rng):
    """Return the norm of the gradient at each layer's input, divided by that at the last output."""
    layers = []
    for _ in range(depth):
        layers.append(module.Highway(x.shape[-1], rng=np.random.default_rng(rng.integers(1 << 32))))
        x = layers[-1].forward(x)
    norms = [np.linalg.norm(grad)]
    for layer in reversed(layers):
        grad = layer.backward(grad)
        norms.append(np.linalg.norm(grad))
    return np.array(norms[:0:-1]) / norms[0]


def _through_plain_layers(x, grad, depth, rng):
    """Return the same norms for layers y = ReLU(x W)."""
    D = x.shape[-1]
    layers = []
    for _ in range(depth):
        W = rng.normal(scale=D**-0.5, size=(D, D))
        x = np.maximum(x @ W, 0)
        layers.append((W, x > 0))
    norms = [np.linalg.norm(grad)]
    for W, slope in reversed(layers):
        grad = (grad * slope) @ W.T
        norms.append(np.linalg.norm(grad))
    return np.array(norms[:0:-1]) / norms[0]
