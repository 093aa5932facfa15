"""Hidden checks of shortcuts: f(x) = 0, layers in layers, gates that are open or closed."""

import numpy as np
import pytest

from autograder.checks import assign, equal, in_float32, paired_models, part, refuses

RTOL = 1e-7


def each(test):
    """`test` for both wrappers, each counted for its own task."""
    marks = [
        pytest.param(name, marks=pytest.mark.task(name), id=name)
        for name in ("Residual", "DenseConnection")
    ]
    return pytest.mark.parametrize("name", marks)(test)


@pytest.mark.task("Residual")
@pytest.mark.points(1)
@pytest.mark.hint("Where f(x) = 0, y is x.")
@pytest.mark.promise("f-is-any-model", "a-path-without-factors")
def test_identity(submission, reference, rng):
    """Residual: around a layer that gives 0, signal and gradient do not change; else they do."""
    x, grad = rng.normal(size=(2, 4, 5, 3))
    pair = paired_models(submission, reference, "Residual", part("affine", 3, 3, rng=rng))
    pair.draw_parameters(rng)
    layer, _ = pair.student, pair.same_forward(x)
    assign(layer, {name: np.zeros_like(value) for name, value in layer.parameters.items()})
    equal(layer.forward(x), x, "y where f(x) = 0", rtol=0.0)
    equal(layer.backward(grad), grad, "the gradient of x where f(x) = 0", rtol=0.0)


@pytest.mark.task("DenseConnection")
@pytest.mark.points(1)
@pytest.mark.hint("The first D features of y are x itself.")
@pytest.mark.promise("DenseConnection")
def test_nothing_is_lost(submission, reference, rng):
    """DenseConnection: y contains x exactly, and what f makes of it."""
    f = part("affine", 3, 2, rng=rng)
    pair = paired_models(submission, reference, "DenseConnection", f)
    pair.draw_parameters(rng)
    x = rng.normal(size=(4, 5, 3))
    equal(pair.same_forward(x)[..., :3], x, "the first features of y", rtol=0.0)


@each
@pytest.mark.points(2)
@pytest.mark.hint("Use only f, x and the gradients: nothing may depend on sizes or names.")
@pytest.mark.promise(
    "f-is-any-model", "results-are-new-arrays", "backward-of-the-last-forward", "float32-stays"
)
def test_layers_in_layers(submission, reference, rng, name):
    """A shortcut around a shortcut around an affine layer; float32."""
    inner = {"Residual": "residual", "DenseConnection": "dense_connection"}[name]
    pair = paired_models(submission, reference, name, part(inner, part("affine", 4, 4, rng=rng)))
    pair.draw_parameters(rng)
    x = rng.normal(size=(2, 3, 4))
    once = pair.same_forward(x)
    pair.same_backward(rng.normal(size=(5, 4)), rng=rng)
    pair.accumulates(x, rng=rng)
    equal(pair.student.forward(x), once, "y for the same x, read again")
    if in_float32(pair):
        pair.same_backward(x.astype(np.float32), rng=rng, rtol=1e-5)


@pytest.mark.task("Highway")
@pytest.mark.points(1)
@pytest.mark.hint("With t = 0, y is x; with t = 1, y is h.")
@pytest.mark.promise("gates-scale-both-paths")
def test_gates_at_their_ends(submission, rng):
    """Highway: a closed gate gives x, an open one gives h; the same for the gradients."""
    layer = submission.Highway(3, rng=rng)
    zeros, W = np.zeros((3, 3)), rng.normal(size=(3, 3))
    x, grad = rng.normal(size=(2, 4, 3))
    for bias, y, grad_x in (
        (-1e3, x, grad),
        (1e3, np.maximum(x @ W, 0), (grad * (x @ W > 0)) @ W.T),
    ):
        assign(layer, {"W_h": W, "W_t": zeros, "b_t": np.full(3, bias)})
        equal(layer.forward(x), y, f"y with a gate bias of {bias:g}", rtol=RTOL)
        equal(layer.backward(grad), grad_x, f"its gradient with {bias:g}", rtol=RTOL)


@pytest.mark.task("Highway")
@pytest.mark.points(2)
@pytest.mark.hint("reshape(-1, D) makes rows of any batch; ReLU'(0) = 0.")
@pytest.mark.promise(
    "Highway.forward", "Highway.backward", "float32-stays", "Highway.forward.raises"
)
def test_any_shape(submission, reference, rng):
    """Highway: sizes of 1, an input without a batch axis, ReLU at 0, float32."""
    for shape in ((1, 1), (7,), (2, 1, 3, 4)):
        pair = paired_models(submission, reference, "Highway", shape[-1], rng=rng)
        pair.same_backward(rng.normal(size=shape), rng=rng, rtol=RTOL)
    x = rng.normal(size=(2, 4))
    pair.same_backward(x, rng=rng)
    refuses(pair.student, "forward", rng.normal(size=(2, 3)))
    assign(pair.student, {"b_h": np.zeros(4)})
    assign(pair.reference, {"b_h": np.zeros(4)})
    pair.same_backward(np.zeros((2, 4)), rng=rng)
    if in_float32(pair):
        pair.same_backward(x.astype(np.float32), rng=rng, rtol=1e-5)
