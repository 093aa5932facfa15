"""Hidden checks of the optimizers: sparse rows, ε, float32, late names, a quadratic."""

from __future__ import annotations

import numpy as np
import pytest

from autograder.checks import after_call, equal, expect

#: Curvatures of the valley ½ (x_1² + 100 x_2²): a rate above 2/100 makes plain descent diverge.
CURVATURES = np.array([1.0, 100.0])
#: Powers of ten by which rounding may change what is gained: in 300 valleys it was below 1e-10.
ROUNDING = 1e-2


def same_steps(pair, parameters, gradients, what, rtol=1e-7):
    """Let both take one step per entry of `gradients`; return the parameters at the end."""
    student, solution = pair
    mine = theirs = parameters
    for step, gradient in enumerate(gradients, start=1):
        mine, _ = after_call(student, "step", mine, gradient)
        theirs, _ = after_call(solution, "step", theirs, gradient)
        for key, expected in theirs.items():
            where = f"{what}: parameters['{key}'] after step {step}"
            equal(mine[key], expected, where, rtol=rtol, atol=1e-14)
    return mine


def sparse_rows(pair, rng, *, coasts):
    """Rows without a gradient do not change; others still move, or stop at once."""
    start = rng.normal(size=(6, 3))
    gradient = np.zeros((6, 3))
    gradient[[1, 4]] = rng.normal(size=(2, 3))
    names = {"embedding": start}
    moved = same_steps(pair, names, [{"embedding": gradient}] * 3, "two rows with a gradient")
    after = same_steps(pair, moved, [{"embedding": 0 * gradient}], "then no gradient at all")
    moved, after = moved["embedding"], after["embedding"]
    expect(
        np.array_equal(after[[0, 2, 3, 5]], start[[0, 2, 3, 5]]),
        "rows whose gradient was always zero have changed: they must stay exactly the same",
    )
    rolls = bool((after[[1, 4]] != moved[[1, 4]]).all())
    expect(rolls or not coasts, "a zero gradient stopped it at once: its state must still move it")
    expect(not rolls or coasts, "parameters changed although every gradient was zero")


def details(submission, reference, rng, name, **options):
    """Check a late name, arrays of any shape, float32, and a second optimizer."""
    pair = tuple(getattr(side, name)(0.1, **options) for side in (submission, reference))
    shapes = {"a": (2, 3, 4), "b": (1,), "late": (2, 3, 4)}
    draws = [{k: rng.normal(size=s) for k, s in shapes.items()} for _ in range(6)]
    early = [{k: g[k] for k in ("a", "b")} for g in draws[:2]]
    start = {k: rng.normal(size=shapes[k]) for k in ("a", "b")}
    moved = same_steps(pair, start, early, "shapes (2, 3, 4) and (1,)")
    moved["late"] = rng.normal(size=shapes["late"])
    same_steps(pair, moved, draws[2:], "with the name 'late', first seen in step 3")
    fresh = tuple(getattr(side, name)(0.1, **options) for side in (submission, reference))
    same_steps(fresh, start, early, "a second optimizer, which remembers nothing of the first")
    single = [{"W": rng.normal(size=(3, 2)).astype(np.float32)} for _ in range(4)]
    same_steps(fresh, single[0], single[1:], "float32", rtol=1e-4)


def tiny_gradients(submission, reference, rng, name, scale):
    """Check gradients as small as ε, where the place of ε decides the step."""
    pair = tuple(getattr(side, name)(0.1) for side in (submission, reference))
    draws = [{"x": scale * rng.normal(size=4)} for _ in range(5)]
    same_steps(pair, {"x": np.ones(4)}, draws, f"gradients of about {scale:g}")
    pair = tuple(getattr(side, name)(0.1, epsilon=0.5) for side in (submission, reference))
    draws = [{"x": rng.normal(size=4)} for _ in range(5)]
    same_steps(pair, {"x": np.ones(4)}, draws, "epsilon=0.5")


def comes_down(metric_threshold, name, modules, rng, *args):
    """Check how many decades 200 steps gain on an ill-conditioned quadratic.

    Any other step gains more or less than the formula does.

    Args:
        modules: the submission and the reference.
        args: the class of the optimizer, and the arguments of its constructor.
    """
    cls, *settings = args

    def decades(rng):
        start = rng.uniform(0.5, 1.5, size=2) * rng.choice([-1.0, 1.0], size=2)
        gained = [gains(getattr(module, cls)(*settings), start) for module in modules]
        for actual, expected in zip(*gained, strict=True):
            message = (
                f"{cls} gains {actual:.1f} powers of ten, where its formula gains {expected:.1f}"
            )
            expect(abs(actual - expected) <= ROUNDING, message)
            yield actual

    gain = "by how many powers of ten ½ (x_1² + 100 x_2²) falls in 200 steps"
    metric_threshold(name, decades, rng=rng, best=np.inf, what=gain)


def gains(optimizer, start):
    """Yield the decades gained after every 20 of 200 steps from `start`."""
    x = {"x": start}
    for step in range(1, 201):
        x, _ = after_call(optimizer, "step", x, {"x": CURVATURES * x["x"]})
        if step % 20 == 0:
            yield log_height(start) - log_height(x["x"])


