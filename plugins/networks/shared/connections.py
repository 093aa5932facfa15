"""Connections around a layer: residual and dense."""

from __future__ import annotations

from typing import Any

from framework.interfaces import Model


class Residual(Model):
    """y = x + f(x).

    Source: He et al., "Deep Residual Learning for Image Recognition" (2015).
    """

    def __init__(self, f: Any) -> None:
        super().__init__()
        self.f = self.add_child("f", f)

    def forward(self, x: Any) -> Any:
        """Return x + f(x).

        Raises:
            ValueError: f(x) has another shape than x.
        """
        change = self.f.forward(x)
        if change.shape != x.shape:
            made, given = tuple(change.shape), tuple(x.shape)
            raise ValueError(f"f makes {made} of {given}: that cannot be added to x")
        return x + change

    def backward(self, grad_output: Any) -> Any:
        """Return the gradient of x, around f and through it."""
        return grad_output + self.f.backward(grad_output)


class DenseConnection(Model):
    """y = [x, f(x)] in the last axis.

    Source: Huang et al., "Densely Connected Convolutional Networks" (2017).
    """

    def __init__(self, f: Any) -> None:
        super().__init__()
        self.f = self.add_child("f", f)

    def forward(self, x: Any) -> Any:
        """Return y `(..., D + H)` for `x: (..., D)`."""
        self._D = x.shape[-1]
        return self._arrays.namespace.concatenate([x, self.f.forward(x)], -1)

    def backward(self, grad_output: Any) -> Any:
        """Return the gradient of x, around f and through it."""
        return grad_output[..., : self._D] + self.f.backward(grad_output[..., self._D :])
