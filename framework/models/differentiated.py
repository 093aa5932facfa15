"""A model that is differentiated by the array library of its backend."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from framework.errors import UsageError
from framework.interfaces import Model


class DifferentiatedModel(Model):
    """A model that writes `compute` alone: its arrays differentiate it (`Arrays.pullback`).

    `forward` keeps the pullback until the next `forward`, so that `backward` may be called more
    than once.
    """

    #: Returns the output, by differentiable operations, of the model's own parameters (a mapping;
    #: those of its parts excluded) and of the inputs of `forward`. Or a tuple of the output and of
    #: values that no gradient flows through.
    compute: Callable[..., Any]

    def forward(self, *inputs: Any) -> Any:
        """Return what `compute` returns, and keep how gradients flow back."""
        arrays = self._arrays
        natives = [x if arrays.is_native(x) else arrays.asarray(x) for x in inputs]
        value, self._pullback = arrays.pullback(self.compute, self._given_parameters(), natives)
        return value

    def backward(self, grad_output: Any) -> Any:
        """Add the parameter gradients into `gradients`.

        Returns:
            the gradient of the input; of several inputs, a tuple of theirs.

        Raises:
            UsageError: `forward` has not been called.
        """
        check_forward(self, "_pullback")
        of_parameters, of_inputs = self._pullback(grad_output)
        self._add_gradients(of_parameters)
        return of_inputs[0] if len(of_inputs) == 1 else tuple(of_inputs)

    def _given_parameters(self) -> Mapping[str, Any]:
        """Return what `compute` gets as parameters."""
        return self._named_arrays("parameters").own

    def _add_gradients(self, gradients: Mapping[str, Any]) -> None:
        """Add the gradients of `_given_parameters`."""
        for name, gradient in gradients.items():
            self.gradients[name] += gradient


def check_forward(owner: object, kept: str) -> None:
    """Refuse a `backward` of `owner` without the attribute that `forward` keeps for it.

    Raises:
        UsageError: `forward` has not been called.
    """
    if not hasattr(owner, kept):
        raise UsageError(f"{type(owner).__name__}.backward needs a forward: call that first")
