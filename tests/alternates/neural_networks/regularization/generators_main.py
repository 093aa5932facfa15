"""Sums over generators of entries; Fortran order in the gradients."""

import math

import numpy as np

from framework.interfaces import Penalty

print("regularization", end="")


def weights(parameters):
    for_all = {}
    for name in parameters:
        if len(np.shape(parameters[name])) > 1:
            for_all[name] = parameters[name]
    return for_all


def entries(parameters):
    for W in weights(parameters).values():
        yield from (float(w) for w in W.flat)


class L2Penalty(Penalty):
    def __init__(self, strength):
        if math.isnan(strength) or strength < 0:
            raise ValueError("strength must be at least 0")
        self.strength = strength

    def value(self, parameters):
        return self.strength * math.fsum(w * w for w in entries(parameters))

    def gradient(self, parameters):
        return {
            name: np.array(2 * self.strength * W, dtype=W.dtype, order="F")
            for name, W in weights(parameters).items()
        }


class L1Penalty(Penalty):
    def __init__(self, strength):
        if math.isnan(strength) or strength < 0:
            raise ValueError("strength must be at least 0")
        self.strength = strength

    def value(self, parameters):
        return self.strength * math.fsum(abs(w) for w in entries(parameters))

    def gradient(self, parameters):
        result = {}
        for name, W in weights(parameters).items():
            signs = np.zeros_like(W, order="F")
            signs[W > 0] = self.strength
            signs[W < 0] = -self.strength
            result[name] = signs
        return result


if __name__ == "__main__":
    print(L1Penalty(1.0).gradient({"W": np.eye(2)}))
