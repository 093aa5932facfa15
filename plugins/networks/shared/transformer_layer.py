"""A transformer block in the place of a recurrent layer.

Source: Vaswani et al., "Attention Is All You Need" (2017), sections 3.1 and 3.5.
"""

from __future__ import annotations

import numpy as np

from framework.models.parts import part
from plugins.networks.shared.blocks import Chain, Sinusoids


class TransformerLayer(Chain):
    """h = norm(block(x W + b + p)), with the sinusoids p of the positions.

    Here x is `(N, T, D)` and h is `(N, T, H)`. The block is causal, so that no word depends on
    padding at the end.

    Args:
        input_size, hidden_size: D and H, the sizes of a vector of x and of h.
        rng: draws the parameters.
    """

    def __init__(self, input_size: int, hidden_size: int, *, rng: np.random.Generator) -> None:
        super().__init__()
        self.hidden_size = hidden_size
        heads = next(n for n in (4, 2, 1) if hidden_size % n == 0)
        block = part("transformer_block")(hidden_size, heads, causal=True, rng=rng)
        self.add_layer("input", part("affine")(input_size, hidden_size, rng=rng))
        self.add_layer("positions", Sinusoids())
        self.add_layer("block", block)
        self.add_layer("norm", part("layer_norm")(hidden_size))
