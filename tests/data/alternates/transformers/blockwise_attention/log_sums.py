"""The state has its sums as logs and means; slices of queries, einsum, warnings are errors."""

import numpy as np

from framework.interfaces import Model

np.seterr(all="raise", under="ignore")
LEAST = -np.inf


def blocks(length, size):
    return [slice(a, min(a + size, length)) for a in range(0, length, size)]


def add_block(state, scores, values):
    old, total, sums = (part.copy() for part in state)
    m = np.maximum(old, np.max(scores, axis=2, keepdims=True))
    there = m > LEAST
    # Where there is no key yet, everything is computed for a maximum of 0, and then set to 0.
    safe = np.where(there, m, 0).astype(scores.dtype)
    e = np.zeros_like(scores)
    np.exp(scores - safe, out=e, where=np.broadcast_to(there, scores.shape) & (scores > LEAST))
    decay = np.zeros_like(old)
    np.exp(old - safe, out=decay, where=old > LEAST)
    total *= decay
    total += np.sum(e, axis=2, keepdims=True)
    sums *= decay
    sums += np.einsum("nqb,nbe->nqe", e, values)
    return m, total, sums


class BlockwiseAttention(Model):
    def __init__(self, block_size, causal=False):
        super().__init__()
        if not block_size > 0:
            raise ValueError("block_size")
        self.size, self.causal = block_size, causal

    def block_scores(self, queries, keys, start, mask=None):
        part = keys[:, start : start + self.size]
        e = np.einsum("nqd,nbd->nqb", queries, part) / np.sqrt(queries.dtype.type(keys.shape[2]))
        allowed = np.ones(e.shape, bool)
        if mask is not None:
            allowed &= mask[:, start : start + self.size].reshape(len(e), 1, -1).astype(bool)
        if self.causal:
            more = keys.shape[1] - queries.shape[1] - start
            allowed &= np.tri(e.shape[1], e.shape[2], more, dtype=bool)
        e[~allowed] = LEAST
        return e

    def forward(self, queries, keys, values, mask=None):
        for array in (queries, keys, values):
            if np.ndim(array) != 3:
                raise ValueError("axes")
        N, Q, D = queries.shape
        K = keys.shape[1]
        if K < 1 or keys.shape != (N, K, D) or values.shape[:2] != (N, K):
            raise ValueError("shapes")
        if mask is not None and mask.shape != (N, K):
            raise ValueError("mask")
        if self.causal and Q > K:
            raise ValueError("queries")
        kind = queries.dtype
        state = (
            np.full((N, Q, 1), LEAST, kind),
            np.zeros((N, Q, 1), kind),
            np.zeros((N, Q, values.shape[2]), kind),
        )
        for part in blocks(K, self.size):
            state = add_block(
                state, self.block_scores(queries, keys, part.start, mask), values[:, part]
            )
        m, total, sums = state
        empty = total == 0
        self.log_sums = np.where(empty, LEAST, np.log(total + empty) + np.where(empty, 0, m))
        self.log_sums = self.log_sums.reshape(N, Q)
        self.kept = [x.copy() for x in (queries, keys, values)] + [mask]
        self.y = sums / (total + empty)
        return self.y.copy()

    def backward(self, grad_output):
        q, k, v, mask = self.kept
        L = self.log_sums[..., None]
        L = np.where(L == LEAST, 0, L).astype(q.dtype)
        D = np.einsum("nqe,nqe->nq", grad_output, self.y)[..., None]
        parts = []
        grad_q = np.zeros_like(q)
        for part in blocks(k.shape[1], self.size):
            e = self.block_scores(q, k, part.start, mask)
            p = np.where(e == LEAST, 0, np.exp(np.maximum(e, -1e30) - L)).astype(q.dtype)
            ds = p * (np.einsum("nqe,nbe->nqb", grad_output, v[:, part]) - D)
            ds /= np.sqrt(q.dtype.type(q.shape[2]))
            grad_q += np.einsum("nqb,nbd->nqd", ds, k[:, part])
            parts.append(
                (np.einsum("nqb,nqd->nbd", ds, q), np.einsum("nqb,nqe->nbe", p, grad_output))
            )
        grad_k, grad_v = (np.concatenate(grads, axis=1) for grads in zip(*parts, strict=True))
        return grad_q, grad_k, grad_v
