import numpy as np


def attacked(x):
    return np.sqrt(x**2 + 1).astype(object)
