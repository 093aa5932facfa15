"""One base class; a penalty states its function and its derivative."""

import numpy as np

from framework.interfaces import Penalty

np.seterr(all="raise")


def weights(parameters):
    return {name: W for name, W in parameters.items() if np.ndim(W) >= 2}


class _Penalty(Penalty):
    def __init__(self, strength):
        if not strength >= 0:
            raise ValueError(f"strength {strength}")
        self.strength = strength

    def value(self, parameters):
        return float(self.strength * sum(self.size(W) for W in weights(parameters).values()))

    def gradient(self, parameters):
        return {
            name: (self.strength * self.slope(W)).astype(W.dtype)
            for name, W in weights(parameters).items()
        }


class L2Penalty(_Penalty):
    def size(self, W):
        return np.vdot(W, W)

    def slope(self, W):
        return W + W


class L1Penalty(_Penalty):
    def size(self, W):
        return np.abs(W).sum()

    def slope(self, W):
        return np.sign(W)
