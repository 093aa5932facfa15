"""One axis for the groups and one for the heads of a group, and no copies of keys."""

import numpy as np

from framework.interfaces import Model


def split_heads(x, heads):
    return np.ascontiguousarray(np.moveaxis(x.reshape(*x.shape[:2], heads, -1), 2, 1))


def join_heads(x):
    return np.moveaxis(x, 1, 2).reshape(x.shape[0], x.shape[2], -1)


def causal_mask(length, past=0):
    return np.hstack([np.ones((length, past), bool), np.tril(np.ones((length, length), bool))])


def multiplications(length, features, heads, key_value_heads=None):
    share = 1 if key_value_heads is None else key_value_heads / heads
    return round(length * features**2 * (2 + 2 * share)), 2 * length * length * features


class MultiHeadAttention(Model):
    def __init__(self, features, heads, *, key_value_heads=None, causal=False, rng):
        super().__init__()
        G = key_value_heads if key_value_heads is not None else heads
        if min(heads, G) < 1 or features % heads or heads % G:
            raise ValueError(f"{heads} and {G} heads of {features} features")
        self.sizes, self.causal = (G, heads // G, features // heads), causal
        self.add_parameter(
            "W_qkv", rng.normal(size=(features, (heads + 2 * G) * features // heads))
        )
        self.add_parameter("W_o", rng.normal(size=(features, features)))

    def projected(self, x):
        D = len(self.parameters["W_o"])
        if x.ndim != 3 or 0 in x.shape[1:] or x.shape[-1] != D:
            raise ValueError(f"{x.shape}, not (N, T, {D})")
        (G, R, d), (N, T, _) = self.sizes, x.shape
        z = x @ self.parameters["W_qkv"]
        q = z[..., :D].reshape(N, T, G, R, d)
        k, v = z[..., D:].reshape(N, T, 2, G, d).transpose(2, 0, 1, 3, 4)
        return q, k, v

    def attended(self, q, k, allowed):
        scores = np.einsum("nigrd,njgd->ngrij", q, k) * q.dtype.type(self.sizes[2] ** -0.5)
        scores = np.where(allowed, scores, q.dtype.type(-np.inf))
        top = scores.max(axis=-1, keepdims=True)
        e = np.exp(scores - np.where(np.isfinite(top), top, 0))
        total = e.sum(axis=-1, keepdims=True)
        return e / np.where(total == 0, 1, total)

    def forward(self, x, mask=None):
        self.q, self.k, self.v = self.projected(x)
        N, T, D = x.shape
        allowed = causal_mask(T) if self.causal else np.ones((T, T), bool)
        if mask is not None:
            if mask.shape not in {(N, T), (N, T, T)}:
                raise ValueError(f"mask {mask.shape}")
            each = mask if mask.ndim == 3 else np.repeat(mask[:, None], T, axis=1)
            allowed = (allowed & each)[:, None, None]
        self.x, self.a = x.copy(), self.attended(self.q, self.k, allowed)
        self.m = np.einsum("ngrij,njgd->nigrd", self.a, self.v).reshape(N, T, D)
        return self.m @ self.parameters["W_o"]

    @property
    def weights(self):
        N, _, _, T, S = self.a.shape
        return self.a.reshape(N, -1, T, S).copy()

    def backward(self, grad_output):
        N, T, _ = grad_output.shape
        self.gradients["W_o"] += np.einsum("nti,ntj->ij", self.m, grad_output)
        grad_m = (grad_output @ self.parameters["W_o"].T).reshape(self.q.shape)
        grad_v = np.einsum("ngrij,nigrd->njgd", self.a, grad_m)
        grad_a = np.einsum("nigrd,njgd->ngrij", grad_m, self.v)
        grad_e = self.a * (grad_a - np.einsum("ngrij,ngrij->ngri", self.a, grad_a)[..., None])
        grad_e *= grad_e.dtype.type(self.sizes[2] ** -0.5)
        grad_q = np.einsum("ngrij,njgd->nigrd", grad_e, self.k)
        grad_k = np.einsum("ngrij,nigrd->njgd", grad_e, self.q)
        grad_z = np.concatenate([g.reshape(N, T, -1) for g in (grad_q, grad_k, grad_v)], axis=2)
        self.gradients["W_qkv"] += np.einsum("nti,ntj->ij", self.x, grad_z)
        return grad_z @ self.parameters["W_qkv"].T

    def initial_cache(self, batch_size):
        G, _, d = self.sizes
        return tuple(np.zeros((2, batch_size, G, 0, d), self.parameters["W_o"].dtype))

    def step(self, x, cache):
        if not self.causal:
            raise ValueError("not causal")
        q, *new = self.projected(x)
        new = [np.moveaxis(part, 1, 2) for part in new]
        for old, part in zip(cache, new, strict=True):
            fits = old.ndim == 4 and old.shape[2] == cache[0].shape[2]
            if not fits or (*old.shape[:2], old.shape[3]) != (*part.shape[:2], part.shape[3]):
                raise ValueError("cache")
        k, v = (np.append(old, part, axis=2) for old, part in zip(cache, new, strict=True))
        allowed = causal_mask(x.shape[1], cache[0].shape[2])
        a = self.attended(q, np.moveaxis(k, 1, 2), allowed)
        means = np.einsum("ngrij,ngjd->nigrd", a, v)
        return means.reshape(x.shape) @ self.parameters["W_o"], (k, v)
