"""Hidden checks of layer normalization: sizes, ε, repeated calls, errors."""

import numpy as np
import pytest

from autograder.checks import equal, finite, paired_models, refuses

MODELS = ("LayerNorm", "RMSNorm")


def each(test):
    """`test` for both models, each counted for its own task."""
    marks = [pytest.param(name, marks=pytest.mark.task(name), id=name) for name in MODELS]
    return pytest.mark.parametrize("name", marks)(test)


def pair_of(submission, reference, name, rng, features, **settings):
    """Paired models with the same random parameters."""
    pair = paired_models(submission, reference, name, features, **settings)
    pair.draw_parameters(rng)
    return pair


@each
@pytest.mark.points(1)
@pytest.mark.hint("Nothing may depend on the number of axes, on a size, or on a certain ε.")
@pytest.mark.promise("LayerNorm", "RMSNorm", "any-axes")
def test_any_shape(submission, reference, rng, name):
    """One feature, many features, four axes, as many rows as features, another ε."""
    for shape, epsilon in (((3, 1), 1.0), ((2, 40), 1e-8), ((2, 1, 3, 2), 0.5), ((3, 3), 2.0)):
        pair = pair_of(submission, reference, name, rng, shape[-1], epsilon=epsilon)
        pair.same_backward(rng.normal(size=shape), rng=rng, atol=1e-8)


@pytest.mark.task("RMSNorm")
@pytest.mark.points(0.5)
@pytest.mark.hint("ε is added to the mean square, inside the root.")
@pytest.mark.promise("place-of-epsilon")
def test_small_and_large_rows(submission, reference, rng):
    """RMSNorm: rows of 10⁻³, where ε counts, and of 10⁶."""
    pair = pair_of(submission, reference, "RMSNorm", rng, 5)
    for scale in (1e-3, 1e6):
        pair.same_backward(scale * rng.normal(size=(3, 5)), rng=rng, rtol=1e-6, atol=1e-10)
    finite(pair.student.forward(np.full((1, 5), 1e100)), "RMSNorm.forward of a row of 1e100")


@each
@pytest.mark.points(0.5)
@pytest.mark.hint("forward keeps new arrays; backward uses those of the last forward.")
@pytest.mark.promise("last-forward", "rows-alone")
def test_repeated_calls(submission, reference, rng, name):
    """Calls of forward are independent; backward belongs to the last one."""
    pair = pair_of(submission, reference, name, rng, 3)
    x = rng.normal(size=(4, 3))
    once = pair.student.forward(x)
    pair.same_forward(rng.normal(size=(2, 2, 3)))
    pair.same_backward(x, rng=rng, atol=1e-10)
    equal(pair.student.forward(x), once, f"{name}.forward of the same array again")
    pair.result_is_the_callers(x, rng=rng)


@each
@pytest.mark.points(0.25)
@pytest.mark.hint("The given functions at the end of the file raise these errors: keep the calls.")
@pytest.mark.promise(
    "errors", "LayerNorm.raises", "RMSNorm.raises",
    "LayerNorm.forward.raises", "RMSNorm.forward.raises",
)  # fmt: skip
def test_what_does_not_fit(submission, reference, rng, name):
    """Other numbers of features, and settings out of range, are errors."""
    pair = pair_of(submission, reference, name, rng, 3)
    pair.same_forward(rng.normal(size=(2, 3)))
    for shape in ((2,), (3, 2), (3, 1), (1, 3, 4)):
        refuses(pair.student, "forward", np.ones(shape))
    for features, epsilon in ((3, 0.0), (3, -1.0), (3, np.nan), (0, 1e-5)):
        refuses(submission, name, features, epsilon)
