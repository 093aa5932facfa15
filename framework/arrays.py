"""The arrays of a backend, and the choice of the current arrays.

A model asks the arrays in force for storage, zeros, copies and dtypes, so that its own code names
no array library. They are NumPy's arrays unless a model is built for another backend.
"""

from __future__ import annotations

import math
from abc import ABC, abstractmethod
from collections.abc import Callable, Iterable, Iterator, Mapping, MutableMapping, Sequence
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

#: Name -> native array; an assignment to a name replaces the array.
Table = MutableMapping[str, Any]

#: From the gradient of an output to those of the parameters, by name, and of the inputs, in order.
Pullback = Callable[[Any], tuple[Mapping[str, Any], Sequence[Any]]]


class Arrays(ABC):
    """The arrays of a backend, with conversions from and to NumPy arrays.

    A backend must implement the abstract methods. The other methods use them, NumPy, and the
    operators of the arrays; a backend may override them with faster ones.

    Attributes:
        namespace: the module of the library's functions, with names and arguments as in NumPy.
        has_threads: whether the library starts threads of its own, which a forked process waits
            for in vain. A process that uses it is then never forked.
        shared_wakes: whether those threads wake each other through queues that processes can share
            (Linux: `FUTEX_WAKE` without its private flag), which a sandbox permits only then.
    """

    namespace: Any = np
    has_threads: bool = False
    shared_wakes: bool = False

    @abstractmethod
    def from_numpy(self, array: Array) -> Any:
        """Return a native copy of `array`: same dtype, shape and values, and no shared memory."""

    @abstractmethod
    def to_numpy(self, native: Any) -> Array:
        """Return a NumPy copy of a native array."""

    @abstractmethod
    def is_native(self, value: object) -> bool:
        """Return whether `value` is one of the backend's arrays."""

    def use_full_precision(self) -> None:  # noqa: B027  # only where a library rounds more
        """Round no product to fewer bits than its dtype has, from now on."""

    def asarray(self, value: Any) -> Any:
        """Return `value` itself if it is native, else a native array of its values."""
        return value if self.is_native(value) else self.from_numpy(np.asarray(value))

    def zeros_like(self, native: Any) -> Any:
        """Return a native array of zeros in the shape and dtype of `native`."""
        return self.from_numpy(np.zeros_like(self.to_numpy(native)))

    def assign(self, natives: Table, name: str, array: Array) -> None:
        """Set the array `name` of `natives` to the values of `array`.

        Here a new array takes its place. A backend whose arrays can be changed copies in place.
        """
        natives[name] = self.astype(self.from_numpy(array), natives[name].dtype)

    def assign_rows(self, natives: Table, name: str, rows: Any, values: Any) -> None:
        """Set `rows` of the array `name` of `natives`: native ids and values."""
        array = self.to_numpy(natives[name])
        array[self.to_numpy(rows)] = self.to_numpy(values)
        self.assign(natives, name, array)

    def rows(self, native: Any, ids: Any) -> Any:
        """Return the rows `ids`, integers `(...)`, of the array `native`.

        Raises:
            IndexError: there is no such row.
        """
        self.check_ids(ids, native.shape[0])
        return native[ids]

    def check_ids(self, ids: Any, size: int) -> None:
        """Check that the native integers `ids` are numbers of rows of a table of `size` rows.

        Raises:
            IndexError: one of them is not in 0 ... size − 1.
        """
        check_ids(ids, size)

    def words(self, ids: Any) -> Any:
        """Return where `ids` are a word: not 0, the id of padding."""
        return self.asarray(ids) != 0

    def column(self, ids: Any) -> Any:
        """Return one id of each text `(N,)` as texts of one word `(N, 1)`."""
        return self.asarray(ids)[:, None]

    def flip(self, native: Any, axis: int) -> Any:
        """Return `native` with its entries in reverse order along `axis`."""
        return self.namespace.flip(self.asarray(native), (axis,))

    def add_rows(self, natives: Table, name: str, ids: Any, values: Any) -> None:
        """Add `values` `(..., D)` to the rows `ids` `(...)` of the array `name` of `natives`.

        What is added to one row several times adds up.
        """
        array = self.to_numpy(natives[name])
        np.add.at(array, self.to_numpy(ids), self.to_numpy(values))
        self.assign(natives, name, array)

    def fill_zero(self, natives: Table) -> None:
        """Set every entry of each of `natives` to zero."""
        for name, native in natives.items():
            natives[name] = self.zeros_like(native)

    def scale(self, natives: Table, factor: float = 1, clip: float | None = None) -> None:
        """Multiply all arrays by `factor`, and limit their global norm to `clip`.

            x · f · min(1, clip / ‖f x‖),    ‖x‖² = Σ over all entries of all arrays

        Args:
            natives: name -> array, as the gradients of a model.
            factor: f, positive.
            clip: maximum norm, positive; None: no limit.

        Raises:
            BadInputError: the norm is not finite. A backend that does not wait for its device may
                leave entries that are not finite instead.

        Source: Pascanu et al. 2013, algorithm 1; lecture 7.
        """
        scale = _scale_factor(map(self.to_numpy, natives.values()), factor, clip)
        for name, native in natives.items():
            natives[name] = native * scale

    def add_multiple(self, natives: Table, others: Mapping[str, Any], factor: float) -> None:
        """Add `factor` times each array in `others` to the array of the same name in `natives`."""
        for name, other in others.items():
            natives[name] = natives[name] + factor * other

    def pullback(
        self, function: Callable[..., Any], parameters: Mapping[str, Any], inputs: Sequence[Any]
    ) -> tuple[Any, Pullback]:
        """Compute ``function(parameters, *inputs)``, and how gradients flow back through it.

        Args:
            function: pure; returns an array, or a tuple of the output and of values that no
                gradient flows through, such as a state.
            parameters: name -> array.
            inputs: arrays; those that are not real numbers get the gradient None.

        Returns:
            what `function` returns; and the pullback, which may be called more than once. From
            the gradient of the output it computes those of the parameters, by name, and those of
            the inputs, in order.

        Raises:
            NotImplementedError: the library does not differentiate.
        """
        raise NotImplementedError(f"{type(self).__name__} cannot differentiate functions")

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

    def is_native(self, value: object) -> bool:
        """Return whether `value` is a NumPy array."""
        return isinstance(value, np.ndarray)

    def zeros_like(self, native: Array) -> Array:
        """Zeros in the shape and dtype of `native`."""
        return np.zeros_like(native)

    def assign(self, natives: Table, name: str, array: Array) -> None:
        """Copy `array` into the array `name`."""
        natives[name][...] = array

    def assign_rows(self, natives: Table, name: str, rows: Array, values: Array) -> None:
        """Set `rows` of the array `name`, in place."""
        natives[name][rows] = values

    def fill_zero(self, natives: Table) -> None:
        """Set every entry of each of `natives` to zero, in place."""
        for native in natives.values():
            native.fill(0)

    def scale(self, natives: Table, factor: float = 1, clip: float | None = None) -> None:
        """Multiply all arrays by `factor`, and limit their global norm, in place."""
        arrays = natives.values()
        scale = _scale_factor(arrays, factor, clip)
        if scale != 1:
            for native in arrays:
                native *= scale

    def add_multiple(self, natives: Table, others: Mapping[str, Any], factor: float) -> None:
        """Add `factor` times each array in `others` to that of the same name, in place."""
        for name, other in others.items():
            native = natives[name]
            native += factor * other

    def astype(self, native: Array, dtype: DTypeLike) -> Array:
        """Return a copy of `native` in `dtype`."""
        return native.astype(dtype)


def check_ids(ids: Any, size: int) -> None:
    """Check that the integers `ids` are numbers of rows of a table of `size` rows.

    Raises:
        IndexError: one of them is not in 0 ... size − 1.
    """
    if 0 not in ids.shape and not (ids.min() >= 0 and ids.max() < size):
        limits = f"{ids.min()} ... {ids.max()}"
        raise IndexError(f"ids must lie in 0 ... {size - 1}, but these lie in {limits}")


def _scale_factor(arrays: Iterable[Array], factor: float, clip: float | None) -> float:
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
