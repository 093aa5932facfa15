"""Hidden checks of the QRNN: constant gates, other shapes, no look-ahead, masks with gaps."""

import numpy as np
import pytest

from autograder.checks import assign, equal, expect, finite, in_float32, paired_models, refuses

RTOL = 1e-7
POOLINGS = ("f", "fo", "ifo")


def some_state(rng, N, D, H, width):
    """h_0, c_0 and the inputs before the first step."""
    return rng.normal(size=(N, H)), rng.normal(size=(N, H)), rng.normal(size=(N, width - 1, D))


@pytest.mark.task("QRNN")
@pytest.mark.points(1.25)
@pytest.mark.hint(
    "Nothing may depend on a particular N, T, D, H or width; T may be less than width."
)
@pytest.mark.parametrize("pooling", POOLINGS)
@pytest.mark.promise(
    "short-sequences",
    "unchanged",
    "dtype",
    "QRNN.forward.x",
    "QRNN.raises",
    "QRNN.forward.raises",
)
def test_any_shape(submission, reference, rng, pooling):
    """A batch of one, sequences shorter than the width, sizes of 1, D ≠ H; float32."""
    for N, T, D, H, width in [(1, 1, 1, 1, 1), (1, 2, 2, 5, 4), (3, 9, 5, 1, 2), (2, 2, 1, 3, 3)]:
        pair = paired_models(submission, reference, "QRNN", D, H, width, pooling, rng=rng)
        state, x = some_state(rng, N, D, H, width), rng.normal(size=(N, T, D))
        pair.same_forward(x, state)
        equal(pair.student.state, pair.reference.state, "self.state", rtol=RTOL)
        pair.same_backward(x, state, rng=rng)
        pair.same_backward(x, rng=rng)
    pair.accumulates(rng.normal(size=(3, 4, 1)), rng=rng)
    refuses(pair.student, "forward", rng.normal(size=(2, 4, 2)))
    for width, unknown in ((0, pooling), (2, "of")):
        refuses(submission, "QRNN", 2, 3, width, unknown, rng=rng)
    if in_float32(pair):
        x = rng.normal(size=(2, 4, 1)).astype(np.float32)
        pair.same_forward(x, rtol=1e-4)
        pair.same_backward(x, rng=rng, rtol=1e-4)


@pytest.mark.task("QRNN")
@pytest.mark.points(2)
@pytest.mark.hint("h_T = Σ_t (1 − f_t) f_{t+1} ... f_T z_t is an average: its weights sum to 1.")
@pytest.mark.promise("weighted-average")
def test_a_moving_average(submission, rng):
    """With a constant gate, f pooling is a moving average with the weights (1 − f) fᵏ."""
    T, f = 30, 0.8
    model = submission.QRNN(1, 1, 1, rng=rng)
    bias = np.log(f / (1 - f))
    assign(model, {"W": np.array([[[1.0, 0.0]]]), "b": np.array([0.0, bias])})
    x = rng.normal(size=(2, T, 1))
    fading = f ** np.arange(T - 1, -1, -1)
    expected = ((1 - f) * fading[:, None] * np.tanh(x)).sum(axis=1)
    equal(model.forward(x)[:, -1], expected, "h after 30 steps with f = 0.8", rtol=RTOL)
    c_0 = rng.normal(size=(2, 1))
    model.forward(np.zeros_like(x), (np.zeros((2, 1)), c_0, np.zeros((2, 0, 1))))
    equal(model.state[1], f**T * c_0, "c after 30 steps without content", rtol=RTOL)


