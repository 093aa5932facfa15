"""Losses on torch tensors."""

from __future__ import annotations

import torch
from torch import Tensor
from torch.nn import functional

from framework.models.differentiated import check_forward
from plugins.torch_backend.arrays import checked_ids, to_tensor

#: Torch always ignores one target value: this one, which is no class.
_NOTHING = torch.iinfo(torch.int64).min


class MaxMarginLoss:
    """J = 1/N Σ_n max(0, Δ + s_c,n − s_n): true windows must score Δ above corrupt ones.

    Source: notes part III, section 1.4.
    """

    def __init__(self, margin: float = 1.0) -> None:
        if not margin >= 0:
            raise ValueError(f"margin must be 0 or more, but got {margin}")
        self.margin = margin

    @torch.no_grad()
    def forward(self, true_scores: Tensor, corrupt_scores: Tensor) -> Tensor:
        """Return J of the true scores s `(...)` with their corrupt scores s_c.

        Raises:
            ValueError: the shapes differ, or there is no pair at all.
        """
        s, s_c = to_tensor(true_scores), to_tensor(corrupt_scores)
        if s.shape != s_c.shape or not s.numel():
            got = f"{tuple(s.shape)} and {tuple(s_c.shape)}"
            raise ValueError(f"scores (...) come in pairs of one shape, at least one; got {got}")
        violation = self.margin + s_c - s
        self._violated = (violation > 0).to(violation.dtype)
        return torch.relu(violation).mean()

    @torch.no_grad()
    def backward(self) -> tuple[Tensor, Tensor]:
        """Return ∂J/∂s and ∂J/∂s_c `(...)`; zeros for pairs with zero loss, also at the kink."""
        check_forward(self, "_violated")
        grad_corrupt = self._violated / self._violated.numel()
        return -grad_corrupt, grad_corrupt


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
