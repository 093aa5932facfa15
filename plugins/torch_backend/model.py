"""What all models on torch tensors share: the interface of `framework.interfaces.Model`.

The tensors handed out in `parameters` and `gradients` are plain ones, without a graph of their
own: an optimizer, a grader or a checkpoint may write into them whenever it likes.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from typing import Any, Self

import numpy.typing as npt
import torch
from torch import Tensor
from torch.nn import functional

from framework.errors import UsageError
from framework.interfaces import Array
from plugins.torch_backend.arrays import current_device, to_dtype, to_tensor


class TorchModel:
    """A layer or a whole network on torch tensors; see `framework.interfaces.Model`.

    Attributes:
        parameters: name -> tensor, on the device in force when the model was built.
        gradients: the same names, shapes and strides; `backward` **adds** into them.
        training: True in training mode.
    """

    def __init__(self) -> None:
        self.parameters: dict[str, Tensor] = {}
        self.gradients: dict[str, Tensor] = {}
        self.training = True
        self._children: dict[str, Any] = {}

    def add_parameter(self, name: str, value: Array) -> Tensor:
        """Register a tensor with the values of `value` as `name`, with a zero gradient."""
        parameter = to_tensor(value).to(current_device())
        self.parameters[name] = parameter
        self.gradients[name] = torch.zeros_like(parameter)
        return parameter

    def add_child(self, name: str, child: Any) -> Any:
        """Make `child` a part of this model: its tensors are shared as ``name.parameter``."""
        self._children[name] = child
        self._share(name, child)
        return child

    def forward(self, *inputs: Any) -> Any:
        """Compute the output and keep what `backward` needs."""
        raise NotImplementedError

    def backward(self, grad_output: Any) -> Any:
        """Add the parameter gradients into `gradients`; return the gradient of the input(s)."""
        raise NotImplementedError

    @property
    def buffers(self) -> dict[str, Tensor]:
        """Name -> tensor of what training moves besides parameters; see `Model.buffers`."""
        return {
            f"{name}.{key}": value
            for name, child in self._children.items()
            for key, value in child.buffers.items()
        }

    def zero_gradients(self) -> None:
        """Set every gradient to zero, in place."""
        for gradient in self.gradients.values():
            gradient.zero_()

    def train(self) -> None:
        """Switch to training mode, parts included."""
        self.training = True
        for child in self._children.values():
            child.train()

    def eval(self) -> None:
        """Switch to evaluation mode, parts included."""
        self.training = False
        for child in self._children.values():
            child.eval()

    def astype(self, dtype: npt.DTypeLike | torch.dtype) -> Self:
        """Convert all parameters and gradients to `dtype`, parts included; returns the model.

        Args:
            dtype: NumPy's name (``"float32"``), a NumPy dtype or one of torch.
        """
        own = [name for name in self.parameters if name.split(".")[0] not in self._children]
        for name in own:
            self.parameters[name] = self.parameters[name].to(to_dtype(dtype))
            self.gradients[name] = self.gradients[name].to(to_dtype(dtype))
        for name, child in self._children.items():
            child.astype(dtype)
            self._share(name, child)
        return self

    def _share(self, name: str, child: Any) -> None:
        for key, parameter in child.parameters.items():
            self.parameters[f"{name}.{key}"] = parameter
            self.gradients[f"{name}.{key}"] = child.gradients[key]


class TorchLanguageModel(TorchModel):
    """A language model whose `forward(tokens (N, T), state)` returns logits `(N, T, V)`.

    Attributes:
        state: the state after the last token that `forward` read.
    """

    state: Any

    def next_log_probabilities(self, tokens: Tensor, state: Any) -> tuple[Tensor, Any]:
        """Read one token of each text; predict the one after it.

        Args:
            tokens: the ids just read, `(N,)` integers.
            state: what `initial_state` or the last call returned. Not modified.

        Returns:
            log probabilities `(N, V)`, and the state after `tokens`.
        """
        logits = self.forward(to_tensor(tokens)[:, None], state)[:, 0]
        return functional.log_softmax(logits, dim=-1), self.state


class AutogradModel(TorchModel, ABC):
    """A model that writes `compute` alone: torch differentiates it.

    `forward` keeps the graph until the next `forward`, so that `backward` may be called more than
    once, as with NumPy. Torch refuses a `backward` after an input, the output or a parameter was
    changed in place: the gradient would belong to no `forward`.
    """

    @abstractmethod
    def compute(self, parameters: dict[str, Tensor], *inputs: Tensor) -> Tensor:
        """The output, by differentiable operations on `parameters` and `inputs`."""

    def forward(self, *inputs: Any) -> Tensor:
        """Compute the output from tensors of real numbers, and keep its graph."""
        self._inputs = [leaf(to_tensor(value)) for value in inputs]
        self._leaves = {name: leaf(value) for name, value in self.parameters.items()}
        with torch.enable_grad():
            self._output = self.compute(self._leaves, *self._inputs)
        return self._output.detach()

    def backward(self, grad_output: Tensor) -> Any:
        """Add the parameter gradients into `gradients`.

        Returns:
            the gradient of the input; of several inputs, a tuple of theirs.

        Raises:
            UsageError: `forward` has not been called.
        """
        if not hasattr(self, "_output"):
            raise UsageError(f"{type(self).__name__}.backward needs a forward: call that first")
        leaves = [*self._inputs, *self._leaves.values()]
        # The graph is kept: nothing forbids a second backward, and it has to add the same again.
        found = torch.autograd.grad(self._output, leaves, grad_output, retain_graph=True)
        inputs = found[: len(self._inputs)]
        for name, gradient in zip(self._leaves, found[len(inputs) :], strict=True):
            self.gradients[name].add_(gradient)
        return inputs[0] if len(inputs) == 1 else inputs


def checked_ids(value: Any, size: int) -> Tensor:
    """`value` as int64 ids of the rows of a table of `size` rows.

    On a GPU the range is left to the kernel that reads the table: to look at the ids here would
    wait for all that is still being computed.

    Raises:
        IndexError: the ids are no integers, or one is not in 0 ... size − 1.
    """
    ids = to_tensor(value)
    if ids.is_floating_point() and ids.numel():
        raise IndexError(f"ids must be integers, but these are {ids.dtype}")
    if ids.is_cuda or not ids.numel():
        return ids.long()
    low, high = (bound.item() for bound in ids.aminmax())
    if low < 0 or high >= size:
        raise IndexError(f"ids must lie in 0 ... {size - 1}, but these lie in {low} ... {high}")
    return ids.long()


def leaf(value: Tensor) -> Tensor:
    """The same memory as the start of a new graph."""
    return value.detach().requires_grad_()