@pytest.mark.task("QRNN")
@pytest.mark.points(2)
@pytest.mark.hint("With f = 1 and i = 0, c_t = c_{t−1}: is that what your formula gives?")
@pytest.mark.promise("weighted-average")
def test_f_keeps_the_state(submission, rng):
    """With f = 1 the state and its gradient do not change in 100 steps."""
    D, H = 2, 3
    model = submission.QRNN(D, H, rng=rng)
    b = np.repeat([0.0, 1e3], H)
    assign(model, {"W": rng.normal(size=(2, D, 2 * H)), "b": b})
    state, grad_h = some_state(rng, 2, D, H, 2), np.zeros((2, 100, H))
    h = model.forward(rng.normal(size=(2, 100, D)), state)
    equal(h[:, -1], state[1], "h after 100 steps with f = 1, against c_0", rtol=0.0)
    grad_h[:, -1] = rng.normal(size=(2, H))
    _, (_, grad_c_0, _) = model.backward(grad_h)
    equal(grad_c_0, grad_h[:, -1], "the gradient of c_0, 100 steps before the loss", rtol=RTOL)


@pytest.mark.task("QRNN")
@pytest.mark.points(1.25)
@pytest.mark.hint("Windows end with x_t: zeros are added before the text, not after it.")
@pytest.mark.parametrize("pooling", POOLINGS)
@pytest.mark.promise("no-look-ahead")
def test_never_looks_ahead(submission, reference, rng, pooling):
    """A change of x_t does not change any h before it."""
    pair = paired_models(submission, reference, "QRNN", 2, 3, 3, pooling, rng=rng)
    model, x = pair.student, rng.normal(size=(2, 6, 2))
    before = pair.same_forward(x)
    for t in (1, 4):
        changed = x.copy()
        changed[:, t:] = rng.normal(size=(2, 6 - t, 2))
        after = model.forward(changed)
        equal(after[:, :t], before[:, :t], f"h before step {t}, where x changes", rtol=0.0)
        finite(after, "forward")
        expect(np.any(after[:, t:] != before[:, t:]), "no h depends on x")


@pytest.mark.task("QRNN")
@pytest.mark.points(1.25)
@pytest.mark.hint("Look at one row with words, then none, then words again.")
@pytest.mark.parametrize("pooling", POOLINGS)
@pytest.mark.promise("steps-without-words", "any-values-without-words", "any-mask")
def test_gaps(submission, reference, rng, pooling):
    """Masks with gaps, with no words at all, and without a state; any values at padding."""
    pair = paired_models(submission, reference, "QRNN", 2, 3, 3, pooling, rng=rng)
    mask = np.array([[True, False, True, False], [False, False, False, True], [False] * 4])
    x, state = rng.normal(size=(3, 4, 2)), some_state(rng, 3, 2, 3, 3)
    pair.same_backward(x, state, mask, rng=rng)
    pair.same_backward(x, None, mask, rng=rng)
    x[~mask] = np.inf
    pair.same_forward(x, state, mask)
    equal(pair.student.state, pair.reference.state, "self.state with a mask", rtol=RTOL)


@pytest.mark.task("QRNN")
@pytest.mark.points(1.25)
@pytest.mark.hint("Calls of forward are independent; backward belongs to the last one.")
@pytest.mark.promise("independent-calls")
def test_repeated_calls(submission, reference, rng):
    """Calls do not disturb each other, and backward belongs to the last forward."""
    pair = paired_models(submission, reference, "QRNN", 3, 4, rng=rng)
    x = rng.normal(size=(2, 5, 3))
    once = pair.student.forward(x)
    mask = rng.random((3, 2)) < 0.5
    pair.same_forward(rng.normal(size=(3, 2, 3)), some_state(rng, 3, 3, 4, 2), mask)
    pair.same_backward(x, rng=rng)
    equal(pair.student.forward(x), once, "the states of the same x, read again")


