"""Checks of positions that you can see. The course has hidden ones, too."""

from collections import Counter, defaultdict
from itertools import product

import numpy as np
import pytest

from autograder.checks import agrees, assign, equal, expect, in_float32, not_above, paired_models
from framework.training.loss_and_optimizers import Adam, SoftmaxCrossEntropy

LAYERS = {"LearnedPositions": (9, 6), "Rotary": (6,)}


def each_layer(test):
    """`test` for both layers with their sizes, each counted for its own task."""
    marks = [
        pytest.param(name, sizes, marks=pytest.mark.task(name), id=name)
        for name, sizes in LAYERS.items()
    ]
    return pytest.mark.parametrize(("name", "sizes"), marks)(test)


def pair_of(submission, reference, name, sizes, rng):
    """Return both layers with the same parameters; Rotary has none."""
    drawn = {"rng": rng} if name == "LearnedPositions" else {}
    return paired_models(submission, reference, name, *sizes, **drawn)


@pytest.mark.task("angles")
@pytest.mark.points(2)
@pytest.mark.hint("2i takes the values 0, 2, 4, ..., d − 2: np.arange(0, d, 2).")
@pytest.mark.promise("angles.positions")
def test_angles(submission, reference, rng):
    """angles: t · 10000^(−2i/d), for any positions."""
    agrees(submission, reference, "angles", np.arange(5), 8)
    agrees(submission, reference, "angles", rng.integers(500, size=4), 2)
    first = submission.angles(np.arange(4), 4)
    expected = np.arange(4)[:, None] * np.array([1.0, 0.01])
    equal(first, expected, "angles(0 ... 3, d=4)", rtol=1e-12)


@pytest.mark.task("sinusoidal")
@pytest.mark.points(2)
@pytest.mark.hint("Feature 0 is a sine, feature 1 the cosine of the same angle, and so on.")
def test_sinusoidal(submission, reference, plot):
    """sinusoidal: sines and cosines take turns."""
    for length, d in ((1, 2), (7, 6), (50, 16)):
        agrees(submission, reference, "sinusoidal", length, d, atol=1e-12)
    p = agrees(submission, reference, "sinusoidal", 24, 16, atol=1e-12)
    plot.cells(
        "Your sinusoids of 24 positions in 16 features: from −1, light, to 1, dark",
        np.clip((p + 1) / 2, 0, 1),
        [f"position {t}" for t in range(24)],
        [f"{name} {i}" for i in range(8) for name in ("sin", "cos")],
    )


@pytest.mark.task("sinusoidal")
@pytest.mark.points(2)
@pytest.mark.hint("sin(a + b) = sin a cos b + cos a sin b: does each pair share one angle?")
@pytest.mark.promise("linear-map")
def test_a_shift_is_a_linear_map(submission, rng):
    """sinusoidal: the vectors k positions later are a linear map of the vectors, for every t."""
    d, fitted = 8, 30
    p = submission.sinusoidal(80, d)
    equal((p**2).sum(axis=1), np.full(80, d / 2), "the squared length of each vector", rtol=1e-9)
    for k in (1, int(rng.integers(2, 15))):
        shift, *_ = np.linalg.lstsq(p[:fitted], p[k : fitted + k], rcond=None)
        what = f"the vectors {k} positions after t, by the map that was fitted to t < {fitted}"
        equal(p[:-k] @ shift, p[k:], what, rtol=1e-5, atol=1e-7)


@each_layer
@pytest.mark.points(1.5)
@pytest.mark.hint("The position of the first word is `start`; the next one has start + 1.")
@pytest.mark.promise(
    "LearnedPositions.forward.x", "Rotary.forward.x",
    "LearnedPositions.forward.start", "Rotary.forward.start", "unchanged",
)  # fmt: skip
def test_forward(submission, reference, rng, name, sizes):
    """Words of texts, words of heads, and the words after a start."""
    pair = pair_of(submission, reference, name, sizes, rng)
    pair.same_forward(rng.normal(size=(2, 5, 6)))
    pair.same_forward(rng.normal(size=(2, 2, 3, 6)))
    pair.same_forward(rng.normal(size=(2, 5, 6)), 3)


@each_layer
@pytest.mark.points(2)
@pytest.mark.hint("P is used once for each text. A rotation by −a is the transpose of that by a.")
@pytest.mark.promise("LearnedPositions.backward", "Rotary.backward", "unchanged")
def test_backward(submission, reference, rng, name, sizes):
    """The gradients of x, and of P."""
    pair = pair_of(submission, reference, name, sizes, rng)
    pair.same_backward(rng.normal(size=(3, 5, 6)), rng=rng)
    pair.same_backward(rng.normal(size=(2, 2, 3, 6)), 4, rng=rng)
    pair.gradients_agree(rng.normal(size=(2, 3, 6)), 2, rng=rng)


