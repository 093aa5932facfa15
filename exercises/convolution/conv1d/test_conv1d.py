"""Checks of convolution that you can see. The course has hidden ones, too."""

import numpy as np
import pytest

from autograder.checks import agrees, assign, equal, in_float32, paired_models, refuses

#: Name -> width and settings.
SETTINGS = {
    "padding": (3, {"padding": 2}),
    "stride": (3, {"stride": 2}),
    "dilation": (2, {"dilation": 3}),
    "all three": (2, {"padding": 1, "stride": 3, "dilation": 2}),
}
each_setting = pytest.mark.parametrize("setting", SETTINGS)

#: tentative deal reached to keep government open
TEXT = np.array(
    [
        [0.2, 0.1, -0.3, 0.4],
        [0.5, 0.2, -0.3, -0.1],
        [-0.1, -0.3, -0.2, 0.4],
        [0.3, -0.3, 0.1, 0.1],
        [0.2, -0.3, 0.4, 0.2],
        [0.1, 0.2, -0.1, -0.1],
        [-0.4, -0.4, 0.2, 0.3],
    ]
)
FILTER = np.array([[3, 1, 2, -3], [-1, 2, 1, -3], [1, 1, -1, 1]], dtype=float)


@pytest.mark.task("Conv1d")
@pytest.mark.points(2.5)
@pytest.mark.hint("(T + 2·padding − span) // stride + 1, with span = (width − 1)·dilation + 1.")
@pytest.mark.promise("Conv1d.output_length.raises")
def test_output_length(submission, reference, rng):
    """output_length counts the windows; a text that is too short is an error."""
    for width, settings in [(3, {}), (1, {}), (4, {"padding": 3}), *SETTINGS.values()]:
        ours = submission.Conv1d(2, 2, width, rng=rng, **settings)
        theirs = reference.Conv1d(2, 2, width, rng=rng, **settings)
        for T in range(5, 12):
            what = f"output_length({T}) with width={width}, {settings}"
            equal(ours.output_length(T), theirs.output_length(T), what)
    model = submission.Conv1d(2, 2, 3, dilation=2, padding=1, rng=rng)
    equal(model.output_length(3), 1, "output_length(3) with width=3, dilation=2, padding=1")
    refuses(model, "output_length", 2)


@pytest.mark.task("Conv1d")
@pytest.mark.points(2)
@pytest.mark.hint("The first word of a window meets W[0]: the filter is not reversed.")
def test_the_lectures_text(submission, rng):
    """The filter of the lecture over its seven words."""
    model = submission.Conv1d(4, 1, 3, rng=rng)
    assign(model, {"W": FILTER[:, :, None], "b": np.zeros(1)})
    y = model.forward(TEXT[None])
    expected = np.array([[-1.0], [-0.5], [-3.6], [-0.2], [0.3]])[None]
    equal(y, expected, "five windows of three words", rtol=1e-6)


@pytest.mark.task("Conv1d")
@pytest.mark.points(2.5)
@pytest.mark.hint("y[:, t] = Σ_k x[:, t + k] @ W[k] + b.")
def test_forward(submission, reference, rng):
    """Four filters over all windows of two texts."""
    pair = paired_models(submission, reference, "Conv1d", 3, 4, 3, rng=rng)
    pair.same_forward(rng.normal(size=(2, 7, 3)))


@pytest.mark.task("Conv1d")
@pytest.mark.points(1)
@pytest.mark.hint("Each window of rows is a text of columns: all windows are one batch.")
def test_an_image(submission, rng):
    """A filter of 3×3 over an image finds its edges: three rows are three channels."""
    image = np.zeros((7, 8))
    image[2:, 3:] = 1.0
    image += rng.normal(scale=0.1, size=image.shape)
    edges = np.outer([1, 2, 1], [-1, 0, 1]).astype(float)
    model = submission.Conv1d(3, 1, 3, rng=rng)
    assign(model, {"W": edges.T[:, :, None].copy(), "b": np.zeros(1)})
    rows = np.stack([image[i : i + 3].T for i in range(5)])  # (5, 8 columns, 3 rows)
    places = [(i, j) for i in range(5) for j in range(6)]
    expected = np.array([(image[i : i + 3, j : j + 3] * edges).sum() for i, j in places])
    what = "a filter of 3×3 over an image of 7×8"
    equal(model.forward(rows)[:, :, 0], expected.reshape(5, 6), what, rtol=1e-6, atol=1e-9)


@each_setting
@pytest.mark.task("Conv1d")
@pytest.mark.points(1.75)
@pytest.mark.hint("x_{t·stride + k·dilation}, where x has its padding on both sides.")
def test_forward_with(submission, reference, rng, setting):
    """Forward with padding, stride and dilation, separately and together."""
    width, settings = SETTINGS[setting]
    pair = paired_models(submission, reference, "Conv1d", 3, 4, width, rng=rng, **settings)
    pair.same_forward(rng.normal(size=(2, 9, 3)))


@pytest.mark.task("Conv1d")
@pytest.mark.points(4)
@pytest.mark.hint("A word lies in several windows: its gradient is the sum of what they send.")
@pytest.mark.promise("unchanged", "dtype")
def test_backward(submission, reference, rng):
    """Backward through overlapping windows."""
    pair = paired_models(submission, reference, "Conv1d", 3, 4, 3, rng=rng)
    x = rng.normal(size=(2, 7, 3))
    pair.same_backward(x, rng=rng)
    pair.used_in_turn_with(pair, (x,), (x[:, :5],))
    if in_float32(pair):
        pair.same_backward(x.astype(np.float32), rng=rng, rtol=1e-3, atol=1e-4)


