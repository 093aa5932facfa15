"""One neuron, one input at a time."""

import math

import numpy as np


def one_sigmoid(z):
    if z != z:
        return math.nan
    return 1 / (1 + math.exp(-z)) if z > 0 else math.exp(z) / (1 + math.exp(z))


def sigmoid(z):
    a = np.empty_like(z)
    for index in np.ndindex(z.shape):
        a[index] = one_sigmoid(float(z[index]))
    return a


def neuron(x, w, b):
    if x.shape[-1] != len(w):
        raise ValueError("as many weights as inputs")
    sums = np.empty(x.shape[:-1])
    for index in np.ndindex(sums.shape):
        sums[index] = sum(w[i] * x[index][i] for i in range(len(w))) + b
    return sigmoid(sums)


class Affine:
    def __init__(self, input_size, output_size, *, rng):
        self.parameters = {
            "W": rng.normal(scale=input_size**-0.5, size=(input_size, output_size)),
            "b": np.zeros(output_size),
        }
        self.gradients = {name: np.zeros_like(value) for name, value in self.parameters.items()}

    def astype(self, dtype):
        for arrays in (self.parameters, self.gradients):
            for name in arrays:
                arrays[name] = arrays[name].astype(dtype)

    def zero_gradients(self):
        for gradient in self.gradients.values():
            gradient[...] = 0

    def forward(self, x):
        W, b = self.parameters["W"], self.parameters["b"]
        if x.shape[-1] != len(W):
            raise ValueError("x does not fit")
        self.x = x.copy()
        z = np.empty((*x.shape[:-1], len(b)), x.dtype)
        for index in np.ndindex(x.shape[:-1]):
            for j in range(len(b)):
                z[(*index, j)] = b[j] + sum(x[index][i] * W[i, j] for i in range(len(W)))
        return z

    def backward(self, grad_output):
        W = self.parameters["W"]
        grad_x = np.zeros_like(self.x)
        for index in np.ndindex(self.x.shape[:-1]):
            self.gradients["W"] += np.outer(self.x[index], grad_output[index])
            self.gradients["b"] += grad_output[index]
            grad_x[index] = W.dot(grad_output[index])
        return grad_x
