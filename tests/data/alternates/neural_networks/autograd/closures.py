"""Closures that add to the gradients of the operands, as micrograd has them."""

import numpy as np


def sum_to(gradient, shape):
    while gradient.ndim > len(shape):
        gradient = gradient.sum(axis=0)
    for axis, length in enumerate(shape):
        if length == 1:
            gradient = gradient.sum(axis=axis, keepdims=True)
    return np.array(gradient)


class Tape:
    def __init__(self):
        self.values = []

    def value(self, data, step=None):
        new = Value(self, np.array(data, float), step)
        self.values.append(new)
        return new

    def backward(self, output):
        for value in self.values:
            value.grad = np.zeros(value.data.shape)
        output.grad = np.ones(output.data.shape)
        for value in self.values[::-1]:
            if value.step is not None:
                value.step(value.grad)


class Value:
    def __init__(self, tape, data, step):
        self.tape, self.data, self.step = tape, data, step
        self.grad = np.zeros(data.shape)

    def receive(self, gradient):
        self.grad = self.grad + sum_to(gradient, self.data.shape)

    def lift(self, other):
        if not isinstance(other, Value):
            return self.tape.value(other)
        if other.tape is not self.tape:
            raise ValueError("two tapes")
        return other

    def add(self, other):
        other = self.lift(other)

        def step(g):
            self.receive(g)
            other.receive(g)

        return self.tape.value(self.data + other.data, step)

    def multiply(self, other):
        other = self.lift(other)

        def step(g):
            self.receive(g * other.data)
            other.receive(g * self.data)

        return self.tape.value(self.data * other.data, step)

    def matmul(self, other):
        other = self.lift(other)
        if (self.data.ndim, other.data.ndim) != (2, 2):
            raise ValueError("matmul is for matrices")

        def step(g):
            self.receive(np.einsum("nh,dh->nd", g, other.data))
            other.receive(np.einsum("nd,nh->dh", self.data, g))

        return self.tape.value(np.matmul(self.data, other.data), step)

    def map(self, result, slope):
        return self.tape.value(result, lambda g: self.receive(g * slope))

    def exp(self):
        return self.map(np.exp(self.data), np.exp(self.data))

    def log(self):
        return self.map(np.log(self.data), 1 / self.data)

    def tanh(self):
        return self.map(np.tanh(self.data), 1 / np.cosh(self.data) ** 2)

    def relu(self):
        return self.map(self.data * (self.data > 0), (self.data > 0).astype(float))

    def total(self, axis=None):
        result = self.data.sum() if axis is None else self.data.sum(axis=axis, keepdims=True)
        return self.tape.value(result, lambda g: self.receive(g + np.zeros(self.data.shape)))
