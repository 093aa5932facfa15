"""PyTorch: counts by index_put, torch's own SVD, and autograd for GloVe."""

import torch


def cooccurrences(tokens, window, vocabulary_size):
    ids = torch.as_tensor(tokens).long().reshape(-1)
    if len(ids) and not 0 <= int(ids.min()) <= int(ids.max()) < vocabulary_size:
        raise IndexError("id")
    counts = torch.zeros(vocabulary_size, vocabulary_size, dtype=torch.int64)
    for j in range(1, min(window, len(ids) - 1) + 1):
        one = torch.ones(len(ids) - j, dtype=torch.int64)
        counts.index_put_((ids[:-j], ids[j:]), one, accumulate=True)
        counts.index_put_((ids[j:], ids[:-j]), one, accumulate=True)
    return counts


def checked(counts):
    counts = counts.double()
    if counts.ndim != 2 or not torch.isfinite(counts).all() or (counts < 0).any():
        raise ValueError("counts")
    return counts


def ppmi(counts, shift=1.0):
    counts = checked(counts)
    if shift <= 0:
        raise ValueError("shift")
    logs = counts.log() + counts.sum().log() - torch.tensor(float(shift)).double().log()
    pmi = logs - counts.sum(1, keepdim=True).log() - counts.sum(0).log()
    return torch.where(counts > 0, pmi, 0).clamp(min=0)


def truncated_svd(matrix, k):
    if not 1 <= k <= min(matrix.shape):
        raise ValueError("k")
    U, S, Vh = torch.linalg.svd(matrix, full_matrices=False)
    U, S, Vh = U[:, :k], S[:k], Vh[:k]
    signs = U.gather(0, U.abs().argmax(0, keepdim=True)).sign()
    return U * signs, S.clone(), Vh * signs.T


class GloVe:
    def __init__(self, vocabulary_size, dimension, *, x_max=100.0, power=0.75, rng):
        self.x_max, self.power, self.size = x_max, power, vocabulary_size
        shape = (vocabulary_size, dimension)
        self.parameters = {
            "word_vectors": torch.as_tensor(rng.normal(scale=0.1, size=shape)),
            "context_vectors": torch.as_tensor(rng.normal(scale=0.1, size=shape)),
            "word_biases": torch.zeros(vocabulary_size, dtype=torch.float64),
            "context_biases": torch.zeros(vocabulary_size, dtype=torch.float64),
        }
        self.gradients = {name: torch.zeros_like(t) for name, t in self.parameters.items()}

    def train(self):
        pass

    def eval(self):
        pass

    def zero_gradients(self):
        for gradient in self.gradients.values():
            gradient.zero_()

    def forward(self, counts):
        if tuple(counts.shape) != (self.size, self.size):
            raise ValueError("shape")
        X = checked(counts)
        self.leaves = {n: t.detach().clone().requires_grad_() for n, t in self.parameters.items()}
        W, C, b, c = self.leaves.values()
        error = W @ C.T + b.unsqueeze(1) + c.unsqueeze(0) - torch.where(X > 0, X, 1).log()
        f = torch.clamp(X / self.x_max, max=1) ** self.power
        self.J = torch.where(X > 0, f * error**2, 0).sum()
        return self.J.item()

    def backward(self, grad_loss=1.0):
        found = torch.autograd.grad(self.J, [*self.leaves.values()], retain_graph=True)
        for name, gradient in zip(self.leaves, found, strict=True):
            self.gradients[name] += float(grad_loss) * gradient