@each_layer
@pytest.mark.points(0.5)
@pytest.mark.hint("A table of float64 turns a float32 x into float64: convert the table.")
@pytest.mark.promise("dtype")
def test_float32(submission, reference, rng, name, sizes):
    """Inputs and parameters of float32: results and gradients of float32."""
    pair = pair_of(submission, reference, name, sizes, rng)
    pair.same_forward(rng.normal(size=(2, 5, 6)))
    if in_float32(pair):
        pair.same_backward(rng.normal(size=(2, 5, 6)).astype(np.float32), rng=rng, rtol=1e-5)


@pytest.mark.task("Rotary")
@pytest.mark.points(2)
@pytest.mark.hint("Rotating both by a changes no dot product: every pair needs the right angle.")
@pytest.mark.promise("relative", "length")
def test_scores_depend_on_the_distance(submission, rng):
    """Rotary: the score of the words i and j depends on i − j only."""
    layer, T = submission.Rotary(8), 12
    q, k = rng.normal(size=(2, 8))
    words = np.stack([np.tile(vector, (T, 1)) for vector in (q, k)])
    queries, keys = layer.forward(words)
    scores = queries @ keys.T
    expect(np.ptp(scores) > 1e-3, "all scores are equal: positions change nothing", about=scores)
    for distance in range(1 - T, T):
        diagonal = np.diagonal(scores, distance)
        off = float(np.ptp(diagonal))
        expect(
            off < 1e-10,
            f"the scores of words with i − j = {-distance} differ by {off:.2g}: all are equal",
            about=scores,
        )
    later = np.stack(list(layer.forward(words, 100)))
    moved = later[0] @ later[1].T
    equal(moved, scores, "the scores of the same words 100 positions later", rtol=1e-9, atol=1e-10)
    lengths = (queries**2).sum(axis=1)
    equal(lengths, np.full(T, q @ q), "the squared length of each rotated query", rtol=1e-10)
    equal(queries[0], q, "the word at position 0, which is not rotated", rtol=1e-12)


WORDS, LENGTH, D = 4, 5, 8
#: All texts with a word 0 or 1, and which of the two comes first: the label.
TEXTS = np.array([t for t in product(range(WORDS), repeat=LENGTH) if min(t) < 2])
LABELS = np.array([next(word for word in text if word < 2) for text in TEXTS.tolist()])


def best_share_of_bags():
    """Return the greatest share of right labels without the order of the words, exactly."""
    bags = defaultdict(Counter)
    for text, label in zip(TEXTS.tolist(), LABELS.tolist(), strict=True):
        bags[tuple(sorted(text))][label] += 1
    return sum(max(labels.values()) for labels in bags.values()) / len(TEXTS)


class Network:
    """One layer of attention, the mean of its words, and a softmax; it has no positions.

    A subclass adds positions to the embeddings, or to queries and keys.
    """

    def __init__(self, rng):
        self.embeddings = rng.normal(size=(WORDS, D))
        self.W = {name: rng.normal(size=(D, D)) / D**0.5 for name in "qkv"}
        self.W["u"] = np.zeros((D, 2))
        self.loss, self.adam = SoftmaxCrossEntropy(), Adam(0.02)

    def embedded(self, x):
        """Return the embeddings `x` with positions."""
        return x

    def embedded_backward(self, grad):
        """Learn positions from the gradient of `embedded`."""

    def turned(self, both):
        """Return queries and keys, `both`, with positions."""
        return both

    def turned_backward(self, grad):
        """Return the gradient of queries and keys from that of `turned`."""
        return grad

    def scores(self, ids):
        """Return the scores of the two labels for texts of `ids`."""
        self.x = self.embedded(self.embeddings[ids])
        q, k, self.v = (self.x @ self.W[name] for name in "qkv")
        self.q, self.k = self.turned(np.stack([q, k]))
        e = self.q @ self.k.swapaxes(1, 2) / D**0.5
        e = np.exp(e - e.max(axis=-1, keepdims=True))
        self.weights = e / e.sum(axis=-1, keepdims=True)
        self.mean = (self.weights @ self.v).mean(axis=1)
        return self.mean @ self.W["u"]

    def step(self, ids, labels):
        """Take one step of Adam."""
        self.loss.forward(self.scores(ids), labels)
        grad = self.loss.backward()
        gradients = {"u": self.mean.T @ grad}
        grad_y = np.repeat((grad @ self.W["u"].T)[:, None] / LENGTH, LENGTH, axis=1)
        grad_weights = grad_y @ self.v.swapaxes(1, 2)
        average = (self.weights * grad_weights).sum(axis=-1, keepdims=True)
        grad_e = self.weights * (grad_weights - average) / D**0.5
        both = np.stack([grad_e @ self.k, grad_e.swapaxes(1, 2) @ self.q])
        grads = (*self.turned_backward(both), self.weights.swapaxes(1, 2) @ grad_y)
        for name, grad in zip("qkv", grads, strict=True):
            gradients[name] = np.tensordot(self.x, grad, axes=([0, 1], [0, 1]))
        back = zip("qkv", grads, strict=True)
        self.embedded_backward(sum(grad @ self.W[name].T for name, grad in back))
        self.adam.step(self.W, gradients)

    def shares(self, rng, steps=300):
        """Train; yield the share of right labels among all texts after every 50 steps."""
        for step in range(1, steps + 1):
            drawn = rng.integers(len(TEXTS), size=128)
            self.step(TEXTS[drawn], LABELS[drawn])
            if step % 50 == 0:
                yield float((self.scores(TEXTS).argmax(axis=1) == LABELS).mean())


