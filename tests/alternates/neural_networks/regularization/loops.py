"""Entry by entry."""

import numpy as np


class L2Penalty:
    def __init__(self, strength):
        self.strength = strength

    def value(self, parameters):
        total = 0.0
        for array in parameters.values():
            if array.ndim > 1:
                for w in array.flat:
                    total += self.strength * float(w) * float(w)
        return total

    def gradient(self, parameters):
        return self.by_entry(parameters, lambda w: 2 * self.strength * w)

    @staticmethod
    def by_entry(parameters, slope):
        found = {}
        for name, array in parameters.items():
            if array.ndim > 1:
                found[name] = np.empty_like(array)
                for place, w in np.ndenumerate(array):
                    found[name][place] = slope(w)
        return found


class L1Penalty(L2Penalty):
    def value(self, parameters):
        weights = (array for array in parameters.values() if array.ndim > 1)
        return self.strength * sum(abs(float(w)) for array in weights for w in array.flat)

    def gradient(self, parameters):
        return self.by_entry(parameters, lambda w: self.strength * (int(w > 0) - int(w < 0)))
