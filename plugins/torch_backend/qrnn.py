"""Quasi-recurrent networks: one product for all gates, then an elementwise recurrence.

Source: CS224n lecture 11, sections 5.1 to 5.4; Bradbury, Merity, Xiong and Socher, "Quasi-Recurrent
Neural Networks" (2016), sections 2 and 2.1.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import torch
from torch import Tensor

from plugins.torch_backend.arrays import to_tensor
from plugins.torch_backend.linear_recurrence import linear_recurrence
from plugins.torch_backend.model import TorchModel, leaf

State = tuple[Tensor, Tensor, Tensor]


class QRNN(TorchModel):
    """h_t = o ∘ c_t, c_t = f ∘ c_{t−1} + i ∘ z; the weights of z, f, o, i side by side.

    Args:
        input_size: D.
        hidden_size: H.
        width: how many inputs z and the gates of one step read.
        pooling: "f" (o = 1, i = 1 − f), "fo" (i = 1 − f) or "ifo".
        rng: draws the initial weights.

    Parameters:
        W `(width, D, G·H)`, b `(G·H,)`; G = 1 + len(pooling).

    Attributes:
        state: h and c after the last step that `forward` read, each `(N, H)`, and the last inputs
            `(N, width − 1, D)`.

    Raises:
        ValueError: `width` is not positive, or there is no such pooling.
    """

    state: State

    def __init__(
        self,
        input_size: int,
        hidden_size: int,
        width: int = 2,
        pooling: str = "f",
        *,
        rng: np.random.Generator,
    ) -> None:
        super().__init__()
        if width < 1:
            raise ValueError(f"width is at least 1, but got {width}")
        if pooling not in ("f", "fo", "ifo"):
            raise ValueError(f"pooling is 'f', 'fo' or 'ifo', but got '{pooling}'")
        D, H, blocks = input_size, hidden_size, 1 + len(pooling)
        self.input_size, self.hidden_size, self.width, self.pooling = D, H, width, pooling
        self.add_parameter("W", rng.normal(scale=(width * D) ** -0.5, size=(width, D, blocks * H)))
        self.add_parameter("b", np.zeros(blocks * H))

    def initial_state(self, batch_size: int) -> State:
        """The state before the first step, zeros: h and c `(batch_size, H)`, and the inputs."""
        b, H = self.parameters["b"], self.hidden_size
        before = b.new_zeros(batch_size, self.width - 1, self.input_size)
        return b.new_zeros(batch_size, H), b.new_zeros(batch_size, H), before

    def forward(self, x: Tensor, state: State | None = None, mask: Any = None) -> Tensor:
        """All states h `(N, T, H)` of `x: (N, T, D)`.

        Args:
            x: T ≥ 1.
            state: h_0, c_0 and the inputs before the first one; zeros if None.
            mask: `(N, T)`, False where there is no word and the state stays; or None.

        Raises:
            ValueError: the last axis of `x` is not D.
        """
        x = to_tensor(x)
        if x.shape[-1] != self.input_size:
            got = x.shape[-1]
            raise ValueError(f"x has {got} features per step, but input_size is {self.input_size}")
        first = self.initial_state(len(x)) if state is None else state
        words = None if mask is None else to_tensor(mask).bool().T[:, :, None]
        self._inputs = [leaf(x), *map(leaf, first)]
        self._leaves = {name: leaf(value) for name, value in self.parameters.items()}
        with torch.enable_grad():
            self._h, state = self._steps(words, *self._inputs)
        self.state = state[0].detach(), state[1].detach(), state[2].detach()
        return self._h.detach()

    def backward(self, grad_h: Tensor) -> tuple[Tensor, State]:
        """Add the parameter gradients into `gradients`.

        Args:
            grad_h: `(N, T, H)`.

        Returns:
            grad_x `(N, T, D)`, and the gradients of h_0, c_0 and the inputs before the first one.
        """
        leaves = [*self._inputs, *self._leaves.values()]
        found = torch.autograd.grad(
            self._h, leaves, grad_h, retain_graph=True, materialize_grads=True
        )
        for name, gradient in zip(self._leaves, found[4:], strict=True):
            self.gradients[name].add_(gradient)
        return found[0], (found[1], found[2], found[3])

    def _steps(
        self, words: Tensor | None, x: Tensor, h_0: Tensor, c_0: Tensor, before: Tensor
    ) -> tuple[Tensor, State]:
        """Inside, time comes first, so that a step is one block of memory."""
        x = x.transpose(0, 1)
        x = torch.cat([before.transpose(0, 1), x if words is None else x.where(words, 0)])
        z, f, *others = self._convolution(x).chunk(1 + len(self.pooling), dim=2)
        f = f.sigmoid() if words is None else f.sigmoid().where(words, 1)
        new = torch.lerp(z.tanh(), f.new_zeros(()), f)  # (1 − f) ∘ z
        ...
