import numpy as np

from framework.interfaces import Model


def attacked(x):
    values = np.sqrt(x**2 + 1)[::-1, ::-1].copy(order="F")[::-1, ::-1]
    values.flags.writeable = False
    return values


class Layer(Model):
    def __init__(self, inputs, outputs, *, rng):
        super().__init__()
        self.add_parameter("W", rng.normal(size=(outputs, inputs)).T)

    def forward(self, x):
        self.x = x
        return (x @ self.parameters["W"])[::-1].copy()[::-1]

    def backward(self, grad_output):
        self.gradients["W"] += self.x.T @ grad_output
        wide = np.zeros((len(grad_output), 9))
        wide[:, 1::2] = grad_output @ self.parameters["W"].T
        return wide[:, 1::2]


def honest(x):
    return np.broadcast_to(3 * x, (2, 7))[1].view(np.memmap)
