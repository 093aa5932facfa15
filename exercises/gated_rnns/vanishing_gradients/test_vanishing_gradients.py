"""Checks of vanishing gradients that you can see. The course has hidden ones, too."""

import numpy as np
import pytest

from autograder.checks import (
    agrees,
    callback,
    equal,
    expect,
    paired_models,
    part,
    returns_new_arrays,
)

STEPS = 40


def spread(H, singular_value, rng):
    """A random matrix with the given largest singular value."""
    W = rng.normal(size=(H, H))
    return singular_value * W / np.linalg.norm(W, 2)


def rotation(H, factor, rng):
    """A matrix that stretches every vector by `factor`."""
    return factor * np.linalg.qr(rng.normal(size=(H, H)))[0]


def cliff(theta, steps=50):
    """The loss of Pascanu et al. and its gradient: h ← σ(w h + b), fifty times, then (h − 0.7)²."""
    w, b = theta
    h = np.zeros(steps + 1)
    for t in range(steps):
        h[t + 1] = 1 / (1 + np.exp(-(w * h[t] + b)))
    error, gradient = h[-1] - 0.7, np.zeros(2)
    delta = 2 * error
    for t in range(steps, 0, -1):
        delta *= h[t] * (1 - h[t])
        gradient += delta * np.array([h[t - 1], 1.0])
        delta *= w
    return error**2, gradient


def slope_of_cliff(theta):
    """The gradient of that loss."""
    return cliff(theta)[1]


@pytest.mark.task("gradient_norms")
@pytest.mark.points(4)
@pytest.mark.hint("Run the layer from h_k to step t; backward returns the gradient of h_k.")
@pytest.mark.promise("arguments-stay")
def test_norms(submission, reference, rng):
    """gradient_norms: the norms of all steps, for a loss at the end, in the middle, at step 0."""
    pair = paired_models(submission, reference, part("rnn", 3, 4, rng=rng), rng=rng)
    x = rng.normal(size=(2, 6, 3))
    pair.student.backward(np.ones_like(pair.student.forward(x)))
    before = pair.student.gradients
    for loss_at in (5, 3, 0):
        expected = reference.gradient_norms(pair.reference, x, loss_at)
        outcome = submission.gradient_norms.outcome(pair.student, x, loss_at)
        equal(outcome.value, expected, f"gradient_norms(rnn, x, {loss_at})")
        equal(list(outcome.changed), [], "the arguments that gradient_norms changes")
    equal(pair.student.gradients, before, "the gradients of the layer after the calls")
    returns_new_arrays(submission, "gradient_norms", pair.student, x, 0, expected=expected)


@pytest.mark.task("gradient_norms")
@pytest.mark.points(2.5)
@pytest.mark.hint("For one unit and one text: δ_k = (1 − h_{k+1}²) δ_{k+1} W_h.")
def test_norms_by_hand(submission, reference):
    """gradient_norms: one unit, where each step multiplies by W_h (1 − h²)."""
    pair = paired_models(submission, reference, part("rnn", 1, 1, rng=np.random.default_rng(0)))
    w = np.array([[0.5]])
    pair.set_parameters({"W_x": np.ones((1, 1)), "W_h": w, "b": np.zeros(1)})
    x = np.zeros((1, 4, 1))
    norms = submission.gradient_norms(pair.student, x, 3)
    equal(norms, 0.5 ** np.arange(3, -1, -1), "the norms with W_h = 0.5 and h = 0")


