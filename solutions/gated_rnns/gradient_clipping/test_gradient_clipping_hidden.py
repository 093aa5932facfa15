"""Hidden checks of clipping: zeros and empty arrays, dtypes, thresholds."""

import numpy as np
import pytest

from autograder.checks import agrees, equal, refuses


@pytest.mark.task("clip_by_norm")
@pytest.mark.points(1.5)
@pytest.mark.promise("arrays-of-any-shape", "float32-stays", "large-gradients")
def test_clips_nothing_and_float32(submission, reference, rng):
    """Zeros and empty arrays do not change; float32 stays float32; large negative entries."""
    for gradients in ({}, {"a": np.zeros(3), "b": np.ones((0, 2))}):
        agrees(submission, reference, "clip_by_norm", gradients, 1.0)
    agrees(submission, reference, "clip_by_norm", {"a": np.array([-8.0]), "b": np.ones(2)}, 0.5)
    single = {"a": rng.normal(size=4).astype(np.float32)}
    agrees(submission, reference, "clip_by_norm", single, 0.1, rtol=1e-6)
    huge = submission.clip_by_norm({"a": np.array([-3e200]), "b": np.array([-4e200])}, 5.0)
    equal(huge, {"a": np.array([-3.0]), "b": np.array([-4.0])}, "gradients of 1e200, clipped to 5")


@pytest.mark.task("clip_by_norm")
@pytest.mark.points(1.5)
@pytest.mark.promise("threshold-is-positive")
def test_threshold_is_positive(submission, rng):
    """A threshold that is 0, negative or NaN is an error."""
    for threshold in (0.0, -1.0, np.nan):
        gradients = {"a": rng.normal(size=2)}
        refuses(submission, "clip_by_norm", gradients, threshold, error=("ValueError",))
