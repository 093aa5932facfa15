"""The window scorer on torch tensors, differentiated by hand as the exercise has it.

Source: CS224n notes part III, sections 1.3, 1.5 and 1.6.
"""

from __future__ import annotations

import numpy as np
import torch
from torch import Tensor

from framework.interfaces import Model
from framework.models.differentiated import check_forward
from framework.models.parts import part
from plugins.torch_backend.arrays import to_tensor
from plugins.torch_backend.neural_networks.neuron import Affine


@torch.no_grad()
def deltas(
    x: Tensor, W: Tensor, b: Tensor, U: Tensor, activation: str = "sigmoid"
) -> tuple[Tensor, Tensor, float]:
    """Return the error ∂s/∂z of every node of s = Uᵀ f(W x + b) for one window.

    Returns:
        the errors of the input `(D,)`, of the hidden layer `(H,)`, and of the score: 1.

    Raises:
        ValueError: the shapes do not fit.
    """
    x, W, b, U = (to_tensor(value) for value in (x, W, b, U))
    D, H = W.shape
    if (x.shape, b.shape, U.shape) != ((D,), (H,), (H,)):
        got = f"{tuple(x.shape)}, {tuple(b.shape)} and {tuple(U.shape)}"
        raise ValueError(f"W {(D, H)} needs x {(D,)}, b {(H,)} and U {(H,)}, but got {got}")
    f = part(activation)()
    f.forward(torch.addmv(b, W.T, x))
    delta_2 = f.backward(U)
    return W @ delta_2, delta_2, 1.0


class WindowScorer(Model):
    """s = Uᵀ f(W x + b), a score for every window."""

    def __init__(
        self,
        input_size: int,
        hidden_size: int,
        activation: str = "sigmoid",
        *,
        rng: np.random.Generator,
    ) -> None:
        super().__init__()
        D, H = input_size, hidden_size
        self.input_size, self.activation = D, activation
        self.f = self.add_child("f", part(activation)())
        self.hidden = self.add_child("_hidden", Affine(D, H, rng=rng))
        self.add_parameter("U", rng.normal(scale=H**-0.5, size=H))

    def deltas(self, x: Tensor) -> tuple[Tensor, Tensor, float]:
        """Return the errors of all nodes for the window `x: (D,)`."""
        W, b, U = (self.parameters[name] for name in ("W", "b", "U"))
        return deltas(x, W, b, U, self.activation)

    @torch.no_grad()
    def forward(self, x: Tensor) -> Tensor:
        """Return the scores `(N,)` of the windows `x: (N, D)`.

        Raises:
            ValueError: `x` is not `(N, D)`.
        """
        x = to_tensor(x)
        if x.ndim != 2 or x.shape[1] != self.input_size:
            raise ValueError(f"x must be (N, {self.input_size}), but has shape {tuple(x.shape)}")
        self._a = self.f.forward(self.hidden.forward(x))
        s: Tensor = self._a @ self.parameters["U"]
        return s

    @torch.no_grad()
    def backward(self, grad_s: Tensor) -> Tensor:
        """Add the gradients of W, b and U; return that of the windows, `(N, D)`."""
        check_forward(self, "_a")
        delta_2: Tensor = self.f.backward(torch.outer(grad_s, self.parameters["U"]))
        self.gradients["U"].addmv_(self._a.T, grad_s)
        return torch.as_tensor(self.hidden.backward(delta_2))
