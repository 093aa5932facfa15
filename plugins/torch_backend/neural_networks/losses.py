"""Losses on torch tensors."""

from __future__ import annotations

import torch
from torch import Tensor
from torch.nn import functional

from framework.models.differentiated import check_forward
from plugins.networks.neural_networks.losses import MaxMarginLoss
from plugins.torch_backend.arrays import checked_ids, to_tensor

__all__ = ["MaxMarginLoss", "SoftmaxCrossEntropy"]

#: Torch always ignores one target value: this one, which is no class.
_NOTHING = torch.iinfo(torch.int64).min


class SoftmaxCrossEntropy:
    """Mean negative log probability of the right classes under the softmax of the scores.

        J = −1/M Σ_m log p_m[y_m],    p_m = softmax(z_m),    ∂J/∂z_m = (p_m − onehot(y_m)) / M

    Source: lecture 1, section 4; lecture 6, section 2.4.
    """

    @torch.no_grad()
    def forward(self, logits: Tensor, targets: Tensor) -> Tensor:
        """Return J of the scores z `(..., C)` and the classes y `(...)`.

        Raises:
            ValueError: the shapes do not fit, or there is no target at all.
            IndexError: a target that is no class.
        """
        logits, targets = to_tensor(logits), to_tensor(targets)
        if logits.shape[:-1] != targets.shape or not targets.numel():
            raise ValueError(
                f"logits (..., C) need targets (...), received {tuple(logits.shape)} and "
                f"{tuple(targets.shape)}"
            )
        classes = logits.shape[-1]
        self._shape = logits.shape
        self._y = checked_ids(targets, classes).reshape(-1)
        self._log_p = functional.log_softmax(logits.detach().reshape(-1, classes), dim=-1)
        return functional.nll_loss(self._log_p, self._y, ignore_index=_NOTHING)

    @torch.no_grad()
    def backward(self) -> Tensor:
        """Return ∂J/∂z, in the shape and dtype of the logits."""
        check_forward(self, "_log_p")
        # ∂J/∂log p, then through the log-softmax: two operations, and no graph.
        grad = torch.zeros_like(self._log_p).scatter_(1, self._y[:, None], -1 / len(self._y))
        back = torch._log_softmax_backward_data(grad, self._log_p, 1, grad.dtype)
        return torch.as_tensor(back).view(self._shape)