@pytest.mark.task("QRNN")
@pytest.mark.points(1.25)
@pytest.mark.hint("self.sigmoid is your own function: it never overflows, but exp(z) does.")
@pytest.mark.promise("finite")
def test_saturated(submission, reference, rng):
    """Inputs of ±1000 give finite states and gradients."""
    pair = paired_models(submission, reference, "QRNN", 3, 4, 2, "ifo", rng=rng)
    pair.same_forward(rng.choice([-1e3, 1e3], size=(2, 4, 3)))
    grad_x, (_, grad_c_0, _) = pair.student.backward(rng.normal(size=(2, 4, 4)))
    finite(grad_x, "grad_x for inputs of ±1000")
    finite(grad_c_0, "grad_c_0 for inputs of ±1000")


def gates_of(x, W, b, pooling):
    """z, f, o and i of inputs `(N, D)`, for width 1."""
    z, *blocks = np.split(x @ W[0] + b, 1 + len(pooling), axis=-1)
    f, *others = (1 / (1 + np.exp(-block)) for block in blocks)
    o = others[0] if others else np.ones_like(f)
    return np.tanh(z), f, o, others[1] if len(others) > 1 else 1 - f


@pytest.mark.task("QRNN")
@pytest.mark.points(1)
@pytest.mark.hint("A number of c that keeps its value has f = 1 and i = 0, and these no gradient.")
@pytest.mark.parametrize("pooling", ["fo", "ifo"])
@pytest.mark.promise("zoneout", "zoneout-gradient", "zoneout-draws", "QRNN.zoneout", "QRNN.raises")
def test_zoneout_of_other_poolings(submission, rng, pooling):
    """Zoneout step by step with fo and ifo pooling: states, gradients, masks, drawn numbers."""
    D, H, N = 3, 20, 4
    for wrong in (-0.1, 1.0):
        refuses(submission, "QRNN", D, H, 1, pooling, zoneout=wrong, rng=rng)
    seed, G = int(rng.integers(1000)), 1 + len(pooling)
    model, other = (
        submission.QRNN(D, H, 1, pooling, zoneout=0.5, rng=np.random.default_rng(seed))
        for _ in range(2)
    )
    W, b = rng.normal(size=(1, D, G * H)), rng.normal(size=G * H)
    for layer in (model, other):
        assign(layer, {"W": W, "b": b})
    x, mask = rng.normal(size=(N, 1, D)), np.array([[True], [True], [True], [False]])
    h_0, c_0, before = some_state(rng, N, D, H, 1)
    z, f, o, i = gates_of(x[:, 0], W, b, pooling)
    model.eval()
    model.forward(x)
    model.train()
    h = model.forward(x, (h_0, c_0, before), mask)
    c = np.asarray(model.state[1])
    equal(other.forward(x, (h_0, c_0, before), mask), h, "h after a call in evaluation, too")
    kept, word = c == c_0, mask
    expect(0 < kept[:3].mean() < 1, "all or no numbers of c are kept in training")
    equal(c, np.where(kept, c_0, f * c_0 + i * z), "c after a step with zoneout", rtol=RTOL)
    equal(h[:, 0], np.where(word, o * c, h_0), "h after a step with zoneout", rtol=RTOL)
    grad = rng.normal(size=(N, 1, H))
    grad_x, (_, grad_c_0, _) = model.backward(grad)
    of_c, moves = grad[:, 0] * o * word, ~kept
    past = c_0 if pooling == "ifo" else c_0 - z
    of_a = [of_c * i * moves * (1 - z**2), of_c * past * f * (1 - f) * moves]
    of_a.append(grad[:, 0] * c * o * (1 - o) * word)
    if pooling == "ifo":
        of_a.append(of_c * z * i * (1 - i) * moves)
    of_a = np.concatenate(of_a, axis=1)
    equal(grad_c_0, np.where(kept, of_c, f * of_c), "grad_c_0 with zoneout", rtol=RTOL)
    equal(grad_x[:, 0], of_a @ W[0].T, "grad_x with zoneout", rtol=RTOL)
    what = "the gradient of W with zoneout"
    equal(model.gradients["W"][0], (x[:, 0] * word).T @ of_a, what, rtol=RTOL)
