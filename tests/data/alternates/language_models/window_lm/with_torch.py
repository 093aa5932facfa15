"""PyTorch: autograd does the way back."""

import torch
from torch.nn import functional


class WindowLM:
    def __init__(
        self, vocabulary_size, embedding_size, hidden_size, window=4, *, direct=False, rng
    ):
        if window < 1:
            raise ValueError("a window of no words")
        V, E, H, n = vocabulary_size, embedding_size, hidden_size, window
        self.V, self.n = V, n
        shapes = {"embedding": (V + 1, E), "W": (n * E, H), "b_1": (H,), "U": (H, V), "b_2": (V,)}
        if direct:
            shapes["W_direct"] = (n * E, V)
        self.parameters = {}
        for name, shape in shapes.items():
            scale = (
                0.0 if name.startswith("b_") else 0.1 if name == "embedding" else shape[0] ** -0.5
            )
            self.parameters[name] = torch.from_numpy(scale * rng.normal(size=shape))
        self.gradients = {name: torch.zeros_like(p) for name, p in self.parameters.items()}

    def zero_gradients(self):
        for gradient in self.gradients.values():
            gradient.zero_()

    def initial_state(self, batch_size):
        return torch.full((batch_size, self.n - 1), self.V)

    def forward(self, tokens, state=None):
        if tokens.numel() and (tokens.min() < 0 or tokens.max() >= self.V):
            raise IndexError("no such word")
        before = self.initial_state(len(tokens)) if state is None else state
        text = torch.cat([before, tokens], dim=1)
        self.state = text[:, tokens.shape[1] :].clone()
        self.leaves = {k: v.detach().requires_grad_() for k, v in self.parameters.items()}
        p = self.leaves
        e = functional.embedding(text.unfold(1, self.n, 1), p["embedding"]).flatten(2)
        self.logits = torch.tanh(e @ p["W"] + p["b_1"]) @ p["U"] + p["b_2"]
        if "W_direct" in p:
            self.logits = self.logits + e @ p["W_direct"]
        return self.logits.detach().clone()

    def backward(self, grad_logits):
        found = torch.autograd.grad(
            self.logits, list(self.leaves.values()), grad_logits, retain_graph=True
        )
        for name, gradient in zip(self.leaves, found, strict=True):
            self.gradients[name] += gradient

    def next_log_probabilities(self, tokens, state):
        logits = self.forward(tokens[:, None], state)[:, 0]
        return torch.log_softmax(logits, dim=-1), self.state
