"""JAX arrays as the arrays of a backend; they cannot be changed in place.

This file stands alone: a sandbox gets it without the rest of the backend.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import partial
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
import numpy.typing as npt

from framework.arrays import Array, Arrays, Pullback, Table
from framework.errors import BadInputError

jax.config.update("jax_enable_x64", True)  # exercises compute in float64


class JaxArrays(Arrays):
    """JAX arrays on one device.

    Args:
        device: ``cpu`` or ``cuda``.

    Raises:
        BadInputError: there is no such device here.
    """

    namespace = jnp

    def __init__(self, device: str = "cpu") -> None:
        try:
            self._device = jax.devices(device)[0]
        except RuntimeError as error:
            raise BadInputError(f"JAX has no device '{device}': use `--device cpu`") from error
        # The system limits the memory maps of a process: drop functions of earlier runs.
        jax.clear_caches()

    def from_numpy(self, array: Array) -> Any:
        """Return a JAX array of the same dtype, shape and values."""
        return jax.device_put(np.array(array, order="C"), self._device)

    def to_numpy(self, native: Any) -> Array:
        """Return a NumPy copy of `native`."""
        return np.array(native)

    def is_native(self, value: object) -> bool:
        """Return whether `value` is a JAX array."""
        return isinstance(value, jax.Array)

    def zeros_like(self, native: Any) -> Any:
        """Return zeros in the shape and dtype of `native`."""
        return jnp.zeros_like(native)

    def astype(self, native: Any, dtype: npt.DTypeLike) -> Any:
        """Return `native` in `dtype`."""
        return native.astype(dtype)

    def assign_rows(self, natives: Table, name: str, rows: Any, values: Any) -> None:
        """Set `rows` of the array `name`."""
        natives[name] = natives[name].at[rows].set(values)

    def add_rows(self, natives: Table, name: str, ids: Any, values: Any) -> None:
        """Add `values` to the rows `ids` of the array `name`."""
        natives[name] = natives[name].at[ids].add(values)

    def scale(self, natives: Table, factor: float = 1, clip: float | None = None) -> None:
        """Multiply all arrays by `factor`, and limit their global norm, without a host read."""
        natives.update(_scaled(dict(natives), factor, clip))

    def add_multiple(self, natives: Table, others: Mapping[str, Any], factor: float) -> None:
        """Add `factor` times the array of the same name in `others` to each of `natives`."""
        natives.update({name: x + factor * others[name] for name, x in natives.items()})

    def pullback(
        self, function: Callable[..., Any], parameters: Mapping[str, Any], inputs: Sequence[Any]
    ) -> tuple[Any, Pullback]:
        """Compute ``function(parameters, *inputs)`` and its pullback; both are compiled.

        Equal functions are compiled once for each shape: a method is equal if its object is.
        """
        value, back = _forward(function, dict(parameters), tuple(inputs))

        def gradients(grad_output: Any) -> tuple[Mapping[str, Any], Sequence[Any]]:
            of_parameters, of_inputs = _backward(back, grad_output)
            found = iter(of_inputs)
            return of_parameters, [next(found) if _is_real(x) else None for x in inputs]

        return value, gradients


@partial(jax.jit, static_argnums=0)
def _forward(
    function: Callable[..., Any], parameters: dict[str, Any], inputs: tuple[Any, ...]
) -> tuple[Any, Any]:
    def of_real(parameters: dict[str, Any], real: list[Any]) -> tuple[Any, Any]:
        given = iter(real)
        value = function(parameters, *[next(given) if _is_real(x) else x for x in inputs])
        return (value[0], value) if isinstance(value, tuple) else (value, value)

    _, back, value = jax.vjp(of_real, parameters, [*filter(_is_real, inputs)], has_aux=True)
    return value, back


@jax.jit
def _backward(back: Callable[[Any], Any], grad_output: Any) -> Any:
    return back(grad_output)


def _is_real(x: Any) -> bool:
    return bool(jnp.issubdtype(x.dtype, jnp.floating))


@partial(jax.jit, static_argnums=2)
def _scaled(natives: dict[str, Any], factor: float, clip: float | None) -> dict[str, Any]:
    if clip is not None:
        squares = [(x * x).sum() for x in natives.values()]
        norm = factor * jnp.sqrt(sum(squares, jnp.zeros(())))
        factor = factor * jnp.where(norm > clip, clip / norm, 1)
    return {name: (x * factor).astype(x.dtype) for name, x in natives.items()}
