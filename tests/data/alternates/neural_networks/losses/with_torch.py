"""PyTorch's own losses, and autograd."""

import torch
import torch.nn.functional as F  # noqa: N812 - the usual name


class MaxMarginLoss:
    def __init__(self, margin=1.0):
        if not margin >= 0:
            raise ValueError("negative margin")
        self.margin = margin

    def forward(self, true_scores, corrupt_scores):
        if true_scores.shape != corrupt_scores.shape or true_scores.numel() == 0:
            raise ValueError("scores must come in pairs")
        self.s = [scores.clone().requires_grad_() for scores in (true_scores, corrupt_scores)]
        # margin_ranking_loss has slope 1 at the kink; relu has none.
        self.loss = F.relu(self.margin + self.s[1] - self.s[0]).mean()
        return self.loss.item()

    def backward(self):
        return torch.autograd.grad(self.loss, self.s, retain_graph=True)


class SoftmaxCrossEntropy:
    def forward(self, logits, targets):
        if targets.is_floating_point():
            raise IndexError("targets are no ids")
        C = logits.shape[-1]
        if targets.shape != logits.shape[:-1] or not targets.numel():
            raise ValueError("one target for each row")
        if targets.min() < 0 or targets.max() >= C:
            raise IndexError("a target is no class")
        self.z = logits.clone().requires_grad_()
        self.loss = F.cross_entropy(self.z.reshape(-1, C), targets.reshape(-1))
        return self.loss.item()

    def backward(self):
        return torch.autograd.grad(self.loss, self.z, retain_graph=True)[0]
