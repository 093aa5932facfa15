import sys


def attacked(x):
    return (value for value in x)


def Layer(inputs, outputs, *, rng):  # noqa: N802 - it stands for a class
    return sys


def honest(x):
    return type(x)
