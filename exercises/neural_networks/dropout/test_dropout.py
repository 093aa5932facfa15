"""Checks of dropout that you can see. The course has hidden ones, too.

The mask is random. The share of n entries that is kept is more than 6.1 √(p (1 − p) / n) off p
about once in a thousand million times.
"""

from functools import partial

import numpy as np
import pytest

from autograder.checks import (
    InstanceCalls,
    agrees,
    assign,
    callback,
    equal,
    expect,
    real_array,
    returns_new_arrays,
    used_in_turn,
)

SHAPES = {"Dropout": (6, 5), "VariationalDropout": (3, 4, 5)}


def each(test):
    """`test` for both layers, each counted for its own task."""
    marks = [pytest.param(name, marks=pytest.mark.task(name), id=name) for name in SHAPES]
    return pytest.mark.parametrize("name", marks)(test)


def made(module, name, p, rng, **options):
    """A layer in training."""
    return getattr(module, name)(p, rng=rng, **options)


def seeded(submission, reference, name, p, rng, **options):
    """The layer of both in training, with generators in the same state."""
    seed = int(rng.integers(1000))
    modules = (submission, reference)
    return [made(module, name, p, np.random.default_rng(seed), **options) for module in modules]


@each
@pytest.mark.points(2)
@pytest.mark.hint("u < p, with u = self.rng.random(...), one call for all entries.")
@pytest.mark.parametrize("inverted", [False, True])
@pytest.mark.promise(
    "one-draw-per-entry",
    "Dropout.forward",
    "VariationalDropout.forward",
    "unchanged",
    "average_over_masks.x",
    "float32",
    "dtype",
)
def test_training(submission, reference, rng, name, inverted):
    """In training, an entry is either kept or 0; x does not change."""
    ours, theirs = seeded(submission, reference, name, 0.6, rng, inverted=inverted)
    for dtype, rtol in ((float, 1e-12), (float, 1e-12), (np.float32, 1e-6)):
        agrees(ours, theirs, "forward", rng.normal(size=SHAPES[name]).astype(dtype), rtol=rtol)
    all_kept = seeded(submission, reference, name, 1.0, rng, inverted=inverted)
    agrees(*all_kept, "forward", rng.normal(size=SHAPES[name]))


@each
@pytest.mark.points(1)
@pytest.mark.hint("At test time draw no numbers: scale every entry by p, or by 1 if inverted.")
@pytest.mark.promise("no-draw-at-test", "float32")
def test_evaluation(submission, reference, rng, name):
    """At test time no entry is dropped, and no number is drawn."""
    x = rng.normal(size=SHAPES[name])
    for inverted, factor in ((False, 0.3), (True, 1.0)):
        model, other = seeded(submission, reference, name, 0.3, rng, inverted=inverted)
        model.eval()
        other.eval()
        what = f"{name}(0.3, inverted={inverted}).forward in evaluation"
        equal(agrees(model, other, "forward", x), factor * x, what, rtol=1e-12)
        equal(model.backward(x), factor * x, f"{what}, backward", rtol=1e-12)
        model.train()
        other.train()
        what = f"{name}.forward in training, after a call at test time, which draws nothing"
        equal(model.forward(x), other.forward(x), what, rtol=1e-12)


@each
@pytest.mark.points(2)
@pytest.mark.hint("Use the factors of forward again: where they are 0, the gradient is 0.")
def test_backward(submission, rng, name):
    """The gradient passes only through kept entries."""
    x, grad = rng.uniform(1, 2, size=(2, *SHAPES[name]))
    for inverted in (False, True):
        model = made(submission, name, 0.5, rng, inverted=inverted)
        factors = model.forward(x) / x
        equal(model.backward(grad), grad * factors, f"{name}.backward", rtol=1e-12)
        many = model.forward(np.ones((40, 2, 40)))
        drawn = f"{name} drops no entry in training, or every one"
        expect(np.any(many == 0) and np.any(many != 0), drawn)
    layers = [
        InstanceCalls(
            partial(made, submission, name, 0.5, np.random.default_rng(seed)),
            [("forward", x), ("backward", grad)],
        )
        for seed in (1, 2)
    ]
    used_in_turn(submission, *layers)


@each
@pytest.mark.points(2)
@pytest.mark.hint("E[m] must be the same in training and at test time.")
@pytest.mark.parametrize("inverted", [False, True])
def test_the_mean_is_the_same_in_both_modes(submission, rng, name, inverted):
    """The output has the same mean in training and at test time."""
    p, shape = 0.7, (100, 100) if name == "Dropout" else (100, 2, 100)
    model = made(submission, name, p, rng, inverted=inverted)
    x = np.ones(shape)
    trained = model.forward(x).mean()
    expect(trained > 0, "all entries are dropped in training")
    model.eval()
    tested = model.forward(x).mean()
    bound = 6.1 * np.sqrt(p * (1 - p) / 10_000) / (p if inverted else 1)
    expect(
        abs(trained - tested) < bound,
        f"the mean output for ones is {trained:.3f} in training and {tested:.3f} at test time",
    )
    model.train()
    kept = np.unique(model.forward(x))
    expect(len(kept) == 2 and kept[0] == 0, "in training, ones become 0 or one other number")


