"""A transformer block in the place of a recurrent layer.

Source: Vaswani et al., "Attention Is All You Need" (2017), sections 3.1 and 3.5.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from framework.interfaces import Model
from framework.models.parts import part


class TransformerEncoder(Model):
    """h = norm(block(x W + b + p)), with the sinusoids p of the positions.

    The block is causal, so that no word depends on padding at the end.

    Args:
        input_size, hidden_size: D and H, the sizes of a vector of x and of h.
        rng: draws the parameters.
    """

    def __init__(self, input_size: int, hidden_size: int, *, rng: np.random.Generator) -> None:
        super().__init__()
        self.hidden_size, self._sinusoidal = hidden_size, part("sinusoidal")
        heads = next(n for n in (4, 2, 1) if hidden_size % n == 0)
        block = part("transformer_block")(hidden_size, heads, causal=True, rng=rng)
        self.layers = [
            self.add_child("input", part("affine")(input_size, hidden_size, rng=rng)),
            self.add_child("block", block),
            self.add_child("norm", part("layer_norm")(hidden_size)),
        ]

    def forward(self, x: Any) -> Any:
        """Return h `(N, T, H)` of x `(N, T, D)`."""
        first, *others = self.layers
        H = self.hidden_size
        positions = self._sinusoidal(x.shape[1], H + H % 2)[:, :H]  # an odd H drops a cosine
        h = first.forward(x)
        h = h + self._arrays.astype(self._arrays.asarray(positions), h.dtype)
        for layer in others:
            h = layer.forward(h)
        return h

    def backward(self, grad_h: Any) -> Any:
        """Return the gradient of x `(N, T, D)`."""
        for layer in reversed(self.layers):
            grad_h = layer.backward(grad_h)
        return grad_h
