"""The arrays of a backend: how they are made, and which are in force.

A model asks the arrays in force for storage, zeros, copies and dtypes, so that its own code names
no array library. They are NumPy's unless something is built for another backend.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any

import numpy as np
import numpy.typing as npt

Array = npt.NDArray[Any]


class Arrays(ABC):
    """A backend's own arrays: how they are made from NumPy's and turned back.

    The abstract methods are all that a backend has to write. The others are written over them,
    through NumPy; a backend overrides those that its library does better.
    """

    @abstractmethod
    def from_numpy(self, array: Array) -> Any:
        """A native array of the same dtype, shape and values; never shares memory with `array`."""

    @abstractmethod
    def to_numpy(self, native: Any) -> Array:
        """A NumPy copy of a native array."""

    @abstractmethod
    def assign(self, target: Any, array: Array) -> None:
        """Copy `array` into the native array `target`, in place."""

    @abstractmethod
    def is_native(self, value: object) -> bool:
        """Whether `value` is one of the backend's arrays."""

    def asarray(self, value: Any) -> Any:
        """Return `value` itself if it is native, else a native array of its values."""
        return value if self.is_native(value) else self.from_numpy(np.asarray(value))

    def zeros_like(self, native: Any) -> Any:
        """A native array of zeros in the shape and dtype of `native`."""
        return self.from_numpy(np.zeros_like(self.to_numpy(native)))

    def fill_zero(self, natives: Iterable[Any]) -> None:
        """Set every entry of each of `natives` to zero, in place."""
        for native in natives:
            self.assign(native, np.zeros_like(self.to_numpy(native)))

    def astype(self, native: Any, dtype: npt.DTypeLike) -> Any:
        """A native array of the values of `native` in `dtype`."""
        return self.from_numpy(self.to_numpy(native).astype(dtype))

    def generator(self, seed: int | Sequence[int]) -> np.random.Generator:
        """A random generator for models in training: of initial weights, and of dropout masks.

        What its own methods draw is what ``numpy.random.default_rng(seed)`` draws. A backend may
        return a subclass that its models draw masks from on their device.
        """
        return np.random.default_rng(seed)

    def generator_state(self, generator: np.random.Generator) -> dict[str, Any]:
        """The state of a `generator` of these arrays, in values that JSON can say."""
        return dict(generator.bit_generator.state)

    def restore_generator(self, generator: np.random.Generator, state: Mapping[str, Any]) -> None:
        """Let `generator`, which models may hold, go on from a `generator_state`."""
        generator.bit_generator.state = dict(state)


class NumpyArrays(Arrays):
    """NumPy's own arrays: native already."""

    def from_numpy(self, array: Array) -> Array:
        """Return a copy of `array`."""
        return array.copy()

    def to_numpy(self, native: Array) -> Array:
        """Return a copy of `native` as a plain array."""
        return np.array(native, copy=True, subok=False)

    def assign(self, target: Array, array: Array) -> None:
        """Copy `array` into `target`."""
        target[...] = array

    def is_native(self, value: object) -> bool:
        """Whether `value` is a NumPy array."""
        return isinstance(value, np.ndarray)

    def zeros_like(self, native: Array) -> Array:
        """Zeros in the shape and dtype of `native`."""
        return np.zeros_like(native)

    def fill_zero(self, natives: Iterable[Array]) -> None:
        """Set every entry of each of `natives` to zero, in place."""
        for native in natives:
            native.fill(0)

    def astype(self, native: Array, dtype: npt.DTypeLike) -> Array:
        """A copy of `native` in `dtype`."""
        return native.astype(dtype)


_in_force: ContextVar[Arrays] = ContextVar("arrays_in_force", default=NumpyArrays())  # noqa: B039


def current_arrays() -> Arrays:
    """The arrays in force: NumPy's outside of every `arrays_in_force`."""
    return _in_force.get()


@contextmanager
def arrays_in_force(arrays: Arrays) -> Iterator[None]:
    """Within the block, models are built on `arrays`."""
    token = _in_force.set(arrays)
    try:
        yield
    finally:
        _in_force.reset(token)
