"""Automatic differentiation: a tape of operations, and one pass back over it.

Source: CS224n notes part III, section 1.5; Wengert (1964); Karpathy, micrograd (2020).
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from framework.interfaces import Array

#: Turns the gradient of an operation's result into that of one of its inputs.
Pull = Callable[[Array], Array]


def sum_to(gradient: Array, shape: tuple[int, ...]) -> Array:
    """Return `gradient` summed to `shape`, over the axes along which NumPy repeated an array.

    Args:
        gradient: of the repeated array. Not modified.
        shape: of the array before broadcasting: axes may be missing on the left, or have length 1.
    """
    # BEGIN SOLUTION: sum over the missing axes, and over those of length 1
    missing = gradient.ndim - len(shape)
    axes = [*range(missing), *(missing + i for i, n in enumerate(shape) if n == 1)]
    return np.sum(gradient, axis=tuple(axes)).reshape(shape)
    # END SOLUTION


class Tape:
    """The values of a computation in the order in which they were computed.

    Attribute `values`: the list of all `Value` objects, inputs first.
    """

    def __init__(self) -> None:
        self.values: list[Value] = []

    def value(self, data: Any, *inputs: tuple[Value, Pull]) -> Value:
        """Given: put a number or an array on the tape, and return its `Value`.

        Args:
            data: converted to float64; a copy.
            inputs: the values that it was computed from, each with its `Pull`; none for an input.
        """
        self.values.append(Value(self, np.array(data, np.float64), inputs))
        return self.values[-1]

    def backward(self, output: Value) -> None:
        """Set `grad` of every value on the tape to the gradient of the sum of `output`.

        A value on which `output` does not depend gets zeros. Every call starts anew.
        """
        # BEGIN SOLUTION: zeros, ones for the output, then the values in reverse order
        for value in self.values:
            value.grad = np.zeros_like(value.data)
        output.grad = np.ones_like(output.data)
        for value in reversed(self.values):  # all users of a value stand after it
            for used, pull in value.inputs:
                used.grad = used.grad + sum_to(pull(value.grad), used.data.shape)
        # END SOLUTION


class Value:
    """A number or an array on a tape. An operation on it puts its result on the same tape.

    Other operands may be values of the same tape, numbers or arrays.

    Attributes:
        data: float64 `(...)`. Operations do not change it.
        grad: the gradient of an output, in the shape of `data`, after `Tape.backward`.
    """

    def __init__(self, tape: Tape, data: Array, inputs: tuple[tuple[Value, Pull], ...]) -> None:
        self.tape, self.data, self.inputs = tape, data, inputs
        self.grad = np.zeros_like(data)

    def add(self, other: Value | float | Array) -> Value:
        """Return self + other, with NumPy's broadcasting."""
        # BEGIN SOLUTION
        other = self._on_tape(other)
        return self.tape.value(self.data + other.data, (self, lambda g: g), (other, lambda g: g))
        # END SOLUTION

    def multiply(self, other: Value | float | Array) -> Value:
        """Return self · other, entry by entry, with NumPy's broadcasting."""
        # BEGIN SOLUTION
        # d(ab) = b da + a db
        other = self._on_tape(other)
        a, b = self.data, other.data
        return self.tape.value(a * b, (self, lambda g: g * b), (other, lambda g: g * a))
        # END SOLUTION

    def matmul(self, other: Value | Array) -> Value:
        """Return the product of the matrices self `(N, D)` and other `(D, H)`.

        Raises: ValueError if an operand has not two axes, or the sizes do not fit.
        """
        other = self._on_tape(other)
        if self.data.ndim != 2 or other.data.ndim != 2 or len(self.data.T) != len(other.data):
            got = f"{self.data.shape} and {other.data.shape}"
            raise ValueError(f"matmul needs shapes (N, D) and (D, H), but got {got}")
        # BEGIN SOLUTION
        # y_ij = Σ_k a_ik b_kj: a_ik gets Σ_j g_ij b_kj, and b_kj gets Σ_i a_ik g_ij
        a, b = self.data, other.data
        return self.tape.value(a @ b, (self, lambda g: g @ b.T), (other, lambda g: a.T @ g))
        # END SOLUTION

    def exp(self) -> Value:
        """Return exp(self), entry by entry."""
        # BEGIN SOLUTION
        # exp' = exp
        y = np.exp(self.data)
        return self.tape.value(y, (self, lambda g: g * y))
        # END SOLUTION

    def log(self) -> Value:
        """Return the natural logarithm of self, entry by entry."""
        # BEGIN SOLUTION
        return self.tape.value(np.log(self.data), (self, lambda g: g / self.data))
        # END SOLUTION

    def tanh(self) -> Value:
        """Return tanh(self), entry by entry."""
        # BEGIN SOLUTION
        # tanh' = 1 − tanh²
        y = np.tanh(self.data)
        return self.tape.value(y, (self, lambda g: g * (1.0 - y**2)))
        # END SOLUTION

    def relu(self) -> Value:
        """Return max(self, 0), entry by entry; its derivative at 0 is 0."""
        # BEGIN SOLUTION
        return self.tape.value(np.maximum(self.data, 0.0), (self, lambda g: g * (self.data > 0)))
        # END SOLUTION

    def total(self, axis: int | None = None) -> Value:
        """Return the sum of all entries, or along `axis`, which stays with length 1."""
        # BEGIN SOLUTION
        # every entry counts once in its sum
        y = np.sum(self.data, axis=axis, keepdims=axis is not None)
        return self.tape.value(y, (self, lambda g: np.broadcast_to(g, self.data.shape)))
        # END SOLUTION

    def _on_tape(self, other: Value | float | Array) -> Value:
        """Given: return `other` as a value of this tape; ValueError if it is on another one."""
        if not isinstance(other, Value):
            return self.tape.value(other)
        if other.tape is not self.tape:
            raise ValueError("both values of an operation must be on one tape")
        return other

    __array_ufunc__ = None  # so that `array + value` calls __radd__

    # Given: x + y, x * y, x @ y, -x and x - y call the methods above.
    def __add__(self, other: Value | float | Array) -> Value:
        return self.add(other)

    def __mul__(self, other: Value | float | Array) -> Value:
        return self.multiply(other)

    def __matmul__(self, other: Value | Array) -> Value:
        return self.matmul(other)

    def __neg__(self) -> Value:
        return self.multiply(-1.0)

    def __sub__(self, other: Value | float | Array) -> Value:
        return self.add(-other)

    __radd__, __rmul__ = __add__, __mul__
