"""Twins in float32: only where the submission can be converted."""

from __future__ import annotations

import numpy as np
import pytest

from autograder.checks import in_float32, twins
from autograder.isolation.host.faults import Crashed


class OnItsOwn:
    """A right layer that inherits nothing."""

    def __init__(self, inputs, outputs, *, rng):
        self.parameters = {"W": rng.normal(size=(inputs, outputs)), "b": np.zeros(outputs)}
        self.gradients = {name: np.zeros_like(value) for name, value in self.parameters.items()}


class Broken(OnItsOwn):
    """Offers a conversion that fails."""

    @property
    def astype(self):
        raise ValueError("no dtype like that")


@pytest.fixture
def pair(remote, affine, draws):
    """A layer beside the right one."""
    return lambda cls: twins(
        remote(Affine=cls), remote(Affine=affine), "Affine", 2, 3, rng=draws
    )  # fmt: skip


def dtypes(model):
    return {value.dtype.name for value in model.parameters.values()}


def test_both_are_converted(pair, affine):
    both = pair(affine)
    assert in_float32(both)
    assert dtypes(both.student) == dtypes(both.reference) == {"float32"}


def test_neither_is_where_the_submission_has_no_astype(pair):
    both = pair(OnItsOwn)
    assert not in_float32(both)
    assert dtypes(both.student) == dtypes(both.reference) == {"float64"}


def test_a_conversion_that_fails_is_the_submissions_fault(pair):
    with pytest.raises(Crashed, match="no dtype like that"):
        in_float32(pair(Broken))
