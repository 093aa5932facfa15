"""Hidden checks of the tape: other shapes, numbers as operands, what is refused."""

from __future__ import annotations

import numpy as np
import pytest

from autograder.checks import agrees, equal, expect, refuses


@pytest.mark.task("sum_to")
@pytest.mark.points(2)
@pytest.mark.hint("Axes may be missing on the left, have length 1, or both.")
@pytest.mark.promise("sum_to.shape")
def test_sum_to_of_any_shape(submission, reference, rng):
    """sum_to: scalars, missing axes and axes of length 1 at once, empty arrays."""
    for full, shape in (
        ((4, 3), ()),
        ((), ()),
        ((2, 4, 3), (4, 1)),
        ((2, 4, 3), (1, 3)),
        ((2, 1, 3), (1, 1)),
        ((0, 3), (3,)),
        ((2, 4, 3), (2, 4, 3)),
    ):
        agrees(submission, reference, "sum_to", rng.normal(size=full), shape)


@pytest.mark.task("Value")
@pytest.mark.points(2)
@pytest.mark.hint("self._on_tape(other) returns the other operand as a value of the same tape.")
@pytest.mark.promise("operands", "Value")
def test_numbers_and_arrays_as_operands(submission, reference, rng):
    """Value: the other operand is a number or an array; a larger one repeats self."""
    x, y = rng.normal(size=3), rng.normal(size=(4, 3))
    answers = []
    for module in (submission, reference):
        tape = module.Tape()
        value = tape.value(x)
        output = value.add(y).multiply(2.0).matmul(y.T).add(1.0).multiply(y @ y.T)
        tape.backward(output)
        answers.append((output.data, value.grad))
    equal(answers[0][0], answers[1][0], "2 (x + y) yᵀ + 1, times y yᵀ")
    equal(answers[0][1], answers[1][1], "the gradient of x")


@pytest.mark.task("Tape")
@pytest.mark.points(2)
@pytest.mark.hint("All values of the tape begin with zeros in the shape of their data.")
@pytest.mark.promise("Tape.backward", "Value.data")
def test_values_that_the_output_does_not_use(submission, rng):
    """Tape: zeros for values without influence; data stay as they are; a copy of the input."""
    x, y = rng.normal(size=(2, 3, 2))
    tape = submission.Tape()
    used, unused = tape.value(x), tape.value(y)
    output = used.exp().relu()
    unused.tanh().total()  # after the output, and of another shape
    tape.backward(output)
    equal(output.grad, np.ones((3, 2)), "the gradient of the output")
    equal(used.grad, np.exp(x), "the gradient of x")
    equal(unused.grad, np.zeros((3, 2)), "the gradient of a value that is not used")
    equal(used.data, x, "x afterwards")
    expect(len(tape.values) == 6, f"the tape has {len(tape.values)} values instead of 6")


@pytest.mark.task("Value")
@pytest.mark.points(2)
@pytest.mark.hint("The errors are given: does an operation call self._on_tape(other)?")
@pytest.mark.promise("errors", "Value.matmul.raises")
def test_what_does_not_fit(submission, rng):
    """Value: shapes of matrices that do not fit, and values of two tapes, are refused."""
    tape = submission.Tape()
    x = tape.value(rng.normal(size=(4, 3)))
    x.matmul(rng.normal(size=(3, 2)))
    for shape in ((4, 2), (3,), ()):
        refuses(x, "matmul", rng.normal(size=shape))
    other = submission.Tape().value(1.0)
    for name in ("add", "multiply"):
        getattr(x, name)(1.0)
        refuses(x, name, other)
