"""The base class of recurrent layers: initial states and checks of inputs."""

from __future__ import annotations

from typing import Any

from torch import Tensor

from framework.models.differentiated import DifferentiatedModel
from plugins.torch_backend.arrays import to_tensor
from plugins.torch_backend.shared.packing import Packing, has_padding, packing


class RecurrentLayer(DifferentiatedModel):
    """A recurrent layer that torch differentiates: `compute` gets x and the tensors of the state.

    It returns all states h, and the tensors of the last state if that is not the last h.

    Under a mask the kernel reads packed words, see `packing`. Only a mask with a gap between the
    words of a text needs single steps.

    Attributes:
        input_size: D.
        hidden_size: H.
        state: after the last step that `forward` read: a tensor `(N, H)`, or a tuple of them.
    """

    #: Number of tensors of a state.
    state_parts = 1

    input_size: int
    hidden_size: int
    state: Any

    def initial_state(self, batch_size: int) -> Any:
        """Return the state before the first step: zeros."""
        b = self.parameters["b"]
        return _state([b.new_zeros(batch_size, self.hidden_size) for _ in range(self.state_parts)])

    def forward(self, x: Tensor, state: Any = None, mask: Any = None) -> Tensor:
        """Return all states h `(N, T, H)` of `x: (N, T, D)`, T ≥ 1.

        Args:
            x: the inputs.
            state: the first state; None: `initial_state`.
            mask: `(N, T)`, False where there is no word and the state stays; or None.

        Raises:
            ValueError: the last axis of `x` is not D.
        """
        x = checked_inputs(x, self.input_size)
        start = self.initial_state(len(x)) if state is None else state
        self._take_mask(mask)
        value = super().forward(x, *(start if isinstance(start, (tuple, list)) else [start]))
        h: Tensor
        h, *last = value if isinstance(value, tuple) else (value, value[:, -1].clone())
        self.state = _state(last)
        return h

    def _take_mask(self, mask: Any) -> None:
        """Set the mask, None if it hides nothing, and its packing, None for a mask with gaps."""
        words = None if mask is None else to_tensor(mask).bool()
        self._mask: Tensor | None = words if words is not None and has_padding(words) else None
        self._packing: Packing | None = None if self._mask is None else packing(self._mask)

    @property
    def _has_gaps(self) -> bool:
        """Whether the mask needs single steps."""
        return self._mask is not None and self._packing is None

    def backward(self, grad_h: Tensor) -> tuple[Tensor, Any]:
        """Return the gradients of x `(N, T, D)` and of the state it started from."""
        grad_x, *grad_state = super().backward(grad_h)
        return grad_x, _state(grad_state)


def checked_inputs(value: Any, size: int) -> Tensor:
    """Return `value` as a tensor `(..., size)`.

    Raises:
        ValueError: its last axis has another length.
    """
    x = to_tensor(value)
    if x.shape[-1] != size:
        got = x.shape[-1]
        raise ValueError(f"x has {got} features per step, but input_size is {size}")
    return x


def _state(tensors: list[Tensor]) -> Any:
    return tensors[0] if len(tensors) == 1 else tuple(tensors)
