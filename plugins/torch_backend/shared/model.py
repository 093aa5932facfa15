"""What the models on torch tensors share beyond `framework.interfaces.Model`.

A module is named after the exercise whose tasks it offers. What their arguments, parameters and
errors are is said once, by the exercise; docstrings here give shapes and what torch does otherwise.

Models are built where `plugins.torch_backend.arrays.TorchArrays` are in force, as a backend does
it: by hand that is ``with arrays_in_force(TorchArrays()):``. The tensors in `parameters` and
`gradients` are without a graph: an optimizer, a grader or a checkpoint may write into them.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import torch
from torch import Tensor
from torch.nn import functional

from framework.interfaces import Model
from framework.models.differentiated import DifferentiatedModel
from plugins.torch_backend.arrays import checked_ids

#: The id of what fills short texts up.
PAD = 0


class EmbeddingModel(DifferentiatedModel):
    """A model of ids, whose `compute` gets the vectors `(..., E)` of these ids.

    The gradient of the table ``embedding`` is added to the rows that were read, while autograd
    would make a whole new table first.
    """

    def forward(self, *inputs: Any) -> Tensor:
        """Return what `compute` makes of the vectors of `ids`.

        Raises:
            IndexError: an id that is no row of the table.
        """
        return torch.as_tensor(super().forward(self._look_up(*inputs)))

    def _look_up(self, ids: Any) -> Tensor:
        table = self.parameters["embedding"]
        self._ids = checked_ids(ids, len(table))
        return functional.embedding(self._ids, table)

    def _given_parameters(self) -> Mapping[str, Tensor]:
        given = super()._given_parameters()
        return {name: value for name, value in given.items() if name != "embedding"}

    def backward(self, grad_output: Tensor) -> None:
        """Back to the vectors that were read: ids have no gradient."""
        self._add_rows(super().backward(grad_output))

    def _add_rows(self, rows: Tensor) -> None:
        """Add the gradients `(..., E)` of the vectors to those of the table."""
        self.gradients["embedding"].index_add_(0, self._ids.flatten(), rows.flatten(0, -2))


def through(part: Any, x: Tensor, *others: Any) -> Tensor:
    """Run ``part.forward(x, *others)`` as a step of `DifferentiatedModel.compute`.

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
