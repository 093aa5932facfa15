"""Public checks of the tape: values and gradients of operations, and the student's own layers."""

from __future__ import annotations

import numpy as np
import pytest

from autograder.checks import agrees, assign, built, equal, part


def run(module, program, *arrays):
    """Return the output of `program` on a new tape, and the gradient of each input."""
    tape = module.Tape()
    values = [tape.value(array) for array in arrays]
    output = program(*values)
    tape.backward(output)
    return output.data, [value.grad for value in values]


def same(submission, reference, program, *arrays, names):
    """Compare output and gradients with the reference; return the gradients."""
    output, gradients = run(submission, program, *arrays)
    expected_output, expected = run(reference, program, *arrays)
    equal(output, expected_output, "the output")
    for name, got, wanted in zip(names, gradients, expected, strict=True):
        equal(got, wanted, f"the gradient of {name}")
    return gradients


@pytest.mark.task("sum_to")
@pytest.mark.points(2)
@pytest.mark.hint("A bias (H,) was added to N rows: its gradient is the sum over the rows.")
@pytest.mark.promise("unchanged", "sum_to.gradient")
def test_sum_to(submission, reference, rng):
    """sum_to: the gradients of a bias, of a column and of a matrix that was not repeated."""
    gradient = rng.normal(size=(4, 3))
    for shape in ((3,), (4, 1), (1, 3), (4, 3)):
        agrees(submission, reference, "sum_to", gradient, shape)


@pytest.mark.task("Value")
@pytest.mark.points(3)
@pytest.mark.hint("self.tape.value(result, ...) puts the result of an operation on the tape.")
@pytest.mark.promise("Value.add", "Value.multiply", "Value.exp", "Value.log", "Value.tanh")
def test_results_of_all_operations(submission, reference, rng):
    """Value: every operation computes its result and leaves its operands as they are."""
    x, y = rng.uniform(0.5, 2.0, size=(2, 3, 3))
    for name in ("add", "multiply", "matmul"):
        tape, other = submission.Tape(), reference.Tape()
        a, b = tape.value(x), other.value(x)
        result = getattr(a, name)(tape.value(y)).data
        equal(result, getattr(b, name)(other.value(y)).data, f"x.{name}(y)")
        equal(a.data, x, f"x after x.{name}(y)")
    for name in ("exp", "log", "tanh", "relu", "total"):
        a, b = submission.Tape().value(x - 0.4), reference.Tape().value(x - 0.4)
        equal(getattr(a, name)().data, getattr(b, name)().data, f"x.{name}()")


@pytest.mark.task("Value")
@pytest.mark.points(3)
@pytest.mark.hint("d(a + b) = da + db, and d(a b) = b da + a db.")
@pytest.mark.promise("broadcasting")
def test_add_and_multiply(submission, reference, rng):
    """Value: gradients of sums and products, of one shape and of two."""
    x, y = rng.normal(size=(2, 4, 3))
    for shape in ((4, 3), (3,), (4, 1), ()):
        other = rng.normal(size=shape)
        same(submission, reference, lambda a, b: a.add(b).multiply(b), x, other, names="xy")
        same(submission, reference, lambda a, b: b.multiply(a).add(a), y, other, names="xy")


@pytest.mark.task("Value")
@pytest.mark.points(3)
@pytest.mark.hint("g is (N, H). Which products of g and the other matrix are (N, D) and (D, H)?")
@pytest.mark.promise("Value.matmul")
def test_matmul(submission, reference, rng):
    """Value: gradients of a product of matrices."""
    x, W, weights = rng.normal(size=(5, 4)), rng.normal(size=(4, 3)), rng.normal(size=(5, 3))
    same(
        submission,
        reference,
        lambda x, W, weights: x.matmul(W).multiply(weights),
        *(x, W, weights),
        names=("x", "W", "the weights"),
    )


@pytest.mark.task("Value")
@pytest.mark.points(3)
@pytest.mark.hint(
    "Multiply g by the derivative at each entry. That of exp and of tanh uses the result."
)
@pytest.mark.promise("kink")
def test_functions(submission, reference, rng):
    """Value: gradients of exp, log, tanh and relu."""
    x, g = rng.uniform(0.3, 1.5, size=(4, 3)), rng.normal(size=(4, 3))
    for name in ("exp", "log", "tanh", "relu"):
        program = lambda x, g, name=name: getattr(x, name)().multiply(g)  # noqa: E731
        same(submission, reference, program, x, g, names=("x", "g"))
    program = lambda x, g: x.relu().multiply(g)  # noqa: E731
    same(submission, reference, program, np.array([-1.0, 0.0, 2.0]), np.ones(3), names=("x", "g"))


@pytest.mark.task("Value")
@pytest.mark.points(2)
@pytest.mark.hint("Every entry counts once in its sum: it gets the gradient of that sum.")
@pytest.mark.promise("Value.total")
def test_total(submission, reference, rng):
    """Value: sums of all entries, and along each axis."""
    x = rng.normal(size=(4, 3))
    for axis in (None, 0, 1, -1):
        program = lambda x, axis=axis: x.multiply(x).total(axis).multiply(x)  # noqa: E731
        same(submission, reference, program, x, names="x")


