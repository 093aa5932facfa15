"""PyTorch: a generator of torch, autograd around the parts, which have a backward of their own."""

import torch
from torch.nn import functional

from framework.models.parts import part


def check(ids, bound):
    if ids.numel() and not 0 <= ids.min() <= ids.max() < bound:
        raise IndexError("no such word")


def mask_tokens(ids, vocabulary_size, share=0.15, *, rng):
    check(ids, vocabulary_size)
    if not 0 <= share <= 1:
        raise ValueError("share")
    generator = torch.Generator().manual_seed(int(rng.integers(2**40)))
    chosen = (torch.rand(ids.shape, generator=generator) < share).logical_and(ids > 0)
    bounds = torch.tensor([0.8, 0.9])
    fate = torch.bucketize(torch.rand(ids.shape, generator=generator), bounds)
    words = torch.randint(1, vocabulary_size, ids.shape, generator=generator)
    inputs = ids.masked_fill(chosen & (fate == 0), vocabulary_size)
    return torch.where(chosen & (fate == 1), words, inputs), chosen


class Network:
    def __init__(self, own, children):
        self.own, self.children = own, children
        self.own_gradients = {name: torch.zeros_like(array) for name, array in own.items()}

    def named(self, attribute, own):
        found = dict(own)
        for name, child in self.children.items():
            found |= {f"{name}.{key}": value for key, value in getattr(child, attribute).items()}
        return found

    @property
    def parameters(self):
        return self.named("parameters", self.own)

    @property
    def gradients(self):
        return self.named("gradients", self.own_gradients)

    def zero_gradients(self):
        for gradient in self.gradients.values():
            gradient.zero_()

    def train(self):
        for child in self.children.values():
            child.train()

    def eval(self):
        for child in self.children.values():
            child.eval()


class TransformerEncoder(Network):
    def __init__(self, vocabulary_size, length, features, heads, layers, *, rng):
        self.bound = vocabulary_size + 1
        block = part("transformer_block")
        table = torch.from_numpy(rng.normal(0, 0.1, (self.bound, features)))
        children = {"positions": part("learned_positions")(length, features, rng=rng)}
        children |= {f"block_{i}": block(features, heads, rng=rng) for i in range(1, layers + 1)}
        super().__init__({"embedding": table}, {**children, "norm": part("layer_norm")(features)})

    def forward(self, ids):
        check(ids, self.bound)
        self.ids, words = ids.clone(), ids != 0
        positions, *blocks, norm = self.children.values()
        x = positions.forward(functional.embedding(ids, self.own["embedding"]))
        for block in blocks:
            x = block.forward(x, words)
        return norm.forward(x) * words.unsqueeze(2)

    def backward(self, grad_output):
        grad = grad_output * (self.ids != 0).unsqueeze(2)
        for layer in reversed(self.children.values()):
            grad = layer.backward(grad)
        rows = grad.reshape(-1, grad.shape[2])
        self.own_gradients["embedding"].index_add_(0, self.ids.flatten(), rows)


class MaskedLM(Network):
    def __init__(self, vocabulary_size, length, features, heads, layers, *, rng):
        self.vocabulary_size = vocabulary_size
        encoder = TransformerEncoder(vocabulary_size, length, features, heads, layers, rng=rng)
        U = torch.from_numpy(rng.normal(0, features**-0.5, (features, vocabulary_size)))
        b = torch.zeros(vocabulary_size, dtype=U.dtype)
        super().__init__({"U": U, "b": b}, {"encoder": encoder})

    def forward(self, ids, chosen):
        if chosen.dtype is not torch.bool or chosen.shape != ids.shape:
            raise ValueError("chosen")
        h = self.children["encoder"].forward(ids)
        self.leaves = [t.detach().clone().requires_grad_() for t in (h, *self.own.values())]
        h, U, b = self.leaves
        self.logits = torch.addmm(b, h[chosen], U)
        return self.logits.detach().clone()

    def backward(self, grad_logits):
        found = torch.autograd.grad(self.logits, self.leaves, grad_logits, retain_graph=True)
        self.children["encoder"].backward(found[0])
        for name, gradient in zip("Ub", found[1:], strict=True):
            self.own_gradients[name] += gradient


def fit_masked_lm(model, ids, *, steps, batch_size, learning_rate, share=0.15, rng):
    loss, optimizer, losses = part("softmax_cross_entropy")(), part("adam")(learning_rate), []
    model.train()
    for _ in range(steps):
        words = ids[torch.from_numpy(rng.integers(len(ids), size=batch_size))]
        inputs, chosen = mask_tokens(words, model.vocabulary_size, share, rng=rng)
        if chosen.any():
            losses.append(float(loss.forward(model.forward(inputs, chosen), words[chosen])))
            model.zero_gradients()
            model.backward(loss.backward())
            optimizer.step(model.parameters, model.gradients)
    return losses


def pseudo_perplexity(model, ids):
    words = ids != 0
    if not words.any():
        raise ValueError("no words")
    model.eval()
    losses = []
    for t in range(ids.shape[1]):
        chosen = words & (torch.arange(ids.shape[1]) == t)
        if chosen.any():
            logits = model.forward(ids.masked_fill(chosen, model.vocabulary_size), chosen)
            losses.append(functional.cross_entropy(logits, ids[chosen], reduction="none"))
    return float(torch.cat(losses).mean().exp())
