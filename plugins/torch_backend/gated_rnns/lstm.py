"""Long short-term memory by the kernel behind `torch.nn.LSTM`; step by step if a mask has gaps.

Source: CS224n lecture 7, sections 3.1 to 3.5; Hochreiter and Schmidhuber, "Long Short-Term Memory"
(1997); Gers, Schmidhuber and Cummins, "Learning to Forget" (2000), for the forget gate.
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import torch
from torch import Tensor

from plugins.networks.shared.recurrent_steps import LSTMStep
from plugins.torch_backend.shared.kernel_weights import KernelWeights
from plugins.torch_backend.shared.model import store_in_order
from plugins.torch_backend.shared.packing import packed_steps
from plugins.torch_backend.shared.recurrent_layer import RecurrentLayer

__all__ = ["LSTM", "LSTMStep"]

_NAMES = ("W_x", "W_h", "b")


class LSTM(RecurrentLayer):
    """h_t = o ∘ tanh(c_t), c_t = f ∘ c_{t−1} + i ∘ g; the weights of i, f, o, g side by side.

    The state is h and c.
    """

    state_parts = 2

    def __init__(
        self,
        input_size: int,
        hidden_size: int,
        *,
        forget_bias: float = 1.0,
        rng: np.random.Generator,
    ) -> None:
        super().__init__()
        D, H = input_size, hidden_size
        self.input_size, self.hidden_size = D, H
        self.add_parameter("W_x", rng.normal(scale=D**-0.5, size=(D, 4 * H)))
        self.add_parameter("W_h", rng.normal(scale=H**-0.5, size=(H, 4 * H)))
        self.add_parameter("b", np.repeat([0.0, forget_bias, 0.0, 0.0], H))
        for name in ("W_x", "W_h"):  # in the layout of the kernel: its rows are the columns here
            store_in_order(self, name, (1, 0))
        self._kernel = KernelWeights(*self._own_tensors())

    def compute(
        self, parameters: Mapping[str, Tensor], *inputs: Tensor
    ) -> tuple[Tensor, Tensor, Tensor]:
        """Return the states, and the last h and c; the second bias of the kernel is 0."""
        if self._mask is not None and self._packing is None:
            return self._masked_steps(parameters, self._mask, *inputs)
        x, h_0, c_0 = inputs
        weights = [*parameters.values(), self._kernel.second_bias]
        kernel = (weights, True, 1, 0.0, True, False)
        if self._packing is None:
            h, last_h, last_c = torch.lstm(x, [h_0[None], c_0[None]], *kernel, batch_first=True)
            return h, last_h[0], last_c[0]
        h, last_h, last_c = packed_steps(
            self._packing, lambda x, sizes, start: torch.lstm(x, sizes, start, *kernel), *inputs
        )
        return h, last_h, last_c

    def _masked_steps(
        self, parameters: Mapping[str, Tensor], mask: Tensor, x: Tensor, h: Tensor, c: Tensor
    ) -> tuple[Tensor, Tensor, Tensor]:
        from_input = x @ parameters["W_x"] + parameters["b"]
        states = []
        for a, words in zip(from_input.unbind(1), mask[:, :, None].unbind(1), strict=True):
            *gates, g = torch.chunk(a + h @ parameters["W_h"], 4, dim=1)
            i, f, o = (gate.sigmoid() for gate in gates)
            new_c = f * c + i * g.tanh()
            c, h = torch.where(words, new_c, c), torch.where(words, o * new_c.tanh(), h)
            states.append(h)
        return torch.stack(states, dim=1), h, c

    def _given_parameters(self) -> Mapping[str, Tensor]:
        if self._has_gaps:
            return super()._given_parameters()
        return dict(zip(_NAMES, self._current_kernel().loaded(), strict=True))

    def _add_gradients(self, gradients: Mapping[str, Tensor]) -> None:
        if self._has_gaps:
            super()._add_gradients(gradients)
        else:
            self._current_kernel().add([*gradients.values()])

    def _current_kernel(self) -> KernelWeights:
        """Return the kernel's weights for the current parameters and gradients."""
        own = self._own_tensors()
        if not self._kernel.is_of(*own):
            self._kernel = KernelWeights(*own)
        return self._kernel

    def _own_tensors(self) -> tuple[list[Tensor], list[Tensor]]:
        """Return the parameters and their gradients."""
        return [self.parameters[name] for name in _NAMES], [self.gradients[name] for name in _NAMES]
