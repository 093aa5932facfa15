"""What the models on torch tensors share beyond `framework.interfaces.Model`.

They are built where `plugins.torch_backend.arrays.TorchArrays` are in force, as a backend does it:
by hand that is ``with arrays_in_force(TorchArrays()):``. The tensors in `parameters` and
`gradients` are without a graph: an optimizer, a grader or a checkpoint may write into them.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from typing import Any

import torch
from torch import Tensor
from torch.nn import functional

from framework.errors import UsageError
from framework.interfaces import LanguageModel, Model
from plugins.torch_backend.arrays import to_tensor


class TorchLanguageModel(LanguageModel):
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


class AutogradModel(Model, ABC):
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
