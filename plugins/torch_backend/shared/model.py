"""What the models on torch tensors share beyond `framework.interfaces.Model`.

A module is named after the exercise whose tasks it offers. The exercise documents
arguments, parameters and errors. Docstrings here give shapes, and say where torch differs.

Models are built while `plugins.torch_backend.arrays.TorchArrays` are in force. A backend does so;
by hand, write ``with arrays_in_force(TorchArrays()):``. The tensors in `parameters` and `gradients`
have no graph: an optimizer, a grader or a checkpoint may write into them.
"""

from __future__ import annotations

from collections.abc import Sequence

import torch

from framework.interfaces import Model


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
