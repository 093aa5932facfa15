"""The whole network in PyTorch, with attention of its own and autograd."""

import torch

NEAR = 2


def window_mask(length, width):
    if length < 1 or width < 1:
        raise ValueError("length or width")
    return torch.ones(length, length, dtype=torch.bool).tril().triu(1 - width)


class AttentionOnlyTransformer:
    def __init__(self, vocabulary_size, features, heads=2, layers=2, *, rng):
        if layers < 1 or heads < 1 or features % heads:
            raise ValueError("layers or heads")
        self.heads, self.L = heads, layers
        shapes = {"embedding": (vocabulary_size, features)}
        for i in range(1, layers + 1):
            for name in (f"near_{i}", f"far_{i}"):
                shapes[f"{name}.W_qkv"] = (features, 3 * features)
                shapes[f"{name}.W_o"] = (features, features)
        shapes["U"] = (features, vocabulary_size)
        self.parameters = {
            name: torch.tensor(
                rng.normal(scale=1 if name == "embedding" else size[0] ** -0.5, size=size)
            )
            for name, size in shapes.items()
        }
        self.gradients = {name: torch.zeros_like(p) for name, p in self.parameters.items()}

    def train(self):
        pass

    def eval(self):
        pass

    def zero_gradients(self):
        for gradient in self.gradients.values():
            gradient.zero_()

    def attend(self, x, name, heads, mask):
        D = x.shape[-1]
        q, k, v = (
            a.unflatten(-1, (heads, -1)).transpose(1, 2)
            for a in (x @ self.given[f"{name}.W_qkv"]).split(D, dim=-1)
        )
        scores = q @ k.mT / (D // heads) ** 0.5
        alpha = scores.masked_fill(~mask, -torch.inf).softmax(-1)
        self.alphas.append(alpha.detach())
        return (alpha @ v).transpose(1, 2).flatten(2) @ self.given[f"{name}.W_o"]

    def forward(self, tokens):
        if tokens.ndim != 2 or tokens.shape[1] == 0:
            raise ValueError("tokens")
        V = len(self.parameters["embedding"])
        if tokens.numel() and not 0 <= int(tokens.min()) <= int(tokens.max()) < V:
            raise IndexError("tokens")
        T = tokens.shape[1]
        self.given = {
            name: p.detach().clone().requires_grad_() for name, p in self.parameters.items()
        }
        self.alphas = []
        x = self.given["embedding"][tokens]
        for i in range(1, self.L + 1):
            near = self.attend(x, f"near_{i}", 1, window_mask(T, NEAR))
            x = x + near + self.attend(x, f"far_{i}", self.heads, window_mask(T, T))
        self.logits = x @ self.given["U"]
        return self.logits.detach().clone()

    def backward(self, grad_logits):
        names = list(self.given)
        found = torch.autograd.grad(
            self.logits, [self.given[name] for name in names], grad_logits, retain_graph=True
        )
        for name, gradient in zip(names, found, strict=True):
            self.gradients[name] += gradient

    def head_weights(self, tokens):
        self.forward(tokens)
        return torch.cat(self.alphas, dim=1)


def prefix_matching_score(weights, tokens):
    N, T = tokens.shape
    if weights.ndim != 4 or (weights.shape[0], *weights.shape[2:]) != (N, T, T):
        raise ValueError("weights")
    before = (tokens[:, :, None] == tokens[:, None]).tril(-1)
    if not before.any():
        raise ValueError("no word occurs twice")
    after = torch.roll(before, 1, dims=-1)
    after[:, :, 0] = False
    return (weights * after[:, None]).sum((0, 2, 3)) / before.any(-1).sum()