@each_setting
@pytest.mark.task("Conv1d")
@pytest.mark.points(1)
@pytest.mark.hint("The padding gets a gradient as well: cut it off at the end.")
def test_backward_with(submission, reference, rng, setting):
    """Backward with padding, stride and dilation, separately and together."""
    width, settings = SETTINGS[setting]
    pair = paired_models(submission, reference, "Conv1d", 3, 4, width, rng=rng, **settings)
    pair.same_backward(rng.normal(size=(2, 9, 3)), rng=rng)


@pytest.mark.task("Conv1d")
@pytest.mark.points(2.5)
@pytest.mark.hint("Each window adds to ∂W, and to ∂x at the places that it read.")
def test_gradients_are_right(submission, reference, rng):
    """The gradients agree with numerical gradients of your own forward."""
    settings = {"padding": 1, "stride": 2, "dilation": 2}
    pair = paired_models(submission, reference, "Conv1d", 2, 3, 3, rng=rng, **settings)
    pair.gradients_agree(rng.normal(size=(2, 8, 2)), rng=rng)
    large = paired_models(submission, reference, "Conv1d", 40, 64, 4, rng=rng, scale=0.1)
    large.many_gradients(rng.normal(size=(1, 8, 40)), rng=rng, passes=60)


@pytest.mark.task("Conv1d")
@pytest.mark.points(2)
@pytest.mark.hint("`self.gradients[name] += ...`, never `=`.")
@pytest.mark.promise("unchanged")
def test_gradients_add_up(submission, reference, rng):
    """A second backward adds to the gradients of the first."""
    pair = paired_models(submission, reference, "Conv1d", 2, 3, 2, rng=rng)
    pair.accumulates(rng.normal(size=(2, 5, 2)), rng=rng)


@pytest.mark.task("PointwiseConv")
@pytest.mark.points(2)
@pytest.mark.hint("x @ W + b: NumPy multiplies the last axis of x.")
def test_pointwise_forward(submission, reference, rng):
    """A 1×1 convolution maps the channels of every word."""
    for D, C in ((5, 2), (3, 3)):
        pair = paired_models(submission, reference, "PointwiseConv", D, C, rng=rng)
        pair.same_forward(rng.normal(size=(3, 4, D)))


@pytest.mark.task("PointwiseConv")
@pytest.mark.points(2.5)
@pytest.mark.hint("Sum over all words and all texts.")
@pytest.mark.promise("unchanged")
def test_pointwise_backward(submission, reference, rng):
    """Backward through a 1×1 convolution."""
    for D, C in ((5, 2), (3, 3)):
        pair = paired_models(submission, reference, "PointwiseConv", D, C, rng=rng)
        pair.same_backward(rng.normal(size=(3, 4, D)), rng=rng)
    pair.accumulates(rng.normal(size=(3, 4, D)), rng=rng)
    large = paired_models(submission, reference, "PointwiseConv", 120, 100, rng=rng, scale=0.1)
    large.many_gradients(rng.normal(size=(1, 1, 120)), rng=rng, passes=120)


def words_read(reference, layers, rng, length=40):
    """Return the number of words from the first to the last with a gradient of the first output."""
    stack = []
    for width, stride, dilation in layers:
        model = reference.Conv1d(1, 1, width, stride=stride, dilation=dilation, rng=rng)
        assign(model, {"W": rng.uniform(1, 2, size=(width, 1, 1)), "b": np.zeros(1)})
        stack.append(model)
    x = rng.normal(size=(1, length, 1))
    for model in stack:
        x = model.forward(x)
    grad = np.zeros(x.shape)
    grad[:, 0] = 1
    for model in reversed(stack):
        grad = model.backward(grad)
    places = np.flatnonzero(np.asarray(grad)[0, :, 0])
    return int(places[-1] - places[0]) + 1


#: What is made larger -> count -> (width, stride, dilation) of each layer, for 2^(count + 1) − 1
#: words.
WAYS = {
    "a wider kernel": lambda count: [(2 ** (count + 1) - 1, 1, 1)],
    "dilation": lambda count: [(3, 1, 2**i) for i in range(count)],
    "depth": lambda count: [(3, 1, 1)] * (2**count - 1),
}


@pytest.mark.task("receptive_field")
@pytest.mark.points(1.5)
@pytest.mark.hint("Each layer adds (width − 1)·dilation, times the product of the strides below.")
@pytest.mark.promise("receptive-field", "receptive_field.raises")
def test_receptive_field(submission, reference, rng):
    """receptive_field: layers with strides and dilations, no layer at all, and errors."""
    equal(submission.receptive_field([]), 1, "the words that no layer sees")
    for count in (1, 2, 4):
        layers = [tuple(map(int, rng.integers(1, 5, size=3))) for _ in range(count)]
        agrees(submission, reference, "receptive_field", layers)
    for layer in ((0, 1, 1), (3, 0, 1), (3, 1, 0)):
        refuses(submission, "receptive_field", [(3, 1, 1), layer])


@pytest.mark.task("receptive_field")
@pytest.mark.points(0.5)
@pytest.mark.hint("The gradient of one output is 0 at every word that it does not depend on.")
@pytest.mark.parametrize("way", WAYS)
def test_words_with_a_gradient(submission, reference, rng, way):
    """receptive_field is what Conv1d layers do: no other word gets a gradient."""
    top = int(rng.integers(1, 9))
    for count in (2, 3):
        layers = [*WAYS[way](count), (top, 1, 1)]
        words = 2 ** (count + 1) - 1 + top - 1
        equal(words_read(reference, layers, rng), words, f"the words with a gradient, by {way}")
        equal(submission.receptive_field(layers), words, f"receptive_field({layers})")
