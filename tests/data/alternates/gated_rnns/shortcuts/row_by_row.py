"""Plain dicts instead of `Model`, and one row after the other."""

import math

import numpy as np


class Around:
    def __init__(self, f):
        self.f = f
        self.parameters = {f"f.{name}": value for name, value in f.parameters.items()}
        self.gradients = {f"f.{name}": value for name, value in f.gradients.items()}

    def zero_gradients(self):
        self.f.zero_gradients()

    def train(self):
        self.f.train()

    def eval(self):
        self.f.eval()


class Residual(Around):
    def forward(self, x):
        change = self.f.forward(x)
        if change.shape != x.shape:
            raise ValueError("f changes the shape")
        return np.array([a + b for a, b in zip(x, change, strict=True)])

    def backward(self, grad_output):
        through = self.f.backward(grad_output)
        return np.array([a + b for a, b in zip(grad_output, through, strict=True)])


class DenseConnection(Around):
    def forward(self, x):
        self.size = x.shape[-1]
        columns = [*np.moveaxis(x, -1, 0), *np.moveaxis(self.f.forward(x), -1, 0)]
        return np.stack(columns, axis=-1)

    def backward(self, grad_output):
        columns = np.moveaxis(grad_output, -1, 0)
        right = np.moveaxis(columns[self.size :], 0, -1)
        left = np.moveaxis(columns[: self.size], 0, -1)
        return left + self.f.backward(right)


class Highway:
    def __init__(self, size, *, rng):
        self.size = size
        self.parameters = {
            "W_h": rng.normal(0, size**-0.5, (size, size)),
            "b_h": np.zeros(size),
            "W_t": rng.normal(0, size**-0.5, (size, size)),
            "b_t": np.zeros(size) - 2,
        }
        self.gradients = {name: 0 * value for name, value in self.parameters.items()}

    def zero_gradients(self):
        for gradient in self.gradients.values():
            gradient[...] = 0

    def train(self):
        pass

    def eval(self):
        pass

    def forward(self, x):
        if x.shape[-1] != self.size:
            raise ValueError("x has another number of features")
        self.rows, self.shape = x.reshape(-1, self.size).copy(), x.shape
        return np.array([self.row(x)[0] for x in self.rows]).reshape(x.shape)

    def row(self, x):
        p = self.parameters
        h = [max(a, 0.0) for a in p["W_h"].T @ x + p["b_h"]]
        z = p["W_t"].T @ x + p["b_t"]
        t = np.array([0.5 * (1 + math.tanh(0.5 * a)) for a in z])
        h = np.array(h)
        return x * (1 - t) + h * t, h, t

    def backward(self, grad_output):
        p, g = self.parameters, self.gradients
        found = []
        for x, grad in zip(self.rows, grad_output.reshape(-1, self.size), strict=True):
            _, h, t = self.row(x)
            da = grad * t * np.sign(h)
            dz = grad * (h - x) * t * (1 - t)
            g["W_h"] += np.outer(x, da)
            g["b_h"] += da
            g["W_t"] += np.outer(x, dz)
            g["b_t"] += dz
            found.append(grad * (1 - t) + p["W_h"] @ da + p["W_t"] @ dz)
        return np.array(found).reshape(self.shape)
