"""The arrays of a backend, and the choice of the current arrays.

A model asks the arrays in force for storage, zeros, copies and dtypes, so that its own code names
no array library. They are NumPy's arrays unless a model is built for another backend.
"""

from __future__ import annotations

import math
from abc import ABC, abstractmethod
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, contextmanager
from contextvars import ContextVar
from functools import partial
from typing import TYPE_CHECKING, Any, TypeVar

import numpy as np

from framework.errors import BadInputError

if TYPE_CHECKING:
    from numpy.typing import DTypeLike

T = TypeVar("T")
Array = np.ndarray[tuple[Any, ...], np.dtype[Any]]


class Arrays(ABC):
    """The arrays of a backend, with conversions from and to NumPy arrays.

    A backend must implement the abstract methods. The other methods use them and NumPy; a backend
    may override them with faster ones.
    """

    @abstractmethod
    def from_numpy(self, array: Array) -> Any:
        """Return a native copy of `array`: same dtype, shape and values, and no shared memory."""

    @abstractmethod
    def to_numpy(self, native: Any) -> Array:
        """Return a NumPy copy of a native array."""

    @abstractmethod
    def assign(self, target: Any, array: Array) -> None:
        """Copy `array` into the native array `target`, in place."""

    @abstractmethod
    def is_native(self, value: object) -> bool:
        """Return whether `value` is one of the backend's arrays."""

    def asarray(self, value: Any) -> Any:
        """Return `value` itself if it is native, else a native array of its values."""
        return value if self.is_native(value) else self.from_numpy(np.asarray(value))

    def zeros_like(self, native: Any) -> Any:
        """Return a native array of zeros in the shape and dtype of `native`."""
        return self.from_numpy(np.zeros_like(self.to_numpy(native)))

    def fill_zero(self, natives: Iterable[Any]) -> None:
        """Set every entry of each of `natives` to zero, in place."""
        for native in natives:
            self.assign(native, np.zeros_like(self.to_numpy(native)))

    def scale(self, natives: Iterable[Any], factor: float = 1, clip: float | None = None) -> None:
        """Multiply all arrays by `factor`, and limit their global norm to `clip`, in place.

            x · f · min(1, clip / ‖f x‖),    ‖x‖² = Σ over all entries of all arrays

        Args:
            natives: the arrays, as the gradients of a model.
            factor: f, positive.
            clip: maximum norm, positive; None: no limit.

        Raises:
            BadInputError: the norm is not finite. A backend that does not wait for its device may
                leave entries that are not finite instead.

        Source: Pascanu et al. 2013, algorithm 1; lecture 7.
        """
        natives = list(natives)
        copies = [self.to_numpy(native) for native in natives]
        scale = _scale_factor(copies, factor, clip)
        for native, copy in zip(natives, copies, strict=True):
            self.assign(native, copy * scale)

    def add_multiple(self, natives: Iterable[Any], others: Iterable[Any], factor: float) -> None:
        """Add `factor` times each of `others` to the array at its place in `natives`, in place."""
        for native, other in zip(natives, others, strict=True):
            self.assign(native, self.to_numpy(native) + factor * self.to_numpy(other))

    def astype(self, native: Any, dtype: DTypeLike) -> Any:
        """Return a native array of the values of `native` in `dtype`."""
        return self.from_numpy(self.to_numpy(native).astype(dtype))

    def generator(self, seed: int | Sequence[int]) -> np.random.Generator:
        """Return a random generator for the initial weights and dropout masks of a model.

        Its methods draw the numbers of ``numpy.random.default_rng(seed)``. A backend may return a
        subclass that draws masks on the device of its models.
        """
        return np.random.default_rng(seed)

    def generator_state(self, generator: np.random.Generator) -> dict[str, Any]:
        """Return the state of a `generator` of these arrays, as values that JSON can represent."""
        return dict(generator.bit_generator.state)

    def restore_generator(self, generator: np.random.Generator, state: Mapping[str, Any]) -> None:
        """Set `generator`, which models may keep, to a `generator_state`."""
        generator.bit_generator.state = dict(state)


class NumpyArrays(Arrays):
    """NumPy's arrays, which are native already."""

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
        """Return whether `value` is a NumPy array."""
        return isinstance(value, np.ndarray)

    def zeros_like(self, native: Array) -> Array:
        """Zeros in the shape and dtype of `native`."""
        return np.zeros_like(native)

    def fill_zero(self, natives: Iterable[Array]) -> None:
        """Set every entry of each of `natives` to zero, in place."""
        for native in natives:
            native.fill(0)

    def scale(self, natives: Iterable[Array], factor: float = 1, clip: float | None = None) -> None:
        """Multiply all arrays by `factor`, and limit their global norm, in place."""
        scale = _scale_factor(natives := list(natives), factor, clip)
        if scale != 1:
            for native in natives:
                native *= scale

    def add_multiple(
        self, natives: Iterable[Array], others: Iterable[Array], factor: float
    ) -> None:
        """Add `factor` times each of `others` to the array at its place in `natives`, in place."""
        for native, other in zip(natives, others, strict=True):
            native += factor * other

    def astype(self, native: Array, dtype: DTypeLike) -> Array:
        """Return a copy of `native` in `dtype`."""
        return native.astype(dtype)


def _scale_factor(arrays: Sequence[Array], factor: float, clip: float | None) -> float:
    """Return what the arrays are multiplied by: see `Arrays.scale`."""
    if clip is None:
        return factor
    vectors = (array.reshape(-1) for array in arrays)  # a dot product needs no array of squares
    norm = factor * math.sqrt(sum(float(vector @ vector) for vector in vectors))
    if not math.isfinite(norm):
        raise BadInputError(f"the norm of the gradients is {norm}: try a smaller learning rate")
    return factor * min(1.0, clip / norm) if norm else factor


_in_force: ContextVar[Arrays] = ContextVar("arrays_in_force", default=NumpyArrays())  # noqa: B039


def current_arrays() -> Arrays:
    """Return the arrays in force: NumPy's outside of every `arrays_in_force`."""
    return _in_force.get()


@contextmanager
def set_in_block(variable: ContextVar[T], value: T) -> Iterator[None]:
    """Within the block, `variable` has the value `value`."""
    token = variable.set(value)
    try:
        yield
    finally:
        variable.reset(token)


#: ``with arrays_in_force(arrays):`` builds the models of the block on `arrays`.
arrays_in_force: Callable[[Arrays], AbstractContextManager[None]] = partial(set_in_block, _in_force)
