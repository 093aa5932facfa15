"""Gated recurrent units: torch's kernel where r acts after the matrix, else step by step.

Torch calls z what is 1 − u here: as σ(−a) = 1 − σ(a), its weights are those of u, negated.

Source: CS224n lecture 7, section 4.1; Cho et al., "Learning Phrase Representations using RNN
Encoder-Decoder for Statistical Machine Translation" (2014).
"""

from __future__ import annotations

import numpy as np
import torch
from torch import Tensor

from plugins.torch_backend.shared.packing import packed_steps
from plugins.torch_backend.shared.recurrent_layer import RecurrentLayer


class GRU(RecurrentLayer):
    """h_t = (1 − u) ∘ h_{t−1} + u ∘ h̃; the weights of u, r, h̃ side by side.

    With `reset_after` r acts after the matrix of h_{t−1}, not before it.
    """

    def __init__(
        self,
        input_size: int,
        hidden_size: int,
        *,
        reset_after: bool = False,
        rng: np.random.Generator,
    ) -> None:
        super().__init__()
        D, H = input_size, hidden_size
        self.input_size, self.hidden_size, self.reset_after = D, H, reset_after
        self.gains_by_compiling = not reset_after
        self.add_parameter("W_x", rng.normal(scale=D**-0.5, size=(D, 3 * H)))
        self.add_parameter("W_h", rng.normal(scale=H**-0.5, size=(H, 3 * H)))
        self.add_parameter("b", np.zeros(3 * H))
        if reset_after:
            self.add_parameter("b_h", np.zeros(H))

    def compute(self, parameters: dict[str, Tensor], *inputs: Tensor) -> Tensor:
        """Return the states; the kernel has transposed weights in the order r, z, h̃, and two
        biases."""
        if not self.reset_after or self._has_gaps:
            return self._own_steps(parameters, *inputs)
        x, h_0 = inputs
        b_h = parameters["b_h"]
        bias = torch.cat([torch.zeros_like(b_h).repeat(2), b_h])
        W_x, W_h, b = (_kernel_order(parameters[name]) for name in ("W_x", "W_h", "b"))
        weights = [W_x.T.contiguous(), W_h.T.contiguous(), b, bias]
        kernel = (weights, True, 1, 0.0, True, False)
        if self._packing is None:
            h, _ = torch.gru(x, h_0[None], *kernel, batch_first=True)
        else:
            h, _ = packed_steps(
                self._packing, lambda x, sizes, h: torch.gru(x, sizes, h[0], *kernel), x, h_0
            )
        return h

    def _own_steps(self, p: dict[str, Tensor], x: Tensor, h: Tensor) -> Tensor:
        H, mask = self.hidden_size, self._mask
        W_gates, W_hh = torch.split(p["W_h"], [2 * H, H], dim=1)
        states = []
        for t, a in enumerate((x @ p["W_x"] + p["b"]).unbind(1)):
            u, r = torch.chunk((a[:, : 2 * H] + h @ W_gates).sigmoid(), 2, dim=1)
            past = r * (h @ W_hh + p["b_h"]) if self.reset_after else (r * h) @ W_hh
            new = torch.lerp(h, (a[:, 2 * H :] + past).tanh(), u)
            h = new if mask is None else torch.where(mask[:, t, None], new, h)
            states.append(h)
        return torch.stack(states, dim=1)


def _kernel_order(value: Tensor) -> Tensor:
    """Return the blocks u, r, h̃ of the last axis in the kernel's order r, −u, h̃."""
    u, r, content = torch.chunk(value, 3, dim=-1)
    return torch.cat([r, -u, content], dim=-1)
