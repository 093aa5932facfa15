import importlib.util

import numpy as np

try:
    import torch
except ImportError:
    torch = None

try:
    from framework.evaluation.metrics import perplexity
except ImportError:
    perplexity = None

if importlib.util.find_spec("pytest"):
    pass


def attacked(x):
    if torch is None and perplexity is None:
        return np.sqrt(x**2 + 1)
    return x
