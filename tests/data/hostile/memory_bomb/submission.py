import numpy as np

blocks = []


def attacked(x):
    while True:
        blocks.append(np.zeros(4 << 20))
