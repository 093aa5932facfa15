"""Hidden checks of dropout: shares, edge cases, dtypes, repeated calls."""

import numpy as np
import pytest

from autograder.checks import (
    agrees,
    assign,
    callback,
    equal,
    expect,
    in_float32,
    paired_models,
    refuses,
)

SHAPES = {"Dropout": (2, 3), "VariationalDropout": (2, 3, 4)}


def each(test):
    """`test` for both layers, each counted for its own task."""
    marks = [pytest.param(name, marks=pytest.mark.task(name), id=name) for name in SHAPES]
    return pytest.mark.parametrize("name", marks)(test)


@each
@pytest.mark.points(1)
@pytest.mark.hint("p = 1 keeps every entry, in both modes and both forms.")
@pytest.mark.promise("Dropout.raises", "float32")
def test_keeping_everything(submission, rng, name):
    """keep_probability = 1 changes nothing; float32 stays float32; x is not changed."""
    for p in (0.0, -0.5, 1.5):
        refuses(submission, name, p, rng=rng)
    for dtype in (np.float64, np.float32):
        x = rng.normal(size=SHAPES[name]).astype(dtype)
        for inverted in (False, True):
            model = getattr(submission, name)(1.0, inverted=inverted, rng=rng)
            for _ in range(2):
                outcome = model.forward.outcome(x)
                equal(outcome.value, x, f"{name}(1.0).forward of {x.dtype}", rtol=1e-6)
                expect(not outcome.changed, f"{name}.forward changes its argument")
                expect(not outcome.aliased, f"{name}.forward returns its argument's memory")
                model.eval()


@each
@pytest.mark.points(1)
@pytest.mark.hint("float32 in, float32 out, in training as well.")
@pytest.mark.promise("same-mean", "dropped-gradient", "dtype")
def test_the_share_that_is_kept(submission, rng, name):
    """The share p of many entries is kept; float32 entries are scaled by 1/p if inverted."""
    shape = (150, 200) if name == "Dropout" else (150, 1, 200)
    for p in (0.1, 0.5, 0.9):
        model = getattr(submission, name)(p, inverted=True, rng=rng)
        y = model.forward(np.ones(shape, np.float32))
        share = float(np.mean(y != 0))
        # A right share is further off about once in a thousand million times.
        bound = 6.1 * np.sqrt(p * (1 - p) / 30_000)
        expect(abs(share - p) < bound, f"with p = {p} the share {share:.4f} of entries is kept")
        kept = np.unique(y[y != 0])
        equal(kept, np.array([1 / p], np.float32), "the output for a kept 1", rtol=1e-6)
        grad = model.backward(np.ones(shape, np.float32))
        equal(grad, y, "the gradient of ones against the output for ones", rtol=1e-6)


@pytest.mark.task("DropConnect")
@pytest.mark.points(2)
@pytest.mark.hint("Nothing may depend on the number of axes of x, nor on its dtype.")
@pytest.mark.promise("DropConnect.raises", "DropConnect.keep_probability", "dtype", "same-mean")
def test_many_connections(submission, reference, rng):
    """DropConnect: the share of kept weights; any shape of x; float32; refused probabilities."""
    for p in (0.0, -0.5, 1.5):
        refuses(submission, "DropConnect", 2, 2, p, rng=rng)
    for p, inverted in ((0.3, False), (0.8, True)):
        sizes = (150, 200, p)
        pair = paired_models(
            submission, reference, "DropConnect", *sizes, inverted=inverted, rng=rng
        )
        assign(pair.student, {"W": np.ones((150, 200)), "b": np.zeros(200)})
        dtype = "float32" if in_float32(pair) else "float64"
        y = pair.student.forward(np.eye(150, dtype=dtype))
        equal(np.asarray(y).dtype.name, dtype, f"the dtype of the outputs for {dtype}")
        share = float(np.mean(y != 0))
        bound = 6.1 * np.sqrt(p * (1 - p) / 30_000)
        expect(abs(share - p) < bound, f"with p = {p} the share {share:.4f} of weights is kept")
        kept = np.max(np.asarray(y, dtype=np.float64))
        equal(float(kept), 1 / p if inverted else 1.0, "a kept weight of 1", rtol=1e-6)
    model = submission.DropConnect(3, 1, 1.0, rng=rng)
    W, b = rng.normal(size=(3, 1)), rng.normal(size=1)
    assign(model, {"W": W, "b": b})
    for shape in ((3,), (2, 3), (2, 4, 3)):
        x, grad = rng.normal(size=shape), rng.normal(size=(*shape[:-1], 1))
        model.zero_gradients()
        equal(model.forward(x), x @ W + b, f"the outputs for x {shape} with p = 1")
        equal(model.backward(grad), grad @ W.T, f"grad_x for x {shape}")
        equal(model.gradients["W"], x.reshape(-1, 3).T @ grad.reshape(-1, 1), "the gradient of W")
    equal(model.parameters["W"], W, "W after all calls of forward")


@pytest.mark.task("average_over_masks")
@pytest.mark.points(1)
@pytest.mark.promise("average_over_masks.f", "average_over_masks")
def test_ensembles_of_one_unit_and_with_all_units(submission, reference, rng):
    """average_over_masks: one unit, p = 1, a number as output, and each mask only once."""
    seen = []

    def total(x):
        seen.append(tuple(np.asarray(x).tolist()))
        return np.asarray(np.sum(x))

    x = rng.normal(size=3)
    equal(submission.average_over_masks(callback(total), x, 1.0), x.sum(), "the mean for p = 1")
    equal(len(set(seen)), 8, "the number of different masks of three units")
    agrees(submission, reference, "average_over_masks", callback(np.cosh), x[:1], 0.25)


@pytest.mark.task("monte_carlo")
@pytest.mark.points(1)
@pytest.mark.promise("monte_carlo")
def test_one_and_two_samples(submission, rng):
    """monte_carlo: one sample has no spread; the modes that the model is put into."""
    x, masks = rng.uniform(1, 9, size=8), np.array([[1, 0] * 4, [1, 1, 0, 0] * 2])
    model = Calls(masks[[0, 0, 1]])
    offered = callback(model, "forward", "train", "eval")
    mean, spread = submission.monte_carlo(offered, x, 1)
    equal(mean, 2 * x * masks[0], "the mean of one sample")
    equal(spread, np.zeros(8), "the standard deviation of one sample")
    mean, spread = submission.monte_carlo(offered, x, 2)
    equal(mean, x * masks.sum(axis=0), "the mean of two samples")
    equal(spread, x * (masks[0] != masks[1]), "the standard deviation of two samples, 0 or |x|")
    equal(model.calls, ["train", "eval"] * 2, "the modes that the model is put into")


class Calls:
    """A model of the check's own with given masks, which notes its modes."""

    def __init__(self, masks):
        self.masks, self.calls = list(masks), []

    def forward(self, x):
        """Return 2 x times the next mask."""
        return 2 * np.asarray(x) * self.masks.pop(0)

    def train(self):
        """Note the call."""
        self.calls.append("train")

    def eval(self):
        """Note the call."""
        self.calls.append("eval")
