"""Backpropagation through one hidden layer, twice: node by node, and with matrices.

The network scores a window of words, s = Uᵀ f(W x + b). Layer 1 is the input, layer 2 the hidden
layer, layer 3 the score. Node i of layer k receives z_i⁽ᵏ⁾, returns a_i⁽ᵏ⁾, and has the error
δ_i⁽ᵏ⁾ = ∂s/∂z_i⁽ᵏ⁾. In layers 1 and 3, a = z.

Source: CS224n notes part III, sections 1.3, 1.5 and 1.6.
"""

from __future__ import annotations

import numpy as np

from framework.interfaces import Array, Model
from framework.models.parts import part


def deltas(
    x: Array, W: Array, b: Array, U: Array, activation: str = "sigmoid"
) -> tuple[Array, Array, float]:
    """Return the error δ of each node of the network for one window, element by element:

        δ_1⁽³⁾ = 1      δ_i⁽²⁾ = f'(z_i⁽²⁾) δ_1⁽³⁾ U_i      δ_j⁽¹⁾ = Σ_i δ_i⁽²⁾ W_ji

    where z_i⁽²⁾ = Σ_j x_j W_ji + b_i, and the connection from input j to hidden node i is W[j, i].

    Args:
        x: one window `(D,)`.
        W: `(D, H)`.
        b: `(H,)`.
        U: `(H,)`.
        activation: registered name of f. `part(activation)()` is your class of that name; its
            `backward` with an upstream gradient of ones returns f' at the z of its last `forward`.

    Returns:
        δ⁽¹⁾ `(D,)`, δ⁽²⁾ `(H,)`, and δ⁽³⁾, a number.

    Raises:
        ValueError: the shapes do not match.
    """
    D, H = W.shape
    if (x.shape, b.shape, U.shape) != ((D,), (H,), (H,)):
        raise ValueError(
            f"W {W.shape} needs x {(D,)}, b {(H,)} and U {(H,)}, but got {x.shape}, {b.shape} "
            f"and {U.shape}"
        )
    # TODO: loops over i and j, as in the formulas
    raise NotImplementedError


class WindowScorer(Model):
    """s = Uᵀ f(W x + b), a score for each window, differentiated with matrices.

    Args:
        input_size: D, the length of a window: the vectors of its words, concatenated.
        hidden_size: H.
        activation: registered name of f.
        rng: draws the initial weights.

    Parameters:
        W `(D, H)`, b `(H,)`, U `(H,)`.
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
        """Return the scores.

        Args:
            x: windows `(N, D)`, one per row.

        Returns:
            s `(N,)`.

        Raises:
            ValueError: `x` is not `(N, D)`.
        """
        if x.ndim != 2 or x.shape[1] != self.input_size:
            raise ValueError(f"x must be (N, {self.input_size}), but has shape {x.shape}")
        # TODO: no loop; use self.f, and keep what backward needs
        raise NotImplementedError

    def backward(self, grad_s: Array) -> Array:
        """Add the gradients of W, b and U; return that of the windows.

        With one window per row, and δ⁽³⁾ = ∂J/∂s instead of 1:

            δ⁽²⁾ = f'(z⁽²⁾) ∘ (δ⁽³⁾ Uᵀ)      δ⁽¹⁾ = δ⁽²⁾ Wᵀ
            ∂J/∂W = Σ_n x_n δ_n⁽²⁾ᵀ      ∂J/∂b = Σ_n δ_n⁽²⁾      ∂J/∂U = Σ_n δ_n⁽³⁾ a_n⁽²⁾

        Args:
            grad_s: δ⁽³⁾ = ∂J/∂s of every window, `(N,)`. Not modified.

        Returns:
            δ⁽¹⁾ = ∂J/∂x `(N, D)`.
        """
        # TODO: no loop; each δ is computed once and used again
        raise NotImplementedError
