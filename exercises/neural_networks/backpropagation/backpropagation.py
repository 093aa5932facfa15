"""Backpropagation through one hidden layer, twice: node by node, and with matrices.

The network scores a window of words, s = Uᵀ f(W x + b). The error of node i of layer k is
δ_i⁽ᵏ⁾ = ∂s/∂z_i⁽ᵏ⁾, with the input as layer 1, the hidden layer as 2 and the score as 3.

Source: CS224n notes part III, sections 1.3, 1.5 and 1.6.
"""

from __future__ import annotations

import numpy as np

from framework.interfaces import Array, Model
from framework.models.parts import part


def deltas(
    x: Array, W: Array, b: Array, U: Array, activation: str = "sigmoid"
) -> tuple[Array, Array, float]:
    """Return the error δ of each node for one window, element by element.

    Args:
        x: one window `(D,)`.
        W: `(D, H)`; W[j, i] connects input j to hidden node i.
        b, U: `(H,)`.
        activation: registered name of f: `part(activation)()` is your layer.

    Returns: δ⁽¹⁾ `(D,)`, δ⁽²⁾ `(H,)`, and δ⁽³⁾ = 1.0.
    Raises: ValueError if the shapes do not match.
    """
    D, H = W.shape
    if (x.shape, b.shape, U.shape) != ((D,), (H,), (H,)):
        raise ValueError(
            f"W {W.shape} needs x {(D,)}, b {(H,)} and U {(H,)}, but got {x.shape}, {b.shape} "
            f"and {U.shape}"
        )
    # TODO: loops over the nodes i of layer 2 and the inputs j
    raise NotImplementedError


class WindowScorer(Model):
    """s = Uᵀ f(W x + b), a score for each window of D numbers, differentiated with matrices.

    Parameters: W `(D, H)`, b `(H,)`, U `(H,)`. The name of f is `activation`, as in `deltas`.
    """

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
        self.add_parameter("W", rng.normal(scale=D**-0.5, size=(D, H)))
        self.add_parameter("b", np.zeros(H))
        self.add_parameter("U", rng.normal(scale=H**-0.5, size=H))

    def deltas(self, x: Array) -> tuple[Array, Array, float]:
        """Given: return the errors of all nodes for the window `x: (D,)`, from `deltas`."""
        W, b, U = (self.parameters[name] for name in ("W", "b", "U"))
        return deltas(x, W, b, U, self.activation)

    def forward(self, x: Array) -> Array:
        """Return the scores `(N,)` of the windows `x: (N, D)`.

        Raises: ValueError if `x` is not `(N, D)`.
        """
        if x.ndim != 2 or x.shape[1] != self.input_size:
            raise ValueError(f"x must be (N, {self.input_size}), but has shape {x.shape}")
        # TODO: no loop; use self.f, and keep what backward needs
        raise NotImplementedError

    def backward(self, grad_s: Array) -> Array:
        """Add the gradients of W, b and U for ∂J/∂s `(N,)`; return that of the windows `(N, D)`."""
        # TODO: no loop; each δ is computed once and used again
        raise NotImplementedError
