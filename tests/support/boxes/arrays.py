"""Boxes: arrays that are none of NumPy's and never change, with the operators of the backend."""

import numpy as np

from framework.arrays import Arrays

OPERATORS = (
    *("add", "radd", "sub", "rsub", "mul", "rmul", "truediv", "rtruediv", "matmul"),
    *("pow", "neg", "abs", "eq", "lt", "le", "gt", "ge"),
)
METHODS = ("sum", "max", "mean", "reshape", "astype")


class Box:
    """An array that NumPy does not take for one, and that cannot be changed in place."""

    __array_ufunc__ = None
    __hash__ = None

    def __init__(self, values):
        self._values = np.asarray(values)

    shape = property(lambda self: self._values.shape)
    dtype = property(lambda self: self._values.dtype)
    T = property(lambda self: Box(self._values.T))

    def __array__(self, dtype=None, copy=None):
        raise TypeError("a Box is no array of NumPy: ask its Arrays")


def each(function, *operands):
    """A function of NumPy on boxes; NaN is no error here."""
    with np.errstate(invalid="ignore"):
        return Box(function(*map(_values, operands)))


def _values(operand):
    return operand._values if isinstance(operand, Box) else operand


def _method(name):
    def method(self, *operands, **settings):
        return Box(getattr(self._values, name)(*map(_values, operands), **settings))

    return method


for name in [*(f"__{operator}__" for operator in OPERATORS), *METHODS]:
    setattr(Box, name, _method(name))


class BoxArrays(Arrays):
    """No more than an `Arrays` must have."""

    def from_numpy(self, array):
        return Box(np.array(array))

    def to_numpy(self, native):
        return native._values.copy()

    def is_native(self, value):
        return isinstance(value, Box)
