import numpy as np


def attacked(x):
    return np.full_like(x, np.nan)
