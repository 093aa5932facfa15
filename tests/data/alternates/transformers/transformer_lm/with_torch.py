"""PyTorch tensors: autograd for the scores, the parts' own backward below."""

import torch
import torch.nn.functional as F  # noqa: N812 - the usual name

from framework.models.parts import part


class TransformerLM:
    state = None

    def __init__(
        self, vocabulary_size, embedding_size, heads=4, layers=2, context=64, *,
        keep_probability=1.0, rng,
    ):  # fmt: skip
        if layers < 1 or context < 2:
            raise ValueError("sizes")
        self.context, (V, D) = context, (vocabulary_size, embedding_size)
        self.table = torch.from_numpy(rng.normal(0, 0.02, (V, D)))
        self.gradient = torch.zeros_like(self.table)
        self.positions = part("learned_positions")(context, D, rng=rng)
        options = {"causal": True, "keep_probability": keep_probability, "rng": rng}
        self.blocks = [part("transformer_block")(D, heads, **options) for _ in range(layers)]
        self.norm = part("layer_norm")(D)

    @property
    def parts(self):
        blocks = {f"block_{i}": block for i, block in enumerate(self.blocks, 1)}
        return {"positions": self.positions, **blocks, "norm": self.norm}

    def named(self, attribute, own):
        found = {"embedding": own}
        for name, child in self.parts.items():
            found |= {f"{name}.{key}": value for key, value in getattr(child, attribute).items()}
        return found

    @property
    def parameters(self):
        return self.named("parameters", self.table)

    @property
    def gradients(self):
        return self.named("gradients", self.gradient)

    def zero_gradients(self):
        for gradient in self.gradients.values():
            gradient.zero_()

    def train(self):
        for child in self.parts.values():
            child.train()

    def eval(self):
        for child in self.parts.values():
            child.eval()

    def vectors(self, tokens, start):
        if tokens.ndim != 2 or not 0 < tokens.shape[1] <= self.context - start:
            raise ValueError("tokens")
        if tokens.numel() and not 0 <= tokens.min() <= tokens.max() < len(self.table):
            raise IndexError("no such word")
        return self.positions.forward(self.table[tokens], start)

    def forward(self, tokens, state=None):
        if state is not None:
            raise ValueError("state")
        z = self.vectors(tokens, 0)
        for block in self.blocks:
            z = block.forward(z)
        self.tokens = tokens.clone()
        self.leaves = [self.norm.forward(z).detach().clone(), self.table.clone()]
        for leaf in self.leaves:
            leaf.requires_grad_()
        self.logits = F.linear(*self.leaves)
        return self.logits.detach().clone()

    def backward(self, grad_logits):
        found = torch.autograd.grad(self.logits, self.leaves, grad_logits, retain_graph=True)
        grad = self.norm.backward(found[0])
        for block in reversed(self.blocks):
            grad = block.backward(grad)
        rows = self.positions.backward(grad).flatten(0, 1)
        self.gradient += found[1]
        self.gradient.index_add_(0, self.tokens.flatten(), rows)

    def initial_state(self, batch_size):
        caches = tuple(block.initial_cache(batch_size) for block in self.blocks)
        return torch.zeros((batch_size, 0), dtype=torch.int64), caches

    def step(self, tokens, state):
        ids, caches = state
        if len(ids) != len(tokens):
            raise ValueError("another batch")
        z, after = self.vectors(tokens, ids.shape[1]), ()
        for block, cache in zip(self.blocks, caches, strict=True):
            z, cache = block.step(z, cache)
            after = (*after, cache)
        return F.linear(self.norm.forward(z), self.table), (torch.cat([ids, tokens], 1), after)

    def shortened(self, state):
        kept = state[0][:, -(self.context // 2) :]
        return self.step(kept, self.initial_state(len(kept)))[1]

    def next_log_probabilities(self, tokens, state):
        if state[0].shape[1] == self.context:
            state = self.shortened(state)
        logits, after = self.step(tokens[:, None], state)
        return F.log_softmax(logits[:, 0], dim=-1), after
