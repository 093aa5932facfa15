"""Hidden checks of convolution: other shapes, errors, the convolution of signals, width 1."""

import numpy as np
import pytest

from autograder.checks import assign, equal, in_float32, paired_models, refuses


@pytest.mark.task("Conv1d")
@pytest.mark.points(3)
@pytest.mark.hint("Nothing in the layer may depend on particular sizes.")
@pytest.mark.promise("windows", "unread-words", "dtype")
def test_any_shape(submission, reference, rng):
    """Sizes of 1; windows with gaps between them; padding wider than the window; float32."""
    for shape, C, width, settings in [
        ((1, 1, 1), 1, 1, {}),
        ((2, 4, 3), 2, 4, {}),
        ((3, 9, 2), 1, 1, {"stride": 4}),
        ((1, 8, 1), 3, 2, {"stride": 3, "padding": 3}),
        ((2, 1, 2), 2, 3, {"padding": 2, "dilation": 2}),
        ((2, 13, 3), 3, 3, {"padding": 1, "dilation": 5}),
    ]:
        pair = paired_models(
            submission, reference, "Conv1d", shape[2], C, width, rng=rng, **settings
        )
        pair.same_backward(rng.normal(size=shape), rng=rng)
    if in_float32(pair):
        pair.same_backward(rng.normal(size=shape).astype(np.float32), rng=rng, rtol=1e-5)


@pytest.mark.task("Conv1d")
@pytest.mark.points(2)
@pytest.mark.hint("The check reverses g for (f ∗ g)[n] = Σ_m f[n − m] g[m]; do not reverse W.")
@pytest.mark.promise("Conv1d")
def test_a_filter_turned_around(submission, rng):
    """With a reversed filter and wide padding, the layer is the convolution of signals."""
    f, g = rng.normal(size=8), rng.normal(size=3)
    model = submission.Conv1d(1, 1, 3, padding=2, rng=rng)
    assign(model, {"W": g[::-1, None, None].copy(), "b": np.zeros(1)})
    equal(model.forward(f[None, :, None])[0, :, 0], np.convolve(f, g), "f ∗ g")


@pytest.mark.task("Conv1d")
@pytest.mark.points(2)
@pytest.mark.hint("Call output_length first: it raises an error if no window fits.")
@pytest.mark.promise("errors", "Conv1d.raises", "Conv1d.forward.raises")
def test_refusals(submission, reference, rng):
    """Texts that are too short or have other channels, and invalid settings, are errors."""
    model = submission.Conv1d(2, 3, 4, padding=1, rng=rng)
    equal(model.forward(np.zeros((1, 2, 2))).shape, (1, 1, 3), "the shape of one window")
    refuses(model, "forward", np.zeros((1, 1, 2)))
    refuses(model, "forward", np.zeros((1, 5, 3)))
    refuses(model, "forward", np.zeros((5, 2)))
    refuses(submission, "Conv1d", 2, 3, 0, rng=rng)
    for setting in ({"stride": 0}, {"dilation": 0}, {"padding": -1}):
        refuses(submission, "Conv1d", 2, 3, 4, rng=rng, **setting)


@pytest.mark.task("Conv1d")
@pytest.mark.points(1)
@pytest.mark.hint("backward belongs to the last forward.")
@pytest.mark.promise("independent-calls")
def test_repeated_calls(submission, reference, rng):
    """Calls do not disturb each other, and backward belongs to the last forward."""
    pair = paired_models(submission, reference, "Conv1d", 3, 4, 2, padding=1, rng=rng)
    x = rng.normal(size=(2, 5, 3))
    once = pair.student.forward(x)
    pair.same_forward(rng.normal(size=(3, 8, 3)))
    pair.same_backward(x, rng=rng)
    equal(pair.student.forward(x), once, "the outputs of the same x, read again")


@pytest.mark.task("PointwiseConv")
@pytest.mark.points(2)
@pytest.mark.hint("W has the shape (D, C): a convolution of width 1 has (1, D, C).")
@pytest.mark.promise("pointwise", "PointwiseConv.forward.raises", "dtype")
def test_pointwise_is_a_convolution(submission, reference, rng):
    """A 1×1 convolution is a convolution of width 1, in any size and in float32."""
    wide = reference.Conv1d(3, 4, 1, rng=rng)
    pair = paired_models(submission, reference, "PointwiseConv", 3, 4, rng=rng)
    values = pair.draw_parameters(rng)
    assign(wide, {"W": values["W"][None], "b": values["b"]})
    x = rng.normal(size=(2, 1, 3))
    equal(pair.same_forward(x), wide.forward(x), "the outputs, against those of a Conv1d")
    pair.gradients_agree(rng.normal(size=(1, 6, 3)), rng=rng)
    refuses(pair.student, "forward", np.zeros((2, 1, 4)))
    refuses(pair.student, "forward", np.zeros((2, 3)))
    if in_float32(pair):
        pair.same_backward(rng.normal(size=(2, 5, 3)).astype(np.float32), rng=rng, rtol=1e-5)


@pytest.mark.task("receptive_field")
@pytest.mark.points(1)
@pytest.mark.hint("A stride makes the places of all layers above it that many words wide.")
@pytest.mark.promise("receptive-field")
def test_receptive_field_of_many_layers(submission, rng):
    """receptive_field: strides above and below a wide layer, and deep stacks in closed form."""
    h, s, r, n = map(int, rng.integers(2, 9, size=4))
    for layers, words in (
        ([(1, s, 1), (h, 1, r)], 1 + (h - 1) * r * s),
        ([(h, 1, r), (1, s, 1)], 1 + (h - 1) * r),
        ([(2, 2, 1)] * n, 2**n),
        ([(2, 1, 2**i) for i in range(n)], 2**n),
        ([(h, 1, 1)] * 50, 1 + 50 * (h - 1)),
        ([(h, s, r), (3, s, 2), (2, 1, r)], 1 + (h - 1) * r + 4 * s + r * s * s),
    ):
        equal(submission.receptive_field(layers), words, f"receptive_field({layers[:3]} ...)")
