"""PyTorch: products and a softmax, and autograd for the rest."""

import torch


def masked_softmax(scores, mask=None):
    if mask is None:
        return torch.softmax(scores, -1)
    sizes = list(zip(reversed(mask.shape), reversed(scores.shape), strict=False))
    if mask.ndim > scores.ndim or any(one not in (1, size) for one, size in sizes):
        raise ValueError("mask")
    weights = torch.softmax(torch.where(mask, scores, -torch.inf), -1)
    return torch.where(mask, weights, 0)


class Base:
    def __init__(self, **tables):
        self.parameters = {name: torch.as_tensor(value) for name, value in tables.items()}
        self.gradients = {name: torch.zeros_like(t) for name, t in self.parameters.items()}

    def train(self):
        pass

    def eval(self):
        pass

    def zero_gradients(self):
        for gradient in self.gradients.values():
            gradient.zero_()

    def scores(self, queries, keys):
        return self.compare(self.parameters, queries, keys)

    def forward(self, queries, keys, values, mask=None):
        if queries.ndim != 3 or keys.ndim != 3 or values.ndim != 3 or keys.shape[1] == 0:
            raise ValueError("axes")
        if len(queries) != len(keys) or keys.shape[:2] != values.shape[:2]:
            raise ValueError("sizes")
        N, Q, K = *queries.shape[:2], keys.shape[1]
        if mask is None:
            mask = torch.ones(N, Q, K, dtype=torch.bool)
        elif mask.shape == (N, K):
            mask = mask[:, None].expand(N, Q, K)
        elif mask.shape != (N, Q, K):
            raise ValueError("mask")
        self.leaves = [x.detach().clone().requires_grad_() for x in (queries, keys, values)]
        self.tables = {n: t.detach().clone().requires_grad_() for n, t in self.parameters.items()}
        scores = self.compare(self.tables, *self.leaves[:2])
        some = mask.any(-1, keepdim=True)
        weights = torch.softmax(torch.where(mask | ~some, scores, -torch.inf), -1) * some
        self.weights, self.y = weights.detach(), weights @ self.leaves[2]
        return self.y.detach().clone()

    def backward(self, grad_output):
        wanted = [*self.leaves, *self.tables.values()]
        found = torch.autograd.grad(self.y, wanted, grad_output, retain_graph=True)
        for name, gradient in zip(self.tables, found[3:], strict=True):
            self.gradients[name] += gradient
        return found[:3]


class DotProductAttention(Base):
    def __init__(self, *, scaled=True):
        super().__init__()
        self.scaled = scaled

    def compare(self, tables, q, k):
        if q.shape[-1] != k.shape[-1]:
            raise ValueError("features")
        return torch.einsum("nqd,nkd->nqk", q, k) / (q.shape[-1] ** 0.5 if self.scaled else 1)


class BilinearAttention(Base):
    def __init__(self, query_size, key_size, *, rng):
        super().__init__(W=rng.normal(size=(query_size, key_size)))
        self.sizes = query_size, key_size

    def compare(self, tables, q, k):
        if (q.shape[-1], k.shape[-1]) != self.sizes:
            raise ValueError("features")
        return torch.einsum("nqd,de,nke->nqk", q, tables["W"], k)


class AdditiveAttention(Base):
    def __init__(self, query_size, key_size, hidden_size, *, rng):
        W_q = rng.normal(size=(query_size, hidden_size))
        W_k = rng.normal(size=(key_size, hidden_size))
        super().__init__(W_q=W_q, W_k=W_k, v=rng.normal(size=hidden_size))
        self.sizes = query_size, key_size

    def compare(self, tables, q, k):
        if (q.shape[-1], k.shape[-1]) != self.sizes:
            raise ValueError("features")
        a = (q @ tables["W_q"]).unsqueeze(2) + (k @ tables["W_k"]).unsqueeze(1)
        return a.tanh() @ tables["v"]
