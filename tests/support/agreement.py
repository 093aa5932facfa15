"""Results on torch tensors agree with those on NumPy's arrays."""

import numpy as np


def close(actual, expected, rtol=1e-9, atol=1e-12):
    """Compare a tensor, or a tuple of tensors, with the arrays that are expected."""
    if isinstance(expected, tuple):
        assert len(actual) == len(expected)
        for tensor, array in zip(actual, expected, strict=True):
            close(tensor, array, rtol, atol)
    else:
        np.testing.assert_allclose(actual.numpy(), expected, rtol=rtol, atol=atol)


def same_gradients(ours, theirs, **tolerances):
    """Compare the gradients of two models, in order."""
    assert list(ours.gradients) == list(theirs.gradients)
    for name, gradient in theirs.gradients.items():
        close(ours.gradients[name], gradient, **tolerances)