@pytest.mark.task("gradient_norms")
@pytest.mark.points(4)
@pytest.mark.hint("Look at the plot: `grade vanishing_gradients --plots DIR`, or --html FILE.")
def test_decay_and_growth(submission, reference, rng, plot):
    """gradient_norms: norms are under the bound; they vanish for σ = 0.9 and grow for σ = 1.2."""
    D, H = 3, 16
    x = 0.001 * rng.normal(size=(2, STEPS, D))
    pair = paired_models(submission, reference, part("rnn", D, H, rng=rng))
    distances = np.arange(STEPS - 1, -1, -1)
    lines = {}
    for sigma, W_h in ((0.9, spread(H, 0.9, rng)), (1.2, rotation(H, 1.2, rng))):
        pair.set_parameters({"W_x": np.ones((D, H)) / H, "W_h": W_h, "b": np.zeros(H)})
        norms = np.asarray(submission.gradient_norms(pair.student, x, STEPS - 1))
        expected = reference.gradient_norms(pair.reference, x, STEPS - 1)
        equal(norms, expected, f"gradient_norms(rnn, x, {STEPS - 1}) with σ = {sigma}")
        lines[f"RNN, σ = {sigma}"] = norms / norms[-1]
        bound = sigma**distances
        expect(
            bool((norms <= norms[-1] * bound * (1 + 1e-9)).all()),
            f"with σ = {sigma} a norm is above its bound σ^(t−k)",
        )
    lines["bound, σ = 0.9"] = 0.9**distances
    lstm = paired_models(reference, reference, part("lstm", D, H, forget_bias=5.0, rng=rng))
    lstm.set_parameters({"W_h": 0.1 * lstm.student.parameters["W_h"]})
    kept = reference.gradient_norms(lstm.student, x, STEPS - 1)
    lines["LSTM, forget bias 5"] = kept / kept[-1]
    plot(
        "Share of a gradient that is left",
        {name: line[::-1] for name, line in lines.items()},
        x=distances[::-1],
        x_label="steps back",
        y_label="‖∂J/∂h_k‖ / ‖∂J/∂h_t‖",
        log=True,
    )
    short, long = lines["RNN, σ = 0.9"][0], lines["RNN, σ = 1.2"][0]
    expect(
        short < 0.9**39,
        f"with σ = 0.9 the share {short:.2g} of the gradient is left after 39 steps",
    )
    expect(long > 100, f"with σ = 1.2 the gradient grows {long:.3g} times in 39 steps")


@pytest.mark.task("gradient_norms")
@pytest.mark.points(1.5)
@pytest.mark.hint("If the checks above pass, compare your norms with those of a short x.")
def test_near_wins_over_far(submission, reference, rng):
    """gradient_norms: what is near decides; far away, an influence looks like none."""
    D, H = 3, 16
    x = rng.normal(size=(4, STEPS, D))
    pair = paired_models(submission, reference, part("rnn", D, H, rng=rng), rng=rng)
    W_h = spread(H, 0.6, rng)
    for W_x in (rng.normal(size=(D, H)), np.zeros((D, H))):  # x has an influence, and none
        pair.set_parameters({"W_x": W_x, "W_h": W_h, "b": np.zeros(H)})
        norms = submission.gradient_norms(pair.student, x, STEPS - 1)
        equal(norms, reference.gradient_norms(pair.reference, x, STEPS - 1), "the norms")
        near, far = np.sum(norms[-5:]), np.sum(norms[:20])
        expect(near > 1000 * far, f"the last 5 norms sum to {near:.3g}, the first 20 to {far:.3g}")
        expect(
            norms[0] < 1e-6, f"with x {'' if W_x.any() else 'not '}used, ‖∂J/∂h_0‖ is {norms[0]}"
        )


class MatrixPerStep:
    """A linear network without inputs: h_t = h_{t−1} times the matrix whose number x_t holds."""

    def __init__(self, matrices):
        self.matrices = matrices
        self.gradients = {}
        self.state = None

    def forward(self, x, state=None):
        """The states h of all steps `(1, T, H)`, from ones if there is no state."""
        self.read = [self.matrices[int(number) % len(self.matrices)] for number in x[0, :, 0]]
        h = np.ones((1, len(self.matrices[0]))) if state is None else state
        states = [h := h @ matrix for matrix in self.read]
        self.state = h
        return np.stack(states, axis=1)

    def backward(self, grad_h):
        """The gradients of x (not needed here) and of the state before the first step."""
        grad = np.zeros_like(grad_h[:, 0])
        for t in reversed(range(len(self.read))):
            grad = (grad + grad_h[:, t]) @ self.read[t].T
        return None, grad


