"""Warnings of NumPy are errors; rows are flattened to two axes and back."""

import numpy as np

from framework.interfaces import Model

np.seterr(all="raise", under="ignore")


def sigmoid(z):
    z = np.asarray(z)
    exponential = np.exp(-np.abs(z))
    return np.where(z >= 0, 1, exponential) / (1 + exponential)


def neuron(x, w, b):
    if x.shape[-1:] != w.shape:
        raise ValueError("inputs and weights differ in length")
    return sigmoid(np.sum(x * w, axis=-1) + b)


class Affine(Model):
    def __init__(self, input_size, output_size, *, rng):
        super().__init__()
        self.input_size = input_size
        self.output_size = output_size
        self.add_parameter("W", rng.standard_normal((input_size, output_size)) / input_size**0.5)
        self.add_parameter("b", np.zeros(output_size))

    def forward(self, x):
        if x.shape[-1:] != (self.input_size,):
            raise ValueError(f"{x.shape} does not end with {self.input_size}")
        self.leading = x.shape[:-1]
        self.rows = np.array(x.reshape(-1, self.input_size))
        z = self.rows @ self.parameters["W"] + self.parameters["b"]
        return z.reshape(*self.leading, self.output_size)

    def backward(self, grad_output):
        delta = grad_output.reshape(-1, self.output_size)
        self.gradients["W"] += self.rows.T @ delta
        self.gradients["b"] += np.sum(delta, axis=0)
        return (delta @ self.parameters["W"].T).reshape(*self.leading, self.input_size)