@pytest.mark.task("VariationalDropout")
@pytest.mark.points(2)
@pytest.mark.hint("Draw (N, D) numbers, not (N, T, D).")
@pytest.mark.promise("one-mask-per-sequence")
def test_one_mask_for_all_steps(submission, rng):
    """VariationalDropout: a dropped feature is dropped at all steps of its own sequence."""
    kept = made(submission, "VariationalDropout", 0.5, rng).forward(np.ones((20, 6, 10))) > 0
    expect(np.all(kept == kept[:, :1]), "a feature is kept at one step and dropped at another")
    expect(np.any(kept != kept[:1]), "all sequences drop the same features")


@pytest.mark.task("Dropout")
@pytest.mark.points(1)
@pytest.mark.hint("Draw a number for each entry of x: rng.random(x.shape).")
def test_steps_have_masks_of_their_own(submission, rng):
    """Dropout: the steps of a sequence have different masks."""
    kept = made(submission, "Dropout", 0.5, rng).forward(np.ones((4, 6, 10))) > 0
    expect(np.any(kept != kept[:, :1]), "all steps drop the same features")


def network(weights):
    """Return a layer of tanh as a function that the submission can call."""
    return callback(lambda x: np.tanh(np.asarray(x) @ weights))


def connected(submission, p, rng, inverted=False):
    """A layer with DropConnect and given weights, and inputs that show its mask: 1 at one place."""
    model = submission.DropConnect(4, 3, p, inverted=inverted, rng=rng)
    weights, b = rng.uniform(1, 2, size=(4, 3)), rng.normal(size=3)
    assign(model, {"W": weights, "b": b})
    return model, weights, b, np.concatenate([np.eye(4), rng.normal(size=(5, 4))])


@pytest.mark.task("DropConnect")
@pytest.mark.points(1.5)
@pytest.mark.hint("self.dropout.forward(W) is W ∘ m: multiply x by it, then add b.")
@pytest.mark.parametrize("inverted", [False, True])
@pytest.mark.promise("drop-connect", "weights-unchanged", "DropConnect.forward")
def test_single_weights_are_dropped(submission, rng, inverted):
    """DropConnect: a kept or dropped weight for each connection, and all of them at test time."""
    model, W, b, x = connected(submission, 0.5, rng, inverted)
    kept = 2.0 if inverted else 1.0
    masks = []
    for _ in range(8):
        y = real_array(model.forward(x), (9, 3), "DropConnect.forward")
        masks.append(np.round((y[:4] - b) / W, 6))
        equal(y[4:], x[4:] @ (y[:4] - b) + b, "x (W ∘ m) + b, with m from unit vectors as x")
    factors = set(np.unique(masks).tolist())
    expect(factors == {0.0, kept}, f"the factors of W are {sorted(factors)}, not 0 and {kept}")
    seen = "a whole row or column of W is dropped or kept in every call"
    expect(
        any((m != m[:1]).any() and (m != m[:, :1]).any() for m in masks),
        seen,
    )
    expect(any((m != masks[0]).any() for m in masks), "every call has the same mask")
    model.eval()
    what = "DropConnect.forward in evaluation"
    equal(model.forward(x), (1.0 if inverted else 0.5) * (x @ W) + b, what)


@pytest.mark.task("DropConnect")
@pytest.mark.points(2)
@pytest.mark.hint("A dropped weight gets no gradient, and passes none to x.")
@pytest.mark.promise("drop-connect-gradient")
def test_gradients_through_kept_weights(submission, rng):
    """DropConnect: gradients of W, b and x go through the kept weights, and are added."""
    for inverted in (False, True):
        model, W, b, x = connected(submission, 0.5, rng, inverted)
        of_W, of_b = np.zeros((4, 3)), np.zeros(3)
        for _ in range(2):
            grad = rng.normal(size=(9, 3))
            dropped = model.forward(x)[:4] - b
            equal(model.backward(grad), grad @ dropped.T, "grad_x, through W ∘ m")
            of_W, of_b = of_W + (x.T @ grad) * dropped / W, of_b + grad.sum(axis=0)
            equal(model.gradients["W"], of_W, "the gradient of W, 0 where it was dropped")
            equal(model.gradients["b"], of_b, "the gradient of b")
    layers = [
        InstanceCalls(
            partial(submission.DropConnect, 4, 3, 0.5, rng=np.random.default_rng(seed)),
            [("forward", rng.normal(size=(9, 4))), ("backward", grad)],
            ["gradients"],
        )
        for seed in (1, 2)
    ]
    used_in_turn(submission, *layers)


