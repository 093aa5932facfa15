"""The window scorer, and the errors of its nodes.

Source: CS224n notes part III, sections 1.3, 1.5 and 1.6.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from framework.interfaces import Model
from framework.models.differentiated import check_forward
from framework.models.parts import part


def deltas(x: Any, W: Any, b: Any, U: Any, activation: str = "sigmoid") -> tuple[Any, Any, float]:
    """Return the error ∂s/∂z of every node of s = Uᵀ f(W x + b) for one window.

    Returns:
        the errors of the input `(D,)`, of the hidden layer `(H,)`, and of the score: 1.

    Raises:
        ValueError: the shapes do not fit.
    """
    (D, H), shapes = W.shape, [tuple(value.shape) for value in (x, b, U)]
    if shapes != [(D,), (H,), (H,)]:
        raise ValueError(
            f"W {(D, H)} needs x {(D,)}, b {(H,)} and U {(H,)}, but got {shapes[0]}, {shapes[1]} "
            f"and {shapes[2]}"
        )
    f = part(activation)()
    f.forward(x @ W + b)
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
        self.hidden = self.add_child("_hidden", part("affine")(D, H, rng=rng))
        self.add_parameter("U", rng.normal(scale=H**-0.5, size=H))

    def deltas(self, x: Any) -> tuple[Any, Any, float]:
        """Return the errors of all nodes for the window `x: (D,)`."""
        p = self.parameters
        return deltas(x, p["W"], p["b"], p["U"], self.activation)

    def forward(self, x: Any) -> Any:
        """Return the scores `(N,)` of the windows `x: (N, D)`.

        Raises:
            ValueError: `x` is not `(N, D)`.
        """
        if x.ndim != 2 or x.shape[1] != self.input_size:
            raise ValueError(f"x must be (N, {self.input_size}), but has shape {tuple(x.shape)}")
        self._a = self.f.forward(self.hidden.forward(x))
        return self._a @ self.parameters["U"]

    def backward(self, grad_s: Any) -> Any:
        """Add the gradients of W, b and U; return that of the windows, `(N, D)`."""
        check_forward(self, "_a")
        self.gradients["U"] += self._a.T @ grad_s
        return self.hidden.backward(self.f.backward(grad_s[:, None] * self.parameters["U"]))
