
import pytest
from autograder.checks import equal


@pytest.mark.task("Sigmoid")
@pytest.mark.points(3)
def test_sigmoid(submission):
    """Sigmoid at zero."""
    model = submission.Sigmoid()
    equal(model.forward(0.0), 0.5, "σ(0)")
    equal(model.backward(1.0), 0.25, "σ'(0)")


@pytest.mark.task("double")
@pytest.mark.points(2)
def test_double(submission):
    """double: 2x."""
    equal([submission.double(x) for x in (0, 3)], [0, 6], "double of 0 and 3")
