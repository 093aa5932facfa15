import numpy as np


def attacked(x):
    return np.ma.masked_array(np.zeros_like(x), mask=True)