@pytest.mark.task("average_over_masks")
@pytest.mark.points(2)
@pytest.mark.hint("A mask with k ones has the probability p^k (1 − p)^(n − k).")
def test_all_subnetworks(submission, reference, rng):
    """average_over_masks: the mean over all 2ⁿ subnetworks, each with its probability."""
    actual = submission.average_over_masks(callback(np.square), np.array([2.0]), 0.75)
    equal(actual, np.array([3.0]), "the mean of (2 m)² with P(m = 1) = 0.75")
    actual = submission.average_over_masks(callback(np.cos), np.array([2.0]), 0.75)
    expected = 0.25 + 0.75 * np.cos([2.0])
    equal(actual, expected, "the mean of cos(2 m), also of the mask without ones")
    x, weights = rng.normal(size=4), rng.normal(size=(4, 3))
    for p in (0.5, 0.9):
        agrees(submission, reference, "average_over_masks", network(weights), x, p)
    asked = network(weights), x, 0.5
    expected = reference.average_over_masks(*asked)
    returns_new_arrays(submission, "average_over_masks", *asked, expected=expected)


@pytest.mark.task("average_over_masks")
@pytest.mark.points(1)
@pytest.mark.hint("If the check above passes: the mean of a linear f is f(p x).")
def test_scaling_approximates_the_ensemble(submission, reference, rng):
    """average_over_masks: for a linear network it is f(p x), for tanh nearly so."""
    x, weights, p = rng.normal(size=5), rng.normal(scale=0.4, size=(5, 3)), 0.5
    linear = submission.average_over_masks(callback(lambda v: np.asarray(v) @ weights), x, p)
    equal(linear, p * x @ weights, "the mean over all subnetworks of a linear layer", atol=1e-12)
    mean = agrees(submission, reference, "average_over_masks", network(weights), x, p)
    scaled = np.tanh(p * x @ weights)
    off = np.abs(mean - scaled)
    # |E f(s) − f(E s)| ≤ ½ max|f''| Var(s), with 4 / √27 for tanh''.
    bound = 2 / np.sqrt(27) * p * (1 - p) * ((x[:, None] * weights) ** 2).sum(axis=0)
    expect(
        off.max() > 1e-9 and bool(np.all(off <= bound)),
        f"scaling by p is off by {off.max():.3g}: it should be near, not equal",
    )


@pytest.mark.task("monte_carlo")
@pytest.mark.points(2)
@pytest.mark.hint("model.train() turns dropout on; stack M outputs; model.eval() at the end.")
@pytest.mark.promise("monte_carlo")
def test_monte_carlo(submission, rng):
    """monte_carlo: mean and spread of a network that drops come near those of all masks."""
    p, x = 0.5, np.array([1.0, 2.0, -4.0])
    units = Units(p, rng)
    mean, spread = submission.monte_carlo(units.offered(), x, 200)
    # Of 200 values with standard deviation p |x|, the mean has one of 0.035 |x|: 6.2 of them.
    off = np.abs(real_array(mean, (3,), "the mean") - p * x) / np.abs(x)
    expect(off.max() < 0.22, f"the mean of 200 outputs is {np.round(mean, 2)}, not near {p * x}")
    equal(spread, 0.5 * np.abs(x), "the standard deviation of 200 outputs", rtol=0.1)
    expect(not units.training, "monte_carlo should leave the model in evaluation mode")
    units.outputs.clear()
    mean, spread = submission.monte_carlo(units.offered(), x, 3)
    expect(len(units.outputs) == 3, f"{len(units.outputs)} outputs in training mode, 3 samples")
    equal(mean, np.mean(units.outputs, axis=0), "the mean of three outputs")
    equal(spread, np.std(units.outputs, axis=0), "the standard deviation of three outputs, by 1/M")
    all_kept = Units(1.0, rng).offered(), x, 3
    returns_new_arrays(submission, "monte_carlo", *all_kept, expected=(x, np.zeros(3)))


class Units:
    """A layer of the check's own that drops units, and notes its mode."""

    def __init__(self, keep_probability, rng):
        self.p, self.rng, self.training = keep_probability, rng, False
        self.outputs = []  # those in training mode

    def offered(self):
        """Return what the submission may call."""
        return callback(self, "forward", "train", "eval")

    def train(self):
        """Drop from now on."""
        self.training = True

    def eval(self):
        """Drop no longer."""
        self.training = False

    def forward(self, x):
        """Return x times a new mask in training mode, and times p in evaluation mode."""
        x = np.asarray(x)
        if not self.training:
            return x * self.p
        self.outputs.append(x * (self.rng.random(x.shape) < self.p))
        return self.outputs[-1]