class WithSinusoids(Network):
    """The vectors of `sinusoidal` are added to the embeddings."""

    def __init__(self, submission, rng):
        super().__init__(rng)
        self.p = submission.sinusoidal(LENGTH, D)

    def embedded(self, x):
        """Add the vectors."""
        return x + self.p


class WithLearnedPositions(Network):
    """A layer of the submission adds its vectors, and learns them."""

    def __init__(self, submission, rng):
        super().__init__(rng)
        self.layer = submission.LearnedPositions(LENGTH, D, rng=rng)
        self.adam_of_positions = Adam(0.02)

    def embedded(self, x):
        """Add the learned vectors."""
        return self.layer.forward(x)

    def embedded_backward(self, grad):
        """Take one step of Adam for the vectors."""
        self.layer.zero_gradients()
        self.layer.backward(grad)
        vectors = {"P": np.array(self.layer.parameters["P"])}
        self.adam_of_positions.step(vectors, self.layer.gradients)
        assign(self.layer, vectors)


class WithRotary(Network):
    """Queries and keys are rotated."""

    def __init__(self, submission, rng):
        super().__init__(rng)
        self.layer = submission.Rotary(D)

    def turned(self, both):
        """Rotate queries and keys."""
        return self.layer.forward(both)

    def turned_backward(self, grad):
        """Rotate their gradient back."""
        return self.layer.backward(grad)


def learns_the_order(submission, metric_threshold, rng, name, network):
    """Check that a network with positions learns which word is first, and without cannot."""
    best = best_share_of_bags()
    for share in Network(np.random.default_rng(int(rng.integers(1 << 32)))).shares(rng):
        not_above(share, best)

    def shares(rng):
        yield from network(submission, rng).shares(rng)

    what = f"the share of right labels with positions (without them {best:.4f} is possible)"
    metric_threshold(name, shares, rng=rng, best=1.0, what=what)


@pytest.mark.task("sinusoidal")
@pytest.mark.points(1.5)
@pytest.mark.hint("This check only adds your vectors to embeddings: see the checks above.")
@pytest.mark.promise("order")
def test_order_with_sinusoids(submission, metric_threshold, rng):
    """sinusoidal: attention learns which of two words is first, above the limit of bags."""
    learns_the_order(submission, metric_threshold, rng, "sinusoidal", WithSinusoids)


@pytest.mark.task("LearnedPositions")
@pytest.mark.points(1.5)
@pytest.mark.hint("This check only uses forward and backward: see the checks above.")
@pytest.mark.promise("order")
def test_order_with_learned_positions(submission, metric_threshold, rng):
    """LearnedPositions: attention learns which of two words is first, above the limit of bags."""
    learns_the_order(submission, metric_threshold, rng, "learned", WithLearnedPositions)


@pytest.mark.task("Rotary")
@pytest.mark.points(1.5)
@pytest.mark.hint("This check only uses forward and backward: see the checks above.")
@pytest.mark.promise("order")
def test_order_with_rotary(submission, metric_threshold, rng):
    """Rotary: attention learns which of two words is first, above the limit of bags."""
    learns_the_order(submission, metric_threshold, rng, "rotary", WithRotary)
