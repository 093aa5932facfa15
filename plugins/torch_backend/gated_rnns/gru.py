"""Gated recurrent units: torch's kernel where r acts after the matrix, else step by step.

Torch's gate z is 1 − u here. Since σ(−a) = 1 − σ(a), its weights are the negated weights of u.

Source: CS224n lecture 7, section 4.1; Cho et al., "Learning Phrase Representations using RNN
Encoder-Decoder for Statistical Machine Translation" (2014).
"""

from __future__ import annotations

import warnings
from collections.abc import Mapping

import numpy as np
import torch
from torch import Tensor
from torch.nn import functional

from plugins.networks.shared.recurrent_steps import GRUStep, ResetAfterStep
from plugins.torch_backend.shared.gru_steps import gru_steps
from plugins.torch_backend.shared.model import store_in_order
from plugins.torch_backend.shared.packing import packed_steps
from plugins.torch_backend.shared.recurrent_layer import RecurrentLayer

__all__ = ["GRU", "GRUStep", "ResetAfterStep"]

#: Parameters that the kernel needs transposed and with other blocks.
_OF_KERNEL = ("W_x", "W_h", "b")


class GRU(RecurrentLayer):
    """h_t = (1 − u) ∘ h_{t−1} + u ∘ h̃; the weights of u, r, h̃ side by side.

    With `reset_after` r acts after the matrix of h_{t−1}, not before it.
    """

    #: Types of devices on which torch's kernel is faster than `gru_steps`.
    kernel_devices = ("cuda",)

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
        for name in ("W_x", "W_h"):  # in the layout of the kernel: its rows are the columns
            store_in_order(self, name, (1, 0))

    def compute(self, parameters: Mapping[str, Tensor], *inputs: Tensor) -> Tensor:
        """Return the states; the kernel has a second bias, which is 0 for r and z."""
        if not self._uses_kernel:
            return self._own_steps(parameters, *inputs)
        x, h_0 = inputs
        second = functional.pad(parameters["b_h"], (2 * self.hidden_size, 0))
        weights = [parameters["W_x"], parameters["W_h"], parameters["b"], second]
        kernel = (weights, True, 1, 0.0, True, False)
        with warnings.catch_warnings():  # a GPU copies the weights to one place, and says so
            warnings.filterwarnings("ignore", "RNN module weights", UserWarning)
            if self._packing is None:
                h, _ = torch.gru(x, h_0[None], *kernel, batch_first=True)
            else:
                h, _ = packed_steps(
                    self._packing, lambda x, sizes, h: torch.gru(x, sizes, h[0], *kernel), x, h_0
                )
        return h

    def _own_steps(self, p: Mapping[str, Tensor], x: Tensor, h: Tensor) -> Tensor:
        if not torch.compiler.is_compiling():
            return gru_steps(x, h, (p["W_x"], p["W_h"], p["b"]), p.get("b_h"), self._mask)
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

    @property
    def _uses_kernel(self) -> bool:
        is_faster = self.parameters["b"].device.type in self.kernel_devices
        return self.reset_after and is_faster and not self._has_gaps

    def _given_parameters(self) -> Mapping[str, Tensor]:
        own = super()._given_parameters()
        if not self._uses_kernel:
            return own
        blocks = {name: torch.chunk(own[name].t(), 3) for name in _OF_KERNEL}
        return {**own, **{name: torch.cat([r, -u, h]) for name, (u, r, h) in blocks.items()}}

    def _add_gradients(self, gradients: Mapping[str, Tensor]) -> None:
        if self._uses_kernel:
            blocks = {name: torch.chunk(gradients[name], 3) for name in _OF_KERNEL}
            own = {name: torch.cat([-z, r, h]).t() for name, (r, z, h) in blocks.items()}
            gradients = {**gradients, **own}
        super()._add_gradients(gradients)
