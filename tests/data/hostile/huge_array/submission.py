import numpy as np


def attacked(x):
    return np.zeros(1 << 26)
