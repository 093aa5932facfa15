"""A checkpoint for each block, and autograd for everything."""

import torch
from torch.utils.checkpoint import checkpoint


def added(m, s, u, scores, values):
    top = torch.maximum(m, scores.amax(-1, keepdim=True)).detach()
    safe = torch.where(top.isinf(), torch.zeros_like(top), top)
    p = (scores - safe).exp()
    factor = (m - safe).exp()
    return top, factor * s + p.sum(-1, keepdim=True), factor * u + p @ values


def add_block(state, scores, values):
    with torch.no_grad():
        return added(*state, scores, values)


class BlockwiseAttention:
    def __init__(self, block_size, *, causal=False):
        if block_size < 1:
            raise ValueError("block size")
        self.block_size, self.causal = block_size, causal
        self.parameters, self.gradients = {}, {}

    def train(self):
        pass

    def eval(self):
        pass

    def zero_gradients(self):
        pass

    def block_scores(self, queries, keys, start, mask=None):
        N, Q, D = queries.shape
        K = keys.shape[1]
        j = torch.arange(start, min(start + self.block_size, K))
        e = torch.einsum("nqd,nkd->nqk", queries, keys[:, j]) / D**0.5
        allowed = torch.ones(N, Q, len(j), dtype=torch.bool)
        if mask is not None:
            allowed &= mask[:, None, j]
        if self.causal:
            allowed &= j <= torch.arange(Q)[:, None] + K - Q
        return e.masked_fill(~allowed, -torch.inf)

    def forward(self, queries, keys, values, mask=None):
        if queries.ndim != 3 or keys.ndim != 3 or values.ndim != 3 or keys.shape[1] == 0:
            raise ValueError("axes")
        (N, Q, D), K = queries.shape, keys.shape[1]
        if keys.shape != (N, K, D) or values.shape[:2] != (N, K) or (self.causal and Q > K):
            raise ValueError("sizes")
        if mask is not None and mask.shape != (N, K):
            raise ValueError("mask")
        self.leaves = [x.detach().clone().requires_grad_() for x in (queries, keys, values)]
        q, k, v = self.leaves
        m = torch.full((N, Q, 1), -torch.inf, dtype=q.dtype)
        s, u = torch.zeros_like(m), torch.zeros(N, Q, v.shape[-1], dtype=q.dtype)

        def block(start, m, s, u):
            scores = self.block_scores(q, k, start, mask)
            return added(m, s, u, scores, v[:, start : start + self.block_size])

        for start in range(0, K, self.block_size):
            m, s, u = checkpoint(block, start, m, s, u, use_reentrant=False)
        s = torch.where(s == 0, 1.0, s)
        self.log_sums = (m + s.log()).detach().squeeze(-1)
        self.y = u / s
        return self.y.detach().clone()

    def backward(self, grad_output):
        return torch.autograd.grad(self.y, self.leaves, grad_output, retain_graph=True)
