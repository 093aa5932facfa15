"""PyTorch tensors, autograd on both sides of the cell, and the cell's own backward."""

import torch
import torch.nn.functional as F  # noqa: N812 - the usual name

from framework.models.parts import part


class ConditionalLM:
    def __init__(
        self, vocabulary_size, condition_size, embedding_size, hidden_size, cell="rnn", *, rng
    ):
        V, K, E, H = vocabulary_size, condition_size, embedding_size, hidden_size
        self.K = K
        self.cell = part(cell)(E, H, rng=rng)
        self.own = {
            "embedding": torch.from_numpy(rng.normal(0, 0.1, (V, E))),
            "W_0": torch.from_numpy(rng.normal(0, K**-0.5, (K, H))),
            "W_c": torch.from_numpy(rng.normal(0, K**-0.5, (K, E))),
            "U": torch.from_numpy(rng.normal(0, H**-0.5, (H, V))),
            "b_2": torch.zeros(V, dtype=torch.float64),
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

    def check(self, texts, condition):
        if tuple(condition.shape) != (texts, self.K):
            raise ValueError("one condition for each text")

    def cell_state(self, h_0):
        state = self.cell.initial_state(len(h_0))
        return (h_0, *state[1:]) if isinstance(state, tuple) else h_0

    def forward(self, tokens, condition, state=None):
        if tokens.numel() and (tokens.min() < 0 or tokens.max() >= len(self.own["b_2"])):
            raise IndexError("an id has no row in the embedding")
        self.check(len(tokens), condition)
        self.leaves = {name: value.clone().requires_grad_() for name, value in self.own.items()}
        self.leaves["c"] = c = condition.clone().requires_grad_()
        self.e = self.leaves["embedding"][tokens] + (c @ self.leaves["W_c"]).unsqueeze(1)
        self.h_0 = torch.tanh(c @ self.leaves["W_0"]) if state is None else None
        start = self.cell_state(self.h_0.detach()) if state is None else state
        self.h = self.cell.forward(self.e.detach(), start).detach().clone().requires_grad_()
        self.state = self.cell.state
        self.logits = self.h @ self.leaves["U"] + self.leaves["b_2"]
        return self.logits.detach().clone()

    def backward(self, grad_logits):
        top = torch.autograd.grad(
            self.logits, [self.h, self.leaves["U"], self.leaves["b_2"]], grad_logits,
            retain_graph=True,
        )  # fmt: skip
        self.own_gradients["U"] += top[1]
        self.own_gradients["b_2"] += top[2]
        grad_e, grad_state = self.cell.backward(top[0])
        outputs, grads = [self.e], [grad_e]
        if self.h_0 is not None:
            grad_h_0 = grad_state[0] if isinstance(grad_state, tuple) else grad_state
            outputs, grads = [self.e, self.h_0], [grad_e, grad_h_0]
        names = ["embedding", "W_0", "W_c", "c"]
        found = torch.autograd.grad(
            outputs, [self.leaves[name] for name in names], grads, retain_graph=True,
            allow_unused=True,
        )  # fmt: skip
        for name, gradient in zip(names[:3], found, strict=False):
            if gradient is not None:
                self.own_gradients[name] += gradient
        return found[3].clone()

    def initial_state(self, batch_size, condition=None):
        if condition is None:
            condition = self.own["U"].new_zeros(batch_size, self.K)
        self.check(batch_size, condition)
        return self.cell_state(torch.tanh(condition @ self.own["W_0"])), condition

    def next_log_probabilities(self, tokens, state):
        state, condition = state
        logits = self.forward(tokens[:, None], condition, state)[:, 0]
        return F.log_softmax(logits, dim=-1), (self.state, condition)
