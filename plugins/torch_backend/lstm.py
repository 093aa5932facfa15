"""Long short-term memory by the kernel behind `torch.nn.LSTM`, and step by step under a mask.

Source: CS224n lecture 7, sections 3.1 to 3.5; Hochreiter and Schmidhuber, "Long Short-Term Memory"
(1997); Gers, Schmidhuber and Cummins, "Learning to Forget" (2000), for the forget gate.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import torch
from torch import Tensor

from framework.interfaces import Model
from plugins.torch_backend.arrays import to_tensor
from plugins.torch_backend.model import leaf

State = tuple[Tensor, Tensor]


class LSTM(Model):
    """h_t = o ∘ tanh(c_t), c_t = f ∘ c_{t−1} + i ∘ g; the weights of i, f, o, g side by side.

    Args:
        input_size: D.
        hidden_size: H.
        forget_bias: the initial bias of f.
        rng: draws the initial weights.

    Parameters:
        W_x `(D, 4H)`, W_h `(H, 4H)`, b `(4H,)`.

    Attributes:
        state: h and c after the last step that `forward` read, each `(N, H)`.
    """

    state: State

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
        for name in ("W_x", "W_h"):  # as the kernel reads them: its rows are our columns
            self.parameters[name] = self.parameters[name].t().contiguous().t()
            self.gradients[name] = torch.zeros_like(self.parameters[name])

    def initial_state(self, batch_size: int) -> State:
        """The state before the first step, two tensors of zeros `(batch_size, H)`."""
        b = self.parameters["b"]
        return b.new_zeros(batch_size, self.hidden_size), b.new_zeros(batch_size, self.hidden_size)

    def forward(self, x: Tensor, state: State | None = None, mask: Any = None) -> Tensor:
        """All states h `(N, T, H)` of `x: (N, T, D)`.

        Args:
            x: T ≥ 1.
            state: h_0 and c_0, each `(N, H)`; zeros if None.
            mask: `(N, T)`, False where there is no word and the state stays; or None.

        Raises:
            ValueError: the last axis of `x` is not D.
        """
        x = to_tensor(x)
        if x.shape[-1] != self.input_size:
            got = x.shape[-1]
            raise ValueError(f"x has {got} features per step, but input_size is {self.input_size}")
        h_0, c_0 = self.initial_state(len(x)) if state is None else state
        self._inputs = [leaf(x), leaf(h_0), leaf(c_0)]
        self._by_kernel = mask is None
        weights = list(self.parameters.values())
        self._leaves = [leaf(_to_kernel(w)) if self._by_kernel else leaf(w) for w in weights]
        with torch.enable_grad():
            if mask is None:
                self._h, state = self._kernel_steps(*self._inputs)
            else:
                self._h, state = self._masked_steps(to_tensor(mask).bool(), *self._inputs)
        self.state = state[0].detach(), state[1].detach()
        return self._h.detach()

    def backward(self, grad_h: Tensor) -> tuple[Tensor, State]:
        """Add the parameter gradients into `gradients`.

        Args:
            grad_h: `(N, T, H)`.

        Returns:
            grad_x `(N, T, D)`, and the gradients of h_0 and c_0, each `(N, H)`.
        """
        leaves = [*self._inputs, *self._leaves]
        found = torch.autograd.grad(
            self._h, leaves, grad_h, retain_graph=True, materialize_grads=True
        )
        for gradient, new in zip(self.gradients.values(), found[3:], strict=True):
            gradient.add_(_from_kernel(new) if self._by_kernel else new)
        return found[0], (found[1], found[2])

    def _kernel_steps(self, x: Tensor, h_0: Tensor, c_0: Tensor) -> tuple[Tensor, State]:
        """Torch's kernel has a second bias, which stays 0."""
        weights = [*self._leaves, torch.zeros_like(self.parameters["b"])]
        h, h_T, c_T = torch.lstm(
            x, [h_0[None], c_0[None]], weights, True, 1, 0.0, True, False, batch_first=True
        )
        return h, (h_T[0], c_T[0])

    def _masked_steps(self, mask: Tensor, x: Tensor, h: Tensor, c: Tensor) -> tuple[Tensor, State]:
        W_x, W_h, b = self._leaves
        from_input = x @ W_x + b
        states = []
        for a, words in zip(from_input.unbind(1), mask[:, :, None].unbind(1), strict=True):
            *gates, g = torch.chunk(a + h @ W_h, 4, dim=1)
            i, f, o = (gate.sigmoid() for gate in gates)
            new_c = f * c + i * g.tanh()
            c, h = torch.where(words, new_c, c), torch.where(words, o * new_c.tanh(), h)
            states.append(h)
        return torch.stack(states, dim=1), (h, c)


def _to_kernel(value: Tensor) -> Tensor:
    """The kernel keeps weights transposed, in the order i, f, g, o instead of i, f, o, g."""
    return _swapped(value.t())


def _from_kernel(value: Tensor) -> Tensor:
    """The way back."""
    return _swapped(value).t()


def _swapped(value: Tensor) -> Tensor:
    """The last two of four blocks of rows in the opposite order."""
    i, f, third, fourth = torch.chunk(value, 4)
    return torch.cat([i, f, fourth, third])
