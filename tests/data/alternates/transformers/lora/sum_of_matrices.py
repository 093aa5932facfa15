"""W + s A B as one matrix, and its gradient; W is stored for `unmerge`."""

import numpy as np

from framework.interfaces import Model


class LoRA(Model):
    def __init__(self, layer, rank, alpha, rng):
        super().__init__()
        shape = layer.parameters["W"].shape
        if rank != min(max(rank, 1), *shape):
            raise ValueError(f"rank {rank}")
        if np.isnan(alpha) or alpha <= 0:
            raise ValueError(f"alpha {alpha}")
        kind = layer.parameters["W"].dtype
        self.layer, self.rank, self.alpha = layer, rank, alpha
        self.add_parameter(
            "A", (rng.standard_normal((shape[0], rank)) / shape[0] ** 0.5).astype(kind)
        )
        self.add_parameter("B", np.zeros((rank, shape[1]), dtype=kind))
        self.before = None

    @property
    def scale(self):
        return self.alpha / self.rank

    @property
    def merged(self):
        return self.before is not None

    def change(self):
        return np.linalg.multi_dot([self.parameters["A"], self.parameters["B"]]) * self.scale

    def forward(self, x):
        W = self.layer.parameters["W"]
        if x.ndim == 0 or x.shape[-1] != W.shape[0]:
            raise ValueError(f"x {x.shape}")
        self.x = x.copy()
        return x @ (W if self.merged else W + self.change()) + self.layer.parameters["b"]

    def backward(self, grad_output):
        if self.merged:
            raise ValueError("merged")
        W = self.layer.parameters["W"] + self.change()
        axes = list(range(grad_output.ndim - 1))
        # The gradient of the whole matrix, and through it those of its factors.
        grad_W = np.tensordot(self.x, grad_output, axes=(axes, axes)) * self.scale
        self.gradients["A"] += grad_W @ self.parameters["B"].T
        self.gradients["B"] += self.parameters["A"].T @ grad_W
        return np.matmul(grad_output, W.T)

    def merge(self):
        if not self.merged:
            self.before = self.layer.parameters["W"].copy()
            self.layer.parameters["W"][...] += self.change()

    def unmerge(self):
        if self.merged:
            self.layer.parameters["W"][...] = self.before
            self.before = None
