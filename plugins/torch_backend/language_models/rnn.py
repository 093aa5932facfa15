"""The simple recurrent layer: a short loop on a CPU, the kernel behind `torch.nn.RNN` on a GPU.

Source: CS224n lecture 6, sections 2.1 to 2.10; Elman, "Finding Structure in Time" (1990).
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Self

import numpy as np
import torch
from torch import Tensor, nn

from plugins.networks.shared.recurrent_steps import RNNStep
from plugins.torch_backend.shared.packing import Packing, packed_steps
from plugins.torch_backend.shared.recurrent_layer import RecurrentLayer
from plugins.torch_backend.shared.rnn_steps import recurrent_steps

__all__ = ["RNN", "RNNStep"]


class RNN(RecurrentLayer):
    """h_t = tanh(x_t W_x + h_{t−1} W_h + b).

    With `truncation` the gradient flows back only through chunks of this number of steps.
    """

    def __init__(
        self,
        input_size: int,
        hidden_size: int,
        *,
        truncation: int | None = None,
        rng: np.random.Generator,
    ) -> None:
        super().__init__()
        if truncation is not None and truncation < 1:
            raise ValueError(f"truncation is a number of steps, at least 1, but got {truncation}")
        D, H = input_size, hidden_size
        self.input_size, self.hidden_size, self.truncation = D, H, truncation
        self.add_parameter("W_x", rng.normal(scale=D**-0.5, size=(D, H)))
        self.add_parameter("W_h", rng.normal(scale=H**-0.5, size=(H, H)))
        self.add_parameter("b", np.zeros(H))
        self._move_into_kernel_layout()

    def compute(self, parameters: Mapping[str, Tensor], *inputs: Tensor) -> Tensor:
        """Return the states of every chunk, each chunk from the last state of the one before."""
        x, state = inputs
        weights = [parameters[name] for name in ("W_x", "W_h", "b")]
        has_layout = self._has_kernel_layout(weights[0])
        steps = self._kernel_steps if x.is_cuda and has_layout else recurrent_steps
        if self._packing is not None and self.truncation is None and has_layout:
            return self._packed_steps(self._packing, *inputs, *weights)
        length = self.truncation or x.shape[1]
        masks = [None] * x.shape[1] if self._mask is None else torch.split(self._mask, length, 1)
        chunks: list[Tensor] = []
        for chunk, mask in zip(torch.split(x, length, dim=1), masks, strict=False):
            if chunks:  # the state is passed on, but no gradient flows back through it
                state = chunks[-1][:, -1].detach()
            if mask is None:
                chunks.append(steps(chunk, state, *weights))
            else:
                chunks.append(_masked_steps(chunk, state, mask, *weights))
        return chunks[0] if len(chunks) == 1 else torch.cat(chunks, dim=1)

    def _has_kernel_layout(self, W_x: Tensor) -> bool:
        """Return whether W_x lies in the block of cuDNN: others are copied, with a warning."""
        ours, own = W_x.untyped_storage(), self._zero_bias.untyped_storage()
        return not W_x.is_cuda or ours.data_ptr() == own.data_ptr()

    def _kernel_steps(self, x: Tensor, h_0: Tensor, W_x: Tensor, W_h: Tensor, b: Tensor) -> Tensor:
        """Compute `recurrent_steps` by cuDNN: x W_ihᵀ + b_ih + h W_hhᵀ + b_hh with b_hh = 0."""
        weights = [W_x.T, W_h.T, b, self._zero_bias]
        h, _ = torch.rnn_tanh(x, h_0[None], weights, True, 1, 0.0, True, False, batch_first=True)
        return h

    def _packed_steps(
        self, packing: Packing, x: Tensor, h_0: Tensor, W_x: Tensor, W_h: Tensor, b: Tensor
    ) -> Tensor:
        """Compute `recurrent_steps` of the words alone."""
        kernel = ([W_x.T, W_h.T, b, self._zero_bias], True, 1, 0.0, True, False)
        h: Tensor = packed_steps(
            packing, lambda x, sizes, h: torch.rnn_tanh(x, sizes, h[0], *kernel), x, h_0
        )[0]
        return h

    def astype(self, dtype: Any) -> Self:
        """Convert all parameters and gradients to `dtype`; return the model."""
        super().astype(dtype)
        self._move_into_kernel_layout()
        return self

    def _move_into_kernel_layout(self) -> None:
        """Turn the parameters into views of weights in the memory layout of the kernel.

        `nn.RNN` has transposed matrices, on a GPU in one block of memory for cuDNN. In another
        layout, every call would copy them.
        """
        values = self.parameters["b"]
        # On the device "meta" a layer draws no values of its own: no random state changes.
        layer = nn.RNN(self.input_size, self.hidden_size, device="meta", dtype=values.dtype)
        layer.to_empty(device=values.device)
        self._zero_bias = _data(layer.bias_hh_l0).zero_()
        self._replace("W_x", _data(layer.weight_ih_l0).T)
        self._replace("W_h", _data(layer.weight_hh_l0).T)
        self._replace("b", _data(layer.bias_ih_l0))

    def _replace(self, name: str, memory: Tensor) -> None:
        self.gradients[name] = torch.zeros_like(memory).copy_(self.gradients[name])
        self.parameters[name] = memory.copy_(self.parameters[name])


def _masked_steps(
    x: Tensor, h: Tensor, mask: Tensor, W_x: Tensor, W_h: Tensor, b: Tensor
) -> Tensor:
    """Compute `recurrent_steps`, but keep the state where `mask: (N, T)` is False."""
    states = []
    for a, words in zip((x @ W_x + b).unbind(1), mask[:, :, None].unbind(1), strict=True):
        h = torch.where(words, (a + h @ W_h).tanh(), h)
        states.append(h)
    return torch.stack(states, dim=1)


def _data(parameter: Any) -> Tensor:
    """Return the memory of a parameter of a torch module, as a plain tensor."""
    tensor: Tensor = parameter.detach()
    return tensor
