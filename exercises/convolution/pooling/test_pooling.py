"""Checks of pooling that you can see. The course has hidden ones, too."""

import numpy as np
import pytest

from autograder.checks import equal, in_float32, paired_models, refuses

#: The three feature maps of the lecture's seven windows.
MAPS = np.array(
    [
        [-0.6, 0.2, 1.4],
        [-1.0, 1.6, -1.0],
        [-0.5, -0.1, 0.8],
        [-3.6, 0.3, 0.3],
        [-0.2, 0.1, 1.2],
        [0.3, 0.6, 0.9],
        [-0.5, -0.9, 0.1],
    ]
)
LAYERS = {
    "MaxOverTime": (),
    "AverageOverTime": (),
    "LocalMaxPool": (2, 2),
    "KMaxPool": (2,),
}


def each(test):
    """`test` for every layer with its settings, each counted for its own task."""
    marks = [
        pytest.param(name, args, marks=pytest.mark.task(name), id=name)
        for name, args in LAYERS.items()
    ]
    return pytest.mark.parametrize(("name", "args"), marks)(test)


def padded_texts(rng):
    """Texts of 6, 2 and 4 words, all below 0, with large numbers as padding; and their mask."""
    mask = np.arange(6) < np.array([[6], [2], [4]])
    x = -1 - rng.random((3, 6, 2))
    x[~mask] = 1e3
    return x, mask


@each
@pytest.mark.points(2)
@pytest.mark.hint("Time is axis 1.")
@pytest.mark.promise("unchanged")
def test_forward(submission, reference, rng, name, args):
    """Pooling of the feature maps of the lecture, and of drawn ones."""
    pair = paired_models(submission, reference, name, *args)
    pair.same_forward(np.stack([MAPS, -MAPS]))
    pair.same_forward(rng.normal(size=(2, *MAPS.shape)))


@each
@pytest.mark.points(2)
@pytest.mark.hint("Where did each number of the output come from?")
@pytest.mark.promise("only-winners", "ties", "new-arrays", "unchanged", "dtype")
def test_backward(submission, reference, rng, name, args):
    """Backward sends the gradient to the steps that the output came from."""
    pair = paired_models(submission, reference, name, *args)
    pair.same_backward(rng.normal(size=(3, 7, 4)), rng=rng)
    pair.gradients_agree(rng.normal(size=(2, 5, 2)), rng=rng)
    pair.same_backward(rng.integers(3, size=(3, 7, 4)).astype(float), rng=rng)  # ties
    x = rng.normal(size=(2, 5, 2))
    pair.result_is_the_callers(x, rng=rng)
    pair.used_in_turn_with(pair, (x,), (x[:, :4],))
    if in_float32(pair):
        pair.same_backward(x.astype(np.float32), rng=rng, rtol=1e-3, atol=1e-4)


@each
@pytest.mark.points(2)
@pytest.mark.hint("`mask` is False at padding; the numbers there may be large.")
@pytest.mark.promise("padding-gets-nothing", "padding-never-wins")
def test_padding_does_not_count(submission, reference, rng, name, args):
    """Padding never wins, does not count, and gets no gradient."""
    pair = paired_models(submission, reference, name, *args)
    x, mask = padded_texts(rng)
    pair.same_forward(x, mask)
    pair.same_backward(x, mask, rng=rng)
    pair.same_forward(1e5 * x, mask)


@each
@pytest.mark.points(1)
@pytest.mark.hint("Neither −∞ nor 0/0: a text without words gives 0, and gets 0.")
@pytest.mark.promise("no-words")
def test_no_words(submission, reference, rng, name, args):
    """A text without words gives zeros, forward and backward."""
    pair = paired_models(submission, reference, name, *args)
    x, mask = rng.normal(size=(2, 3, 2)), np.array([[True, True, False], [False] * 3])
    pair.same_forward(x, mask)
    pair.same_backward(x, mask, rng=rng)


@pytest.mark.task("LocalMaxPool")
@pytest.mark.points(2)
@pytest.mark.hint("Windows begin at 0, stride, 2·stride, ... until one reaches the end.")
@pytest.mark.promise("errors", "LocalMaxPool.raises")
def test_output_length(submission, reference, rng):
    """output_length counts the windows."""
    for size, stride in [(2, 2), (3, 2), (3, 3), (4, 1), (1, 1)]:
        ours, theirs = (m.LocalMaxPool(size, stride) for m in (submission, reference))
        for T in (*range(1, 10), int(rng.integers(10, 99))):
            what = f"LocalMaxPool({size}, {stride}).output_length({T})"
            equal(ours.output_length(T), theirs.output_length(T), what)
    refuses(submission, "LocalMaxPool", 2, 3)


@pytest.mark.task("LocalMaxPool")
@pytest.mark.points(2)
@pytest.mark.hint("A step that wins in two windows gets both gradients.")
def test_overlapping_windows(submission, reference, rng):
    """Backward of windows that overlap."""
    pair = paired_models(submission, reference, "LocalMaxPool", 3, 2)
    pair.same_backward(rng.normal(size=(2, 8, 3)), rng=rng)
    paired_models(submission, reference, "LocalMaxPool", 3, 1).same_backward(MAPS[None], rng=rng)


@pytest.mark.task("KMaxPool")
@pytest.mark.points(2)
@pytest.mark.hint("Sort the places of the winners, not their numbers.")
def test_order_is_kept(submission, rng):
    """The k largest numbers are in the order of the text."""
    x = rng.permutation(8).astype(float)
    y = submission.KMaxPool(4).forward(x[None, :, None])
    equal(y[0, :, 0], x[x >= 4], "the four largest, in the order of the text")
