"""What the models on torch tensors share beyond `framework.interfaces.Model`.

A module is named after the exercise whose tasks it offers. What their arguments, parameters and
errors are is said once, by the exercise; docstrings here give shapes and what torch does otherwise.

Models are built where `plugins.torch_backend.arrays.TorchArrays` are in force, as a backend does
it: by hand that is ``with arrays_in_force(TorchArrays()):``. The tensors in `parameters` and
`gradients` are without a graph: an optimizer, a grader or a checkpoint may write into them.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Sequence
from typing import Any

import torch
from torch import Tensor
from torch.nn import functional

from framework.errors import UsageError
from framework.interfaces import Model
from plugins.torch_backend.arrays import derived, to_tensor

#: The id of what fills short texts up.
PAD = 0


class AutogradModel(Model, ABC):
    """A model that writes `compute` alone: torch differentiates it.

    `forward` keeps the graph until the next `forward`, so that `backward` may be called more than
    once, as with NumPy. Torch refuses a `backward` after an input, the output or a parameter was
    changed in place: the gradient would belong to no `forward`.

    Attributes:
        gains_by_compiling: whether `compute` may be faster if `torch.compile` translates it: it
            launches many small operations, and no kernel for all of them exists.
    """

    gains_by_compiling: bool = False

    @abstractmethod
    def compute(self, parameters: dict[str, Tensor], *inputs: Tensor) -> Tensor:
        """Return the output, by differentiable operations on `parameters` and `inputs`.

        Args:
            parameters: the model's own. Parts have theirs: see `through`.
            inputs: what `forward` was given.
        """

    def forward(self, *inputs: Any) -> Tensor:
        """Compute the output from tensors of real numbers, and keep its graph."""
        self._inputs = [leaf(to_tensor(value)) for value in inputs]
        self._leaves = self._parameter_leaves()
        with torch.enable_grad():
            self._output = self.compute(self._leaves, *self._inputs)
        return self._output.detach()

    def _own_names(self) -> list[str]:
        """Return the parameters that `compute` gets: those of parts have a dot in their names."""
        return [name for name in self.parameters if "." not in name]

    def backward(self, grad_output: Tensor) -> Any:
        """Add the parameter gradients into `gradients`.

        Returns:
            the gradient of the input; of several inputs, a tuple of theirs.

        Raises:
            UsageError: `forward` has not been called.
        """
        check_forward(self, "_output")
        leaves = [*self._inputs, *self._leaves.values()]
        # The graph is kept: nothing forbids a second backward, and it has to add the same again.
        found = torch.autograd.grad(
            self._output, leaves, grad_output, retain_graph=True, materialize_grads=True
        )
        inputs = found[: len(self._inputs)]
        self._add_gradients(found[len(inputs) :])
        return inputs[0] if len(inputs) == 1 else inputs

    def _parameter_leaves(self) -> dict[str, Tensor]:
        """Return what `compute` gets as parameters, as starts of a new graph."""
        return {name: leaf(self._laid_out(self.parameters[name])) for name in self._own_names()}

    def _add_gradients(self, found: Sequence[Tensor]) -> None:
        """Add the gradients of `_parameter_leaves`, in their order."""
        for name, gradient in zip(self._leaves, found, strict=True):
            self.gradients[name].add_(self._laid_back(gradient))

    def _laid_out(self, parameter: Tensor) -> Tensor:
        """Return how `compute` gets a parameter: a kernel may want it in another order."""
        return parameter

    def _laid_back(self, gradient: Tensor) -> Tensor:
        """Return the way back."""
        return gradient


class EmbeddingModel(AutogradModel):
    """A model of ids, whose `compute` gets the vectors `(..., E)` of these ids.

    The gradient of the table ``embedding`` is added to the rows that were read, while autograd
    would make a whole new table first.
    """

    def forward(self, *inputs: Any) -> Tensor:
        """Return what `compute` makes of the vectors of `ids`.

        Raises:
            IndexError: an id that is no row of the table.
        """
        return super().forward(self._look_up(*inputs))

    def _look_up(self, ids: Any) -> Tensor:
        table = self.parameters["embedding"]
        self._ids = checked_ids(ids, len(table))
        return functional.embedding(self._ids, table)

    def _own_names(self) -> list[str]:
        return [name for name in super()._own_names() if name != "embedding"]

    def backward(self, grad_output: Tensor) -> None:
        """Back to the vectors that were read: ids have no gradient."""
        self._add_rows(super().backward(grad_output))

    def _add_rows(self, rows: Tensor) -> None:
        """Add the gradients `(..., E)` of the vectors to those of the table."""
        self.gradients["embedding"].index_add_(0, self._ids.flatten(), rows.flatten(0, -2))


def through(part: Any, x: Tensor, *others: Any) -> Tensor:
    """Run ``part.forward(x, *others)`` as a step of `AutogradModel.compute`.

    Of `part` only its interface is used: it differentiates itself, and adds the gradients of its
    own parameters. No gradient flows to `others`.
    """
    y: Tensor = _Through.apply(part, x, *others)  # type: ignore[no-untyped-call]  # torch's
    return y


class _Through(torch.autograd.Function):
    @staticmethod
    def forward(ctx: Any, part: Any, x: Tensor, *others: Any) -> Tensor:
        ctx.part, ctx.others = part, len(others)
        return torch.as_tensor(part.forward(x.detach(), *others))

    @staticmethod
    def backward(ctx: Any, grad: Tensor) -> tuple[Tensor | None, ...]:
        found = ctx.part.backward(grad)
        grad_x = found[0] if isinstance(found, tuple) else found
        return None, grad_x, *[None] * ctx.others


def store_in_order(model: Model, name: str, axes: Sequence[int]) -> None:
    """Store a parameter and its gradient with its axes in another order in memory.

    The shape stays. A kernel that reads the parameter in this order needs no copy of it.

    Args:
        model: has the parameter.
        name: of the parameter.
        axes: the axes in their new order, that of neighbors in memory last.
    """
    back = [axes.index(axis) for axis in range(len(axes))]
    parameter = model.parameters[name].permute(*axes).contiguous().permute(*back)
    model.parameters[name], model.gradients[name] = parameter, torch.zeros_like(parameter)


def check_forward(owner: object, kept: str) -> None:
    """Refuse a `backward` of `owner` without the attribute that `forward` keeps for it.

    Raises:
        UsageError: `forward` has not been called.
    """
    if not hasattr(owner, kept):
        raise UsageError(f"{type(owner).__name__}.backward needs a forward: call that first")


def checked_ids(value: Any, size: int) -> Tensor:
    """Return `value` as int64 ids of the rows of a table of `size` rows.

    On a GPU the range is left to the kernel that reads the table: to look at the ids here would
    wait for all that is still being computed.

    Raises:
        IndexError: the ids are no integers, or one is not in 0 ... size − 1.
    """
    ids = to_tensor(value)
    if ids.is_floating_point() and ids.numel():
        raise IndexError(f"ids must be integers, but these are {ids.dtype}")
    whole = derived(ids.long(), ids, lambda values: values)
    if ids.is_cuda or not ids.numel():
        return whole
    low, high = (bound.item() for bound in ids.aminmax())
    if low < 0 or high >= size:
        raise IndexError(f"ids must lie in 0 ... {size - 1}, but these lie in {low} ... {high}")
    return whole


def leaf(value: Tensor) -> Tensor:
    """Return the same memory as the start of a new graph."""
    return value.detach().requires_grad_()
