"""PyTorch with unfolded windows, and autograd for everything."""

import torch
import torch.nn.functional as F  # noqa: N812 - the usual name


class TextCNN:
    def __init__(
        self, vocabulary_size, embedding_size, maps, classes, *, widths=(3, 4, 5),
        keep_probability=0.5, vectors=None, channels="tuned", max_norm=3.0, rng,
    ):  # fmt: skip
        shape = (vocabulary_size, embedding_size)
        if channels not in ("tuned", "static", "both") or not 0 < keep_probability <= 1:
            raise ValueError("settings")
        if (vectors is None and channels != "tuned") or not widths or min(widths) < 1:
            raise ValueError("settings")
        if max_norm <= 0 or (vectors is not None and tuple(vectors.shape) != shape):
            raise ValueError("settings")
        self.V, self.p, self.rng, self.training = vocabulary_size, keep_probability, rng, True
        self.widths, self.max_norm = widths, max_norm
        if vectors is None:
            vectors = torch.from_numpy(rng.uniform(-0.25, 0.25, shape))
        self.static = None if channels == "tuned" else vectors.clone()
        self.parameters = {} if channels == "static" else {"embedding": vectors.clone()}
        D = embedding_size * (2 if channels == "both" else 1)
        for i, h in enumerate(widths, start=1):
            drawn = rng.normal(scale=(h * D) ** -0.5, size=(h, D, maps))
            self.parameters[f"conv_{i}.W"] = torch.from_numpy(drawn)
            self.parameters[f"conv_{i}.b"] = torch.zeros(maps, dtype=torch.float64)
        m = maps * len(widths)
        self.parameters["W"] = torch.from_numpy(rng.normal(scale=m**-0.5, size=(m, classes)))
        self.parameters["b"] = torch.zeros(classes, dtype=torch.float64)
        self.gradients = {name: torch.zeros_like(p) for name, p in self.parameters.items()}

    def train(self):
        self.training = True

    def eval(self):
        self.training = False

    def zero_gradients(self):
        for gradient in self.gradients.values():
            gradient.zero_()

    def forward(self, ids):
        if ids.min() < 0 or ids.max() >= self.V:
            raise IndexError("ids")
        self.leaves = {n: p.detach().clone().requires_grad_() for n, p in self.parameters.items()}
        tables = [self.static, self.leaves.get("embedding")]
        words = ids != 0
        x = torch.cat([F.embedding(ids, t) for t in tables if t is not None], dim=-1)
        x = torch.where(words[..., None], x, 0)
        z = torch.cat([self.maxima(x, words, i, h) for i, h in enumerate(self.widths, 1)], dim=1)
        if self.training:
            z = z * torch.from_numpy(self.rng.random(tuple(z.shape)) < self.p)
        else:
            z = z * self.p
        self.logits = z @ self.leaves["W"] + self.leaves["b"]
        return self.logits.detach().clone()

    def maxima(self, x, words, i, h):
        windows = F.pad(x, (0, 0, h - 1, h - 1)).unfold(1, h, 1)
        c = torch.einsum("ntdh,hdc->ntc", windows, self.leaves[f"conv_{i}.W"])
        c = torch.relu(c + self.leaves[f"conv_{i}.b"])
        some = F.pad(words, (h - 1, h - 1)).unfold(1, h, 1).any(-1)
        return (c * some[..., None]).max(dim=1).values

    def backward(self, grad_logits):
        found = torch.autograd.grad(
            self.logits, list(self.leaves.values()), grad_logits, retain_graph=True
        )
        for name, gradient in zip(self.leaves, found, strict=True):
            self.gradients[name] += gradient

    def constrain(self):
        W = self.parameters["W"]
        W.copy_(torch.renorm(W, 2, 1, self.max_norm))
