"""Gated recurrent units: torch's kernel where r acts after the matrix, else step by step.

Torch calls z what is 1 − u here: as σ(−a) = 1 − σ(a), its weights are those of u, negated.

Source: CS224n lecture 7, section 4.1; Cho et al., "Learning Phrase Representations using RNN
Encoder-Decoder for Statistical Machine Translation" (2014).
"""

from __future__ import annotations

from typing import Any

import numpy as np
import torch
from torch import Tensor

from framework.interfaces import Model
from plugins.torch_backend.arrays import to_tensor
from plugins.torch_backend.model import leaf


class GRU(Model):
    """h_t = (1 − u) ∘ h_{t−1} + u ∘ h̃; the weights of u, r, h̃ side by side.

    Args:
        input_size: D.
        hidden_size: H.
        reset_after: r acts after the matrix of h_{t−1}, not before it.
        rng: draws the initial weights.

    Parameters:
        W_x `(D, 3H)`, W_h `(H, 3H)`, b `(3H,)`; with `reset_after` also b_h `(H,)`.

    Attributes:
        state: h after the last step that `forward` read, `(N, H)`.
    """

    state: Tensor

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
        self.add_parameter("W_x", rng.normal(scale=D**-0.5, size=(D, 3 * H)))
        self.add_parameter("W_h", rng.normal(scale=H**-0.5, size=(H, 3 * H)))
        self.add_parameter("b", np.zeros(3 * H))
        if reset_after:
            self.add_parameter("b_h", np.zeros(H))

    def initial_state(self, batch_size: int) -> Tensor:
        """The state before the first step, zeros `(batch_size, H)`."""
        zeros: Tensor = self.parameters["b"].new_zeros(batch_size, self.hidden_size)
        return zeros

    def forward(self, x: Tensor, state: Tensor | None = None, mask: Any = None) -> Tensor:
        """All states h `(N, T, H)` of `x: (N, T, D)`.

        Args:
            x: T ≥ 1.
            state: h_0 `(N, H)`; zeros if None.
            mask: `(N, T)`, False where there is no word and the state stays; or None.

        Raises:
            ValueError: the last axis of `x` is not D.
        """
        x = to_tensor(x)
        if x.shape[-1] != self.input_size:
            got = x.shape[-1]
            raise ValueError(f"x has {got} features per step, but input_size is {self.input_size}")
        h_0 = self.initial_state(len(x)) if state is None else state
        self._inputs = [leaf(x), leaf(h_0)]
        self._leaves = {name: leaf(value) for name, value in self.parameters.items()}
        with torch.enable_grad():
            if self.reset_after and mask is None:
                self._h = self._kernel_steps(*self._inputs)
            else:
                words = None if mask is None else to_tensor(mask).bool()
                self._h = self._own_steps(words, *self._inputs)
        self.state = self._h[:, -1].detach().clone()
        return self._h.detach()

    def backward(self, grad_h: Tensor) -> tuple[Tensor, Tensor]:
        """Add the parameter gradients into `gradients`.

        Args:
            grad_h: `(N, T, H)`.

        Returns:
            grad_x `(N, T, D)`, and the gradient of h_0 `(N, H)`.
        """
        leaves = [*self._inputs, *self._leaves.values()]
        found = torch.autograd.grad(
            self._h, leaves, grad_h, retain_graph=True, materialize_grads=True
        )
        for name, gradient in zip(self._leaves, found[2:], strict=True):
            self.gradients[name].add_(gradient)
        return found[0], found[1]

    def _kernel_steps(self, x: Tensor, h_0: Tensor) -> Tensor:
        """Torch's kernel keeps transposed weights in the order r, z, h̃, and two biases."""
        p = self._leaves
        bias = torch.cat([torch.zeros_like(p["b_h"]).repeat(2), p["b_h"]])
        W_x, W_h, b = (_kernel_order(p[name]) for name in ("W_x", "W_h", "b"))
        weights = [W_x.T.contiguous(), W_h.T.contiguous(), b, bias]
        h, _ = torch.gru(x, h_0[None], weights, True, 1, 0.0, True, False, batch_first=True)
        return h

    def _own_steps(self, mask: Tensor | None, x: Tensor, h: Tensor) -> Tensor:
        H, p = self.hidden_size, self._leaves
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
    """From u, r, h̃ to r, −u, h̃ in the last axis."""
    u, r, content = torch.chunk(value, 3, dim=-1)
    return torch.cat([r, -u, content], dim=-1)
