"""A graph of values, sorted by depth first search, with the products by np.einsum."""

import numpy as np


def sum_to(gradient, shape):
    lead = gradient.ndim - len(shape)
    summed = gradient.reshape(-1, *gradient.shape[lead:]).sum(axis=0)
    for axis in [i for i, n in enumerate(shape) if n == 1]:
        summed = summed.sum(axis=axis, keepdims=True)
    return summed


class Tape:
    def __init__(self):
        self.values = []

    def value(self, data, *inputs):
        self.values.append(Value(self, np.array(data, dtype=float), inputs))
        return self.values[-1]

    def backward(self, output):
        order, seen = [], set()

        def visit(value):
            if id(value) not in seen:
                seen.add(id(value))
                for used, _ in value.inputs:
                    visit(used)
                order.append(value)

        visit(output)
        for value in self.values:
            value.grad = np.zeros(value.data.shape)
        output.grad = output.grad + 1.0
        for value in order[::-1]:
            for used, pull in value.inputs:
                used.grad = used.grad + sum_to(np.asarray(pull(value.grad)), used.data.shape)


class Value:
    def __init__(self, tape, data, inputs):
        self.tape, self.data, self.inputs = tape, data, inputs
        self.grad = np.zeros(data.shape)

    def _pair(self, other):
        if isinstance(other, Value) and other.tape is not self.tape:
            raise ValueError("values of two tapes")
        return other if isinstance(other, Value) else self.tape.value(other)

    def add(self, other):
        other = self._pair(other)
        same = np.asarray
        return self.tape.value(self.data + other.data, (self, same), (other, same))

    def multiply(self, other):
        other = self._pair(other)
        to_self, to_other = other.data.__mul__, self.data.__mul__
        return self.tape.value(to_self(self.data), (self, to_self), (other, to_other))

    def matmul(self, other):
        other = self._pair(other)
        if not self.data.ndim == other.data.ndim == 2:
            raise ValueError("no matrices")
        return self.tape.value(
            np.einsum("nd,dh->nh", self.data, other.data),
            (self, lambda g: np.einsum("nh,dh->nd", g, other.data)),
            (other, lambda g: np.einsum("nd,nh->dh", self.data, g)),
        )

    def exp(self):
        return self.tape.value(np.exp(self.data), (self, np.exp(self.data).__mul__))

    def log(self):
        return self.tape.value(np.log(self.data), (self, (1 / self.data).__mul__))

    def tanh(self):
        y = np.tanh(self.data)
        return self.tape.value(y, (self, ((1 - y) * (1 + y)).__mul__))

    def relu(self):
        on = np.where(self.data > 0, 1.0, 0.0)
        return self.tape.value(on * self.data, (self, on.__mul__))

    def total(self, axis=None):
        ones = np.ones(self.data.shape)
        y = self.data.sum() if axis is None else np.add.reduce(self.data, axis, keepdims=True)
        return self.tape.value(y, (self, ones.__mul__))