def log_height(x):
    """Return the logarithm to base 10 of ½ (x_1² + 100 x_2²), whose minimum is 0."""
    with np.errstate(over="ignore", invalid="ignore"):
        return float(np.log10(np.maximum(0.5 * (CURVATURES * x**2).sum(), 1e-300)))


@pytest.mark.task("SGD")
@pytest.mark.points(1.75)
@pytest.mark.promise("untouched-rows", "state-by-name", "in-place")
def test_sgd_rows_and_details(submission, reference, rng):
    """SGD: rows without gradient do not change; any shape; late names; float32."""
    sparse_rows((submission.SGD(0.1), reference.SGD(0.1)), rng, coasts=False)
    details(submission, reference, rng, "SGD")


@pytest.mark.task("SGD")
@pytest.mark.points(1.75)
@pytest.mark.promise("SGD")
def test_sgd_narrow_valley(submission, reference, metric_threshold, rng):
    """SGD: minimises an ill-conditioned quadratic within 200 steps."""
    comes_down(metric_threshold, "sgd", (submission, reference), rng, "SGD", 0.018)


@pytest.mark.task("Momentum")
@pytest.mark.points(1.75)
@pytest.mark.hint("With g = 0 the velocity μ v remains, so parameters still move.")
@pytest.mark.promise("moves-on", "late-parameters", "in-place")
def test_momentum_rows_and_details(submission, reference, rng):
    """Momentum: rows still move with gradient 0; any shape; late names; float32."""
    sparse_rows((submission.Momentum(0.1), reference.Momentum(0.1)), rng, coasts=True)
    details(submission, reference, rng, "Momentum", mu=0.5)


@pytest.mark.task("Momentum")
@pytest.mark.points(1.75)
@pytest.mark.promise("Momentum")
def test_momentum_narrow_valley(submission, reference, metric_threshold, rng):
    """Momentum: minimises an ill-conditioned quadratic within 200 steps, faster than SGD."""
    comes_down(metric_threshold, "momentum", (submission, reference), rng, "Momentum", 0.01)


@pytest.mark.task("AdaGrad")
@pytest.mark.points(1.75)
@pytest.mark.hint("√(c + ε): ε is added to the cache before the root, and only there.")
@pytest.mark.promise("place-of-epsilon", "stops-at-once", "late-parameters")
def test_ada_grad_rows_and_details(submission, reference, rng):
    """AdaGrad: ε inside the root; rows without gradient; any shape; late names; float32."""
    tiny_gradients(submission, reference, rng, "AdaGrad", 1e-4)
    sparse_rows((submission.AdaGrad(0.1), reference.AdaGrad(0.1)), rng, coasts=False)
    details(submission, reference, rng, "AdaGrad")


@pytest.mark.task("AdaGrad")
@pytest.mark.points(1.75)
@pytest.mark.promise("AdaGrad")
def test_ada_grad_narrow_valley(submission, reference, metric_threshold, rng):
    """AdaGrad: minimises an ill-conditioned quadratic within 200 steps."""
    comes_down(metric_threshold, "ada_grad", (submission, reference), rng, "AdaGrad", 0.5)


@pytest.mark.task("RMSProp")
@pytest.mark.points(1.75)
@pytest.mark.hint("√c + ε: ε is added after the root.")
@pytest.mark.promise("place-of-epsilon", "stops-at-once", "late-parameters")
def test_rms_prop_rows_and_details(submission, reference, rng):
    """RMSProp: ε outside the root; rows without gradient; any shape; late names; float32."""
    tiny_gradients(submission, reference, rng, "RMSProp", 1e-8)
    sparse_rows((submission.RMSProp(0.1), reference.RMSProp(0.1)), rng, coasts=False)
    details(submission, reference, rng, "RMSProp", decay=0.5)


@pytest.mark.task("RMSProp")
@pytest.mark.points(1.75)
@pytest.mark.promise("RMSProp")
def test_rms_prop_narrow_valley(submission, reference, metric_threshold, rng):
    """RMSProp: minimises an ill-conditioned quadratic within 200 steps."""
    comes_down(metric_threshold, "rms_prop", (submission, reference), rng, "RMSProp", 0.02)


@pytest.mark.task("Adam")
@pytest.mark.points(1.75)
@pytest.mark.hint("√v̂ + ε: ε is added after the root. m, v and t belong to one name each.")
@pytest.mark.promise("place-of-epsilon", "efficient-adam", "moves-on", "late-parameters")
def test_adam_rows_and_details(submission, reference, rng):
    """Adam: ε outside the root; rows with gradient 0; any shape; t of a late name; float32."""
    tiny_gradients(submission, reference, rng, "Adam", 1e-8)
    sparse_rows((submission.Adam(0.1), reference.Adam(0.1)), rng, coasts=True)
    details(submission, reference, rng, "Adam")
    details(submission, reference, rng, "Adam", bias_correction=False)


@pytest.mark.task("Adam")
@pytest.mark.points(1.75)
@pytest.mark.promise("Adam")
def test_adam_narrow_valley(submission, reference, metric_threshold, rng):
    """Adam: minimises an ill-conditioned quadratic within 200 steps."""
    comes_down(metric_threshold, "adam", (submission, reference), rng, "Adam", 0.1)
