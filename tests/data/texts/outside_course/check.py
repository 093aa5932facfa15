
import numpy as np
import pytest
from autograder.checks import agrees, equal, paired_models


@pytest.mark.task("LSTM")
@pytest.mark.points(1)
def test_doubled(submission, reference, rng):
    """LSTM: y = 2x."""
    x = rng.normal(size=(2, 3))
    equal(reference.LSTM().forward(x), 2 * x, "the reference")
    equal(submission.LSTM().forward(x), 2 * x, "the submission")