@pytest.mark.task("Tape")
@pytest.mark.points(3)
@pytest.mark.hint("A value that is used twice gets the sum of both gradients: +=, in effect.")
@pytest.mark.promise("used-twice")
def test_the_tape_of_the_readme(submission, reference, rng):
    """Tape: (x w + b) x of the README, where x is used twice; and x x."""
    program = lambda x, w, b: x.multiply(w).add(b).multiply(x)  # noqa: E731
    output, gradients = run(submission, program, 3.0, 2.0, -1.0)
    equal(output, np.array(15.0), "(x w + b) x")
    for name, got, expected in zip("xwb", gradients, (11.0, 9.0, 3.0), strict=True):
        equal(got, np.array(expected), f"the gradient of {name}")
    x, w, b = rng.normal(size=(3, 4))
    same(submission, reference, program, x, w, b, names="xwb")
    same(submission, reference, lambda x: x.multiply(x), x, names="x")


@pytest.mark.task("Tape")
@pytest.mark.points(2)
@pytest.mark.hint("Set all gradients to zeros first, and only then that of the output to ones.")
@pytest.mark.promise("starts-anew")
def test_every_call_starts_anew(submission, rng):
    """Tape: a second backward gives the same gradients; another output has its own."""
    x = rng.normal(size=(3, 2))
    tape = submission.Tape()
    value = tape.value(x)
    square = value.multiply(value)
    cube = square.multiply(value)
    for _ in range(2):
        tape.backward(cube)
        equal(value.grad, 3 * x**2, "the gradient of x³")
        equal(square.grad, x, "the gradient of x² in x² x")
    tape.backward(square)
    equal(value.grad, 2 * x, "the gradient of x², after that of x³")
    equal(cube.grad, np.zeros((3, 2)), "the gradient of x³, on which x² does not depend")


@pytest.mark.task("Tape")
@pytest.mark.points(3)
@pytest.mark.hint(
    "Compare the two gradients entry by entry; `grade backpropagation` has more checks."
)
@pytest.mark.promise("own-scorer")
def test_your_window_scorer_agrees_with_your_tape(submission, reference, rng):
    """Tape: the gradients of your WindowScorer.backward are those of your tape."""
    for name in ("tanh", "relu"):
        arrays = {"W": rng.normal(size=(5, 3)), "b": rng.normal(size=3), "U": rng.normal(size=3)}
        x, grad_s = rng.normal(size=(6, 5)), rng.normal(size=6)
        scorer = built(submission, part("window_scorer", 5, 3, name, rng=rng))
        assign(scorer, arrays)
        scorer.forward(x)
        yours = {"x": scorer.backward(grad_s), **scorer.gradients}
        program = lambda x, W, b, U, grad_s, name=name: (  # noqa: E731
            getattr(x.matmul(W).add(b), name)().matmul(U).multiply(grad_s)
        )
        inputs = x, arrays["W"], arrays["b"], arrays["U"][:, None], grad_s[:, None]
        names = "x", "W", "b", "U", "∂J/∂s"
        taped = same(submission, reference, program, *inputs, names=names)
        for key, gradient in zip(names[:4], taped[:4], strict=True):
            flat = gradient.reshape(yours[key].shape)
            equal(yours[key], flat, f"∂J/∂{key} of your WindowScorer, with f = {name}")


@pytest.mark.task("Tape")
@pytest.mark.points(3)
@pytest.mark.hint("Compare the two gradients entry by entry; `grade losses` has more checks.")
@pytest.mark.promise("own-losses")
def test_your_losses_agree_with_your_tape(submission, reference, rng):
    """Tape: the gradients of your two losses are those of your tape."""
    scores, targets = rng.normal(size=(6, 4)), rng.integers(4, size=6)
    loss = built(submission, part("softmax_cross_entropy"))
    value = loss.forward(scores, targets)
    right = np.eye(4)[targets] / -6
    program = lambda z, right: (  # noqa: E731
        z.exp().total(-1).log().multiply(-1.0).add(z).multiply(right).total()
    )
    (taped, _) = same(submission, reference, program, scores, right, names=("z", "the targets"))
    equal(value, float(run(reference, program, scores, right)[0]), "your SoftmaxCrossEntropy")
    equal(loss.backward(), taped, "∂J/∂z of your SoftmaxCrossEntropy")
    true, corrupt = rng.normal(size=(2, 8))
    loss = built(submission, part("max_margin_loss"))
    loss.forward(true, corrupt)
    program = lambda s, s_c: (  # noqa: E731
        s.multiply(-1.0).add(s_c).add(1.0).relu().total().multiply(1 / 8)
    )
    taped = same(submission, reference, program, true, corrupt, names=("s", "s_c"))
    for name, yours, gradient in zip(("s", "s_c"), loss.backward(), taped, strict=True):
        equal(yours, gradient, f"∂J/∂{name} of your MaxMarginLoss")
