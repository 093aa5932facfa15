"""Gradient clipping: shorter gradients of the same direction (CS224n lecture 7, 2.1 to 2.3)."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from framework.interfaces import Array, Parameters


def clip_by_norm(gradients: Mapping[str, Array], threshold: float) -> Parameters:
    """Return new arrays, of the same forms, whose common norm is at most `threshold`.

    Args:
        gradients: name -> array of any shape. Not modified.

    Raises: ValueError if an entry is not finite, or `threshold` is not positive.
    """
    # TODO: the norm of all arrays together, without overflow; one factor for all of them
    raise NotImplementedError
