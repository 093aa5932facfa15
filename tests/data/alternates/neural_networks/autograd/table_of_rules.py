"""Names of operations on the tape, and one table with the derivatives of all."""

from dataclasses import dataclass, field

import numpy as np

RULES = {
    "add": lambda g, y, a, b: (g, g),
    "multiply": lambda g, y, a, b: (g * b, g * a),
    "matmul": lambda g, y, a, b: (g @ b.T, (g.T @ a).T),
    "exp": lambda g, y, a: (g * y,),
    "log": lambda g, y, a: (g / a,),
    "tanh": lambda g, y, a: (g - g * y * y,),
    "relu": lambda g, y, a: (np.where(y > 0, g, 0.0),),
    "total": lambda g, y, a: (np.ones_like(a) * g,),
}


def sum_to(gradient, shape):
    padded = (1,) * (gradient.ndim - len(shape)) + tuple(shape)
    axes = tuple(i for i, n in enumerate(padded) if n == 1)
    return gradient.sum(axis=axes, keepdims=True).reshape(shape)


class Tape:
    def __init__(self):
        self.values = []

    def value(self, data, rule="", *operands):
        self.values.append(Value(self, np.array(data, dtype=np.float64), rule, operands))
        return self.values[-1]

    def backward(self, output):
        gradients = {id(output): np.ones_like(output.data)}
        for value in self.values:
            value.grad = np.zeros_like(value.data)
        for value in reversed(self.values):
            value.grad = gradients.pop(id(value), value.grad)
            if value.rule:
                inputs = [operand.data for operand in value.operands]
                shares = RULES[value.rule](value.grad, value.data, *inputs)
                for operand, share in zip(value.operands, shares, strict=True):
                    share = sum_to(share, operand.data.shape)
                    gradients[id(operand)] = gradients.get(id(operand), 0) + share


@dataclass(eq=False)
class Value:
    tape: Tape
    data: np.ndarray
    rule: str = ""
    operands: tuple = ()
    grad: np.ndarray = field(init=False)

    def __post_init__(self):
        self.grad = np.zeros_like(self.data)

    def other(self, value):
        value = value if isinstance(value, Value) else self.tape.value(value)
        if value.tape is not self.tape:
            raise ValueError("a value of another tape")
        return value

    def add(self, other):
        other = self.other(other)
        return self.tape.value(np.add(self.data, other.data), "add", self, other)

    def multiply(self, other):
        other = self.other(other)
        return self.tape.value(np.multiply(self.data, other.data), "multiply", self, other)

    def matmul(self, other):
        other = self.other(other)
        if self.data.ndim != 2 or other.data.ndim != 2:
            raise ValueError("two matrices are needed")
        return self.tape.value(self.data.dot(other.data), "matmul", self, other)

    def exp(self):
        return self.tape.value(np.exp(self.data), "exp", self)

    def log(self):
        return self.tape.value(np.log(self.data), "log", self)

    def tanh(self):
        return self.tape.value(np.tanh(self.data), "tanh", self)

    def relu(self):
        return self.tape.value(self.data.clip(0), "relu", self)

    def total(self, axis=None):
        keep = axis is not None
        return self.tape.value(self.data.sum(axis=axis, keepdims=keep), "total", self)
