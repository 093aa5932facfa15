"""PyTorch tensors, autograd for the output layer, and the cell's own backward."""

import torch
import torch.nn.functional as F  # noqa: N812 - the usual name

from framework.models.parts import part


class RecurrentLM:
    def __init__(self, vocabulary_size, embedding_size, hidden_size, cell="rnn", *, rng):
        self.cell = part(cell)(embedding_size, hidden_size, rng=rng)
        self.own = {
            "embedding": torch.from_numpy(rng.normal(0, 0.1, (vocabulary_size, embedding_size))),
            "U": torch.from_numpy(rng.normal(0, hidden_size**-0.5, (hidden_size, vocabulary_size))),
            "b_2": torch.zeros(vocabulary_size, dtype=torch.float64),
        }
        self.own_gradients = {name: torch.zeros_like(value) for name, value in self.own.items()}

    @property
    def parameters(self):
        return self.own | {f"cell.{name}": p for name, p in self.cell.parameters.items()}

    @property
    def gradients(self):
        return self.own_gradients | {f"cell.{name}": g for name, g in self.cell.gradients.items()}

    def zero_gradients(self):
        for gradient in self.gradients.values():
            gradient.zero_()

    def forward(self, tokens, state=None):
        if tokens.numel() and (tokens.min() < 0 or tokens.max() >= len(self.own["b_2"])):
            raise IndexError("an id has no row in the embedding")
        self.tokens = tokens
        h = self.cell.forward(self.own["embedding"][tokens], state)
        self.h = h.detach().clone().requires_grad_()
        self.state = self.cell.state
        self.leaves = [self.h, *(self.own[name].clone().requires_grad_() for name in ("U", "b_2"))]
        self.logits = self.leaves[0] @ self.leaves[1] + self.leaves[2]
        return self.logits.detach().clone()

    def backward(self, grad_logits):
        found = torch.autograd.grad(self.logits, self.leaves, grad_logits, retain_graph=True)
        self.own_gradients["U"] += found[1]
        self.own_gradients["b_2"] += found[2]
        grad_e, _ = self.cell.backward(found[0])
        rows = grad_e.reshape(-1, grad_e.shape[-1])
        self.own_gradients["embedding"].index_add_(0, self.tokens.reshape(-1), rows)

    def initial_state(self, batch_size):
        return self.cell.initial_state(batch_size)

    def next_log_probabilities(self, tokens, state):
        return F.log_softmax(self.forward(tokens[:, None], state)[:, 0], dim=-1), self.state
