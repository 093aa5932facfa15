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
    has_threads = True
    shared_wakes = True

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

    def add_rows(self, natives: Table, name: str, ids: Any, values: Any) -> None:
        """Add `values` to the rows `ids` of the array `name`."""
        natives[name] = natives[name].at[ids].add(values)

    def pullback(
        self, function: Callable[..., Any], parameters: Mapping[str, Any], inputs: Sequence[Any]
    ) -> tuple[Any, Pullback]:
        """Compute ``function(parameters, *inputs)`` and its pullback; both are compiled.

        Equal functions are compiled once for each shape: a method is equal if its object is.
        """
        value, back = _forward(function, dict(parameters), *inputs)

        def gradients(grad_output: Any) -> tuple[Mapping[str, Any], Sequence[Any]]:
            of_parameters, *of_inputs = _backward(back, grad_output)
            return of_parameters, [None if g.dtype == jax.dtypes.float0 else g for g in of_inputs]

        return value, gradients


@partial(jax.jit, static_argnums=0)
def _forward(function: Callable[..., Any], *arguments: Any) -> tuple[Any, Any]:
    def output_and_all(*arguments: Any) -> tuple[Any, Any]:
        value = function(*arguments)
        return (value[0], value) if isinstance(value, tuple) else (value, value)

    _, back, value = jax.vjp(output_and_all, *arguments, has_aux=True)
    return value, back


@jax.jit
def _backward(back: Callable[[Any], Any], grad_output: Any) -> Any:
    return back(grad_output)
