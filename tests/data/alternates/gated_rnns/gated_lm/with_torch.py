"""PyTorch tensors: autograd for the output layer, the stack's own backward below."""

import torch
import torch.nn.functional as F  # noqa: N812 - the usual name

from framework.models.parts import part


class GatedLM:
    def __init__(self, vocabulary_size, embedding_size, hidden_size, cell="lstm", layers=1, *, rng):
        sizes = [embedding_size, *[hidden_size] * (layers - 1)]
        self.cell = part("stacked")([part(cell)(size, hidden_size, rng=rng) for size in sizes])
        shapes = {
            "embedding": (vocabulary_size, embedding_size),
            "U": (hidden_size, vocabulary_size),
        }
        self.own = {
            name: torch.from_numpy(rng.normal(0, 0.1, shape)) for name, shape in shapes.items()
        }
        self.own["b"] = torch.zeros(vocabulary_size, dtype=torch.float64)
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
        if tokens.numel() and (tokens.min() < 0 or tokens.max() >= len(self.own["b"])):
            raise IndexError("no such word")
        self.tokens = tokens
        h = self.cell.forward(self.own["embedding"][tokens], state)
        self.state = self.cell.state
        self.leaves = [h.detach().clone(), self.own["U"].clone(), self.own["b"].clone()]
        for leaf in self.leaves:
            leaf.requires_grad_()
        self.logits = self.leaves[0] @ self.leaves[1] + self.leaves[2]
        return self.logits.detach().clone()

    def backward(self, grad_logits):
        found = torch.autograd.grad(self.logits, self.leaves, grad_logits, retain_graph=True)
        self.own_gradients["U"] += found[1]
        self.own_gradients["b"] += found[2]
        rows = self.cell.backward(found[0])[0].flatten(0, 1)
        self.own_gradients["embedding"].index_add_(0, self.tokens.flatten(), rows)

    def initial_state(self, batch_size):
        return self.cell.initial_state(batch_size)

    def next_log_probabilities(self, tokens, state):
        return F.log_softmax(self.forward(tokens[:, None], state)[:, 0], dim=-1), self.state


def agreement_accuracy(model, prefixes, right, wrong, distances):
    if len({len(prefixes), len(right), len(wrong), len(distances)}) > 1:
        raise ValueError("an item is not whole")
    answers = {}
    for i, prefix in enumerate(prefixes):
        if not len(prefix):
            raise ValueError("an empty prefix")
        state = model.initial_state(1)
        for token in prefix.unbind():
            logs, state = model.next_log_probabilities(token.reshape(1), state)
        answers.setdefault(distances[i].item(), []).append(
            (logs[0, right[i]] > logs[0, wrong[i]]).item()
        )
    return {d: sum(answers[d]) / len(answers[d]) for d in sorted(answers)}
