"""Dropout: units are set to 0 at random in training, so that none relies on another.

Source: CS224n notes part III, section 2.3; Srivastava et al., "Dropout: A Simple Way to Prevent
Neural Networks from Overfitting" (2014); Gal and Ghahramani, "A Theoretically Grounded Application
of Dropout in Recurrent Neural Networks" (2016), for one mask at all steps.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from framework.interfaces import Array, Model


class Dropout(Model):
    """In training every entry is kept with probability p, else 0; at test time all are kept.

    A unit's output has the same mean in training and at test time. Either every entry is scaled by
    p at test time (the notes), or kept entries are scaled by 1/p in training (`inverted`).

    Args:
        keep_probability: p, in (0, 1].
        inverted: scale in training instead of at test time.
        rng: draws which entries are kept.

    Raises:
        ValueError: `keep_probability` is not in (0, 1].
    """

    def __init__(
        self, keep_probability: float, *, inverted: bool = False, rng: np.random.Generator
    ) -> None:
        super().__init__()
        if not 0 < keep_probability <= 1:
            raise ValueError(f"keep_probability lies in (0, 1], but got {keep_probability}")
        self.keep_probability, self.inverted, self.rng = keep_probability, inverted, rng

    def forward(self, x: Array) -> Array:
        """Return x ∘ m with a factor m for each entry; in training each call draws new factors.

            in training:    m = 1 with probability p, else 0        (`inverted`: 1/p, else 0)
            at test time:   m = p                                   (`inverted`: 1)

        In training one number u in [0, 1) is drawn per entry, ``self.rng.random(x.shape)``, and the
        entry is kept where u < p.

        Args:
            x: `(...)`. Not modified.

        Returns:
            `(...)`, of the dtype of `x`; a new array.
        """
        # BEGIN SOLUTION: make the factors, keep them for backward, and multiply
        p = self.keep_probability
        if self.training:
            kept = self.rng.random(x.shape) < p
            factors = kept / p if self.inverted else kept
        else:
            factors = np.full(x.shape, 1.0 if self.inverted else p)
        self._factors = factors.astype(x.dtype)
        return x * self._factors
        # END SOLUTION

    def backward(self, grad_output: Array) -> Array:
        """Return the gradient of x `(...)`, with the factors of the last `forward`.

        Args:
            grad_output: `(...)`. Not modified.
        """
        # BEGIN SOLUTION
        return grad_output * self._factors
        # END SOLUTION


class VariationalDropout(Model):
    """Dropout of sequences with one mask for all time steps of a sequence.

    Args:
        keep_probability: p, in (0, 1].
        inverted: scale by 1/p in training instead of by p at test time.
        rng: draws which features are kept.

    Raises:
        ValueError: `keep_probability` is not in (0, 1].
    """

    def __init__(
        self, keep_probability: float, *, inverted: bool = False, rng: np.random.Generator
    ) -> None:
        super().__init__()
        if not 0 < keep_probability <= 1:
            raise ValueError(f"keep_probability lies in (0, 1], but got {keep_probability}")
        self.keep_probability, self.inverted, self.rng = keep_probability, inverted, rng

    def forward(self, x: Array) -> Array:
        """Return x ∘ m as `Dropout.forward`, but with the same factor m(n, d) for all t.

        In training one number is drawn per sequence and feature: ``self.rng.random((N, D))``.

        Args:
            x: `(N, T, D)`. Not modified.

        Returns:
            `(N, T, D)`, of the dtype of `x`; a new array.
        """
        # BEGIN SOLUTION: as in Dropout, with factors (N, 1, D)
        p = self.keep_probability
        N, _, D = x.shape
        if self.training:
            kept = self.rng.random((N, D))[:, None] < p
            factors = kept / p if self.inverted else kept
        else:
            factors = np.full((N, 1, D), 1.0 if self.inverted else p)
        self._factors = factors.astype(x.dtype)
        return x * self._factors
        # END SOLUTION

    def backward(self, grad_output: Array) -> Array:
        """Return the gradient of x `(N, T, D)`, with the factors of the last `forward`.

        Args:
            grad_output: `(N, T, D)`. Not modified.
        """
        # BEGIN SOLUTION
        return grad_output * self._factors
        # END SOLUTION


def average_over_masks(f: Callable[[Array], Array], x: Array, keep_probability: float) -> Array:
    """Return the exact mean of f(x ∘ m) over all 2ⁿ masks m: the ensemble of all subnetworks.

        E[f(x ∘ m)] = Σ_m p^k (1 − p)^(n−k) f(x ∘ m)        k: number of ones in m

    Args:
        f: a network; called once for each mask, with `(n,)`.
        x: `(n,)` floats, n ≤ 12. Not modified.
        keep_probability: p.

    Returns:
        the mean, of the shape of f(x).
    """
    # BEGIN SOLUTION: itertools.product makes all masks
    from itertools import product

    p, total = keep_probability, 0.0
    for mask in product((0.0, 1.0), repeat=len(x)):
        kept = int(sum(mask))
        total = total + p**kept * (1 - p) ** (len(x) - kept) * f(x * np.array(mask))
    return np.asarray(total)
    # END SOLUTION


def monte_carlo(model: Model, x: Array, samples: int) -> tuple[Array, Array]:
    """Return mean and standard deviation of the outputs of a network that drops units.

        1/M Σ_m f(x, θ_m)        θ_m: the network after drawing the m-th mask

    The model is put into training mode, where it drops, and into evaluation mode at the end.

    Args:
        model: a model with dropout; ``forward(x)`` draws a new mask in training mode.
        x: its input. Not modified.
        samples: M, at least 1, the number of calls of `forward`.

    Returns:
        mean and standard deviation (with 1/M) over the samples, each of the shape of the output.
    """
    # BEGIN SOLUTION
    model.train()
    outputs = np.stack([model.forward(x) for _ in range(samples)])
    model.eval()
    return outputs.mean(axis=0), outputs.std(axis=0)
    # END SOLUTION
