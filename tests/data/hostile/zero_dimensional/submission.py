import numpy as np


def attacked(x):
    return np.array(1.0)
