import numpy as np


def attacked(x):
    return np.array(x, dtype=str)
