import numpy as np


def attacked(x):
    return np.zeros(x.shape, "f8,f8")
