"""Quasi-recurrent networks: one product for all gates, then an elementwise recurrence.

Source: CS224n lecture 11, sections 5.1 to 5.4; Bradbury, Merity, Xiong and Socher, "Quasi-Recurrent
Neural Networks" (2016), sections 2 and 2.1.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import torch
from torch import Tensor

from framework.interfaces import Model
from plugins.torch_backend.arrays import to_tensor, uniforms
from plugins.torch_backend.shared.linear_recurrence import linear_recurrence, linear_recurrence_back
from plugins.torch_backend.shared.products import product
from plugins.torch_backend.shared.recurrent_layer import checked_inputs

State = tuple[Tensor, Tensor, Tensor]

#: Compute the gradient of a from y = tanh(a) or σ(a), and the gradient of y.
_tanh_back = torch.ops.aten.tanh_backward.grad_input
_sigmoid_back = torch.ops.aten.sigmoid_backward.grad_input


class QRNN(Model):
    """h_t = o ∘ c_t, c_t = f ∘ c_{t−1} + i ∘ z; the weights of z, f, o, i side by side.

    With the pooling "f" o = 1 and i = 1 − f, with "fo" i = 1 − f. With `zoneout`, a random part of
    c keeps its value at a step in training: f = 1 and i = 0.

    Attributes:
        state: h and c `(N, H)` after the last step that `forward` read, and the last inputs
            `(N, width − 1, D)`.
        parallel: whether the recurrence is computed as a scan; None: on a GPU.
    """

    state: State
    parallel: bool | None = None

    def __init__(
        self,
        input_size: int,
        hidden_size: int,
        width: int = 2,
        pooling: str = "f",
        *,
        zoneout: float = 0.0,
        rng: np.random.Generator,
    ) -> None:
        super().__init__()
        if width < 1:
            raise ValueError(f"width is at least 1, but got {width}")
        if pooling not in ("f", "fo", "ifo"):
            raise ValueError(f"pooling is 'f', 'fo' or 'ifo', but got '{pooling}'")
        if not 0 <= zoneout < 1:
            raise ValueError(f"zoneout lies in [0, 1), but got {zoneout}")
        D, H, blocks = input_size, hidden_size, 1 + len(pooling)
        self.input_size, self.hidden_size, self.width, self.pooling = D, H, width, pooling
        self.zoneout, self.rng = zoneout, rng
        self.add_parameter("W", rng.normal(scale=(width * D) ** -0.5, size=(width, D, blocks * H)))
        self.add_parameter("b", np.zeros(blocks * H))

    def initial_state(self, batch_size: int) -> State:
        """Return the state before the first step: zeros."""
        b, H = self.parameters["b"], self.hidden_size
        before = b.new_zeros(batch_size, self.width - 1, self.input_size)
        return b.new_zeros(batch_size, H), b.new_zeros(batch_size, H), before

    @torch.no_grad()
    def forward(self, x: Tensor, state: State | None = None, mask: Any = None) -> Tensor:
        """Return all states h `(N, T, H)` of `x: (N, T, D)`: see `RecurrentLayer.forward`."""
        x = checked_inputs(x, self.input_size)
        h_0, c_0, before = self.initial_state(len(x)) if state is None else state
        self._words = None if mask is None else to_tensor(mask).bool().T[:, :, None]
        inputs = x.transpose(0, 1)  # time first: a step is one block of memory
        if self._words is not None:
            inputs = inputs.where(self._words, 0)
        inputs = torch.cat([before.transpose(0, 1), inputs])
        self._moves = self._words
        if self.training and self.zoneout:
            shape = *x.shape[:2], self.hidden_size
            moves = (uniforms(shape, x.device, rng=self.rng) >= self.zoneout).transpose(0, 1)
            self._moves = moves if self._words is None else moves & self._words
        self._compute_gates(inputs, x.shape[1])
        self._c = pooled(c_0, self._f, self._i, self._z, parallel=self.parallel)
        h = x.new_empty(*x.shape[:2], self.hidden_size)
        by_time = h.transpose(0, 1)
        if self._o is None:
            by_time.copy_(self._c[1:])
        else:
            torch.mul(self._o, self._c[1:], out=by_time)
        if self._words is not None:
            by_time.copy_(self._fill_padding(by_time, h_0, self._words))
        last = inputs[x.shape[1] :].transpose(0, 1)
        self.state = h[:, -1].clone(), self._c[-1].clone(), last.clone()
        return h

    @torch.no_grad()
    def backward(self, grad_h: Tensor) -> tuple[Tensor, State]:
        """Return gradients of x `(N, T, D)`, of h_0, c_0 and of the inputs before the first one."""
        z, f, o, i, c = self._z, self._f, self._o, self._i, self._c
        grad, grad_h_0 = self._fill_padding_backward(grad_h.transpose(0, 1))
        grad_c = _after(torch.zeros_like(c[0]), grad, 1 if o is None else o)
        linear_recurrence_back(f, grad_c, parallel=self.parallel)
        grad_new = grad_c[1:]
        past = c[:-1] if "i" in self.pooling else c[:-1] - z
        grad_a = z.new_empty(*z.shape[:2], len(self.parameters["b"]))
        of_z, of_f, *others = torch.split(grad_a, self.hidden_size, dim=2)
        _tanh_back(grad_new * i, z, grad_input=of_z)
        _sigmoid_back(grad_new * past, f, grad_input=of_f)
        if o is not None:
            _sigmoid_back(grad * c[1:], o, grad_input=others[0])
        if "i" in self.pooling:
            _sigmoid_back(grad_new * z, i, grad_input=others[1])
        grad_x, before = self._back_to_inputs(grad_a)
        return grad_x, (grad_h_0, grad_c[0], before)

    def _compute_gates(self, inputs: Tensor, T: int) -> None:
        """Return z and the gates `(T, N, H)`; f = 1 and i = 0 where c stays."""
        self._rows = torch.cat([inputs[k : k + T] for k in range(self.width)], dim=2).flatten(0, 1)
        H, N = self.hidden_size, inputs.shape[1]
        W, b = self.parameters["W"].flatten(0, 1), self.parameters["b"]
        self._z = product(self._rows, W[:, :H], b[:H], "tanh").view(T, N, H)
        gates = product(self._rows, W[:, H:], b[H:], "sigmoid").view(T, N, -1)
        f, *others = torch.split(gates, H, dim=2)
        self._f = f if self._moves is None else f.masked_fill_(~self._moves, 1)
        self._o = others[0] if others else None
        if len(others) < 2:
            self._i = 1 - self._f
        else:
            self._i = others[1] if self._moves is None else others[1].where(self._moves, 0)

    def _back_to_inputs(self, grad_a: Tensor) -> tuple[Tensor, Tensor]:
        """Add the gradients of W and b, and return those of x and of the inputs before it."""
        T, N, _ = grad_a.shape
        rows, W = grad_a.flatten(0, 1), self.parameters["W"]
        self.gradients["W"].add_(product(self._rows.T, rows).view_as(W))
        self.gradients["b"].add_(rows.sum(0))
        parts = product(rows, W.flatten(0, 1).T).view(T, N, self.width, -1)
        grad = parts.new_empty(self.width - 1 + T, N, self.input_size)
        grad[:T], grad[T:] = parts[:, :, 0], 0
        for k in range(1, self.width):
            grad[k : k + T] += parts[:, :, k]
        before, grad_x = grad.tensor_split([self.width - 1])
        if self._words is not None:
            grad_x = grad_x.where(self._words, 0)
        return grad_x.transpose(0, 1), before.transpose(0, 1)

    def _fill_padding(self, h: Tensor, h_0: Tensor, words: Tensor) -> Tensor:
        """Return h, replaced at padding by the h of the last word before it, or by h_0."""
        steps = torch.arange(1, len(h) + 1, device=h.device)[:, None, None]
        self._held = (steps * words).cummax(dim=0).values.expand_as(h)
        return torch.cat([h_0[None], h]).gather(0, self._held)

    def _fill_padding_backward(self, grad_h: Tensor) -> tuple[Tensor, Tensor]:
        """Return the gradients of the inputs of `_fill_padding`: of each h and of h_0."""
        nothing = torch.zeros_like(self._c[0])
        if self._words is None:
            return grad_h, nothing
        chosen = torch.zeros_like(self._c).scatter_add_(0, self._held, grad_h)
        return chosen[1:], chosen[0]


def pooled(c_0: Tensor, f: Tensor, i: Tensor, z: Tensor, *, parallel: bool | None = None) -> Tensor:
    """Return c_0 ... c_T `(T + 1, N, H)` of c_t = f_t ∘ c_{t−1} + i_t ∘ z_t."""
    c = _after(c_0, i, z)
    linear_recurrence(f, c, parallel=parallel)
    return c


def _after(first: Tensor, a: Tensor, b: Tensor | int) -> Tensor:
    """Return `first` followed by the T products a ∘ b, `(T + 1, N, H)`, without a copy."""
    states = a.new_empty(len(a) + 1, *first.shape)
    states[0] = first
    torch.mul(a, b, out=states[1:])
    return states
