"""Steps in bfloat16 for a model with float32 weights.

The weights that are trained, saved and scored stay in float32. Before each step they are rounded
to bfloat16 for an equal model, which computes the outputs and the gradients. Outputs and gradients
are converted back: the loss, the clipping and the optimizer work in float32. bfloat16 has the
exponents of float32, so that gradients need no scaling against underflow.

Source: Micikevicius et al., "Mixed Precision Training" (2018), section 3.1; Kalamkar et al., "A
Study of BFLOAT16 for Deep Learning Training" (2019).
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import torch
from torch import Tensor

from framework.errors import UsageError
from framework.interfaces import Model, Parameters
from plugins.torch_backend.acceleration.state_tensors import with_tensors

#: Parts of torch's messages where an operation does not exist in bfloat16. A mixture of precisions
#: names another dtype beside it.
_MISSING = (
    "could not create a primitive",
    "not implemented for 'BFloat16'",
    "not supported. Got BFloat16",
    "Unsupported dtype BFloat16",
    "tensors but got BFloat16",
    "scalar type: BFloat16",
    "(BFloat16{",
)


class LowPrecisionModel(Model):
    """A `model` in float32; the equal model `computing` computes its steps in bfloat16.

    Args:
        model: has the weights, the gradients and the buffers, all in float32.
        computing: an equal model; it is converted.
    """

    def __init__(self, model: Model, computing: Model) -> None:
        super().__init__()
        self.model, self.computed = model, computing.astype(torch.bfloat16)
        self._name = type(model).__name__
        self.parameters, self.gradients = model.parameters, model.gradients
        vars(self)["buffers"] = model.buffers
        if hasattr(model, "constrain"):
            self.constrain = model.constrain

    @property
    def state(self) -> Any:
        """State after the last step, in float32: a checkpoint has no 16-bit numbers."""
        return converted(self.computed.state, Tensor.float)  # type: ignore[attr-defined]

    @state.setter
    def state(self, state: Any) -> None:
        self.computed.state = converted(state, Tensor.bfloat16)  # type: ignore[attr-defined]

    @torch.no_grad()
    def forward(self, *inputs: Any) -> Tensor:
        """Return the output in float32 for `inputs` of any precision.

        Raises:
            UsageError: an operation of the model does not exist in bfloat16.
        """
        _copy(self.computed.parameters, self.parameters)
        _copy(self.computed.buffers, self.buffers)
        rounded = [converted(value, Tensor.bfloat16) for value in inputs]
        with available_in_bfloat16(self._name):
            output: Tensor = self.computed.forward(*rounded)
        _copy(self.buffers, self.computed.buffers)
        return output.float()

    @torch.no_grad()
    def backward(self, grad_output: Tensor) -> None:
        """Add the gradients of the weights, given the gradient of the output in float32."""
        self.computed.zero_gradients()
        with available_in_bfloat16(self._name):
            self.computed.backward(grad_output.bfloat16())
        computed = [self.computed.gradients[name].float() for name in self.gradients]
        torch._foreach_add_(list(self.gradients.values()), computed)

    def zero_gradients(self) -> None:
        """Set the gradients of the weights to zero."""
        self.model.zero_gradients()

    def _set_training(self, training: bool) -> None:
        for model in (self.model, self.computed):
            (model.train if training else model.eval)()


def converted(value: Any, convert: Callable[[Tensor], Tensor]) -> Any:
    """Return `value`, a state or an input, with `convert` of its real-valued tensors."""
    return with_tensors(value, lambda x: convert(x) if x.is_floating_point() else x)


def _copy(targets: Parameters, sources: Parameters) -> None:
    """Copy each of `sources` into the target of its name, in the precision of the target."""
    if sources:  # torch's operations on lists refuse empty ones
        torch._foreach_copy_([targets[name] for name in sources], list(sources.values()))


class available_in_bfloat16:  # noqa: N801  (a context manager, used like a function)
    """Raise a `UsageError` in the block for an operation that does not exist in bfloat16.

    Args:
        what: the model or the program that the block computes.
    """

    def __init__(self, what: str) -> None:
        self._what = what

    def __enter__(self) -> None:
        return

    def __exit__(self, kind: Any, error: BaseException | None, trace: Any) -> None:
        if isinstance(error, RuntimeError) and any(part in str(error) for part in _MISSING):
            reason, _, _ = str(error).partition(". Run")
            raise UsageError(
                f"torch cannot compute {self._what} in bfloat16 here ({reason}): use "
                "`--precision float32`"
            ) from error
