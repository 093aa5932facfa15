import numpy as np

from framework.interfaces import Model


class Layer(Model):
    def __init__(self, size, *, rng):
        super().__init__()
        self.add_parameter("W", rng.normal(size=(size, size)))

    def forward(self, x):
        print("forward", x.shape)
        return x @ self.parameters["W"]


def double(x):
    return 2 * x


def fails(x):
    helper(x)


def helper(x):
    raise ValueError("no good")


def todo(x):
    raise NotImplementedError


def spin():
    print("spins", flush=True)
    while True:
        pass


def leave():
    import os

    os._exit(0)


def segfault():
    import ctypes

    ctypes.string_at(0)


def hog():
    return np.ones(1 << 34, dtype=np.uint8)


def flood():
    for i in range(200_000):
        print("line", i)


def odd():
    return np.array([object()])
