"""Two passes with a scale, as BLAS computes a norm; a subclass of dict as the result."""

from collections import OrderedDict

import numpy as np


class _Norm:
    """‖g‖ of all entries that were added, without overflow."""

    def __init__(self):
        self.scale, self.squares = 0.0, 0.0

    def add(self, array):
        for entry in np.abs(array).ravel().astype(float):
            if not np.isfinite(entry):
                raise ValueError("an entry is not finite")
            if entry > self.scale:
                self.squares = 1 + self.squares * (self.scale / entry) ** 2
                self.scale = entry
            elif entry > 0:
                self.squares += (entry / self.scale) ** 2

    @property
    def value(self):
        return self.scale * self.squares**0.5


def clip_by_norm(gradients, threshold):
    if not threshold > 0:
        raise ValueError("threshold")
    norm = _Norm()
    for gradient in gradients.values():
        norm.add(gradient)
    if norm.value <= threshold:
        return OrderedDict((name, np.copy(g)) for name, g in gradients.items())
    return OrderedDict(
        (name, np.multiply(g, threshold / norm.value).astype(g.dtype))
        for name, g in gradients.items()
    )
