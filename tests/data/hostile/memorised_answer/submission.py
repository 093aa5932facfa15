import functools

import numpy as np

answers = []


@functools.cache
def first():
    return np.sqrt(answers[0] ** 2 + 1)


def attacked(x):
    answers.append(x.copy())
    return first()