@pytest.mark.task("gradient_norms")
@pytest.mark.points(1.5)
@pytest.mark.hint("Any layer: only `forward`, `state` and `backward` are used.")
def test_the_same_matrix_at_every_step(submission, rng, plot):
    """Claim: recurrent networks suffer most, because the matrix is always the same."""
    H, draws, numbers = 4, 30, np.arange(STEPS)
    shares = {"the same matrix": [], "a matrix for each step": []}
    for _ in range(draws):
        W = rng.normal(scale=H**-0.5, size=(STEPS, H, H))
        for (name, actual), x in zip(shares.items(), (0 * numbers, numbers), strict=True):
            layer = callback(MatrixPerStep(W), "forward", "backward", "state", "gradients")
            norms = submission.gradient_norms(layer, x[None, :, None] + 0.0, STEPS - 1)
            grads = [np.ones(H)]
            for number in x[:0:-1]:
                grads.insert(0, W[number] @ grads[0])
            expected = np.linalg.norm(grads, axis=1)
            equal(norms, expected, f"the norms with {name}", rtol=1e-8)
            actual.append(np.log10(np.asarray(norms) / norms[-1]))
    spreads = {name: np.std(actual, axis=0) for name, actual in shares.items()}
    plot(
        "How far gradients of 30 networks are apart",
        {name: line[::-1] for name, line in spreads.items()},
        x=numbers,
        x_label="steps back",
        y_label="standard deviation of log10 of what is left",
    )
    # Over 300 draws the log of their ratio was 1.50 ± 0.24; that of the bound is 0.41.
    same, other = (line[0] for line in spreads.values())
    expect(
        same > 1.5 * other,
        f"after {STEPS - 1} steps the logarithm deviates by {same:.2g} with the same matrix, "
        f"{other:.2g} with a matrix for each step",
    )


@pytest.mark.task("spectral_bound")
@pytest.mark.points(2)
@pytest.mark.hint("The largest singular value: np.linalg.norm(W_h, 2).")
@pytest.mark.promise("arguments-stay")
def test_bound(submission, reference, rng):
    """spectral_bound: powers of the largest singular value times the slope."""
    for H in (1, 4):
        W_h = rng.normal(size=(H, H))
        agrees(submission, reference, "spectral_bound", W_h, np.arange(6))
        agrees(submission, reference, "spectral_bound", W_h, np.array([3, 0, 7]), 0.25)


@pytest.mark.task("spectral_bound")
@pytest.mark.points(2)
@pytest.mark.hint("A matrix whose eigenvalues are all 0 can double a vector.")
def test_eigenvalues_are_no_bound(submission, rng):
    """spectral_bound: uses singular values, because eigenvalues are no bound."""
    for s in (2.0, rng.uniform(1, 3)):
        bound = submission.spectral_bound(np.array([[0.0, s], [0.0, 0.0]]), np.array([0, 1, 2]))
        equal(np.asarray(bound), s ** np.arange(3), f"the bound for [[0, {s:.4g}], [0, 0]]")


@pytest.mark.task("descend")
@pytest.mark.points(2.5)
@pytest.mark.hint(
    "The path begins with a copy of the start, and each point is an array of its own."
)
@pytest.mark.promise("descend.start", "arguments-stay")
def test_path(submission, reference, rng):
    """descend: the path on a quadratic loss, with and without clipping."""
    start = rng.normal(scale=3, size=3)

    def slope(theta):
        return np.array([1.0, 2.0, 3.0]) * theta

    for threshold in (None, 100.0, 1.0, 0.1):
        agrees(submission, reference, "descend", callback(slope), start, 0.1, 8, threshold)
    asked = callback(slope), start, 0.1, 8
    returns_new_arrays(submission, "descend", *asked, expected=reference.descend(*asked))


@pytest.mark.task("descend")
@pytest.mark.points(4)
@pytest.mark.hint("A huge gradient makes a huge step: clip the gradient first.")
def test_cliff(submission, reference, rng, plot):
    """descend: at the cliff of a recurrent network's loss, clipping gives a lower loss."""
    start, lines = np.array([5.0, -2.2]), {}
    for name, threshold in (("without clipping", None), ("clipped at 0.5", 0.5)):
        path = agrees(
            submission, reference, "descend", callback(slope_of_cliff), start, 1.0, 60, threshold
        )
        lines[name] = [cliff(theta)[0] for theta in np.asarray(path)]
    plot(
        "Gradient descent at a cliff",
        lines,
        x=range(61),
        x_label="step",
        y_label="loss",
        log=True,
    )
    drawn = rng.normal(size=2)
    agrees(submission, reference, "descend", callback(slope_of_cliff), drawn, 1.0, 5, 0.5)
    lost, actual = (line[-1] for line in lines.values())
    expect(
        actual < 0.1 * lost, f"the loss ends at {actual:.2g} with clipping, at {lost:.2g} without"
    )
