"""PyTorch differentiates the decoder between cell and logits; parts of the course do the rest."""

import torch
from torch.nn import functional

from framework.models.conditioned import Conditioned
from framework.models.parts import part

PAD, END = 0, 2


class Network:
    """Parameters of its own and of its parts, by name."""

    def __init__(self):
        self.own, self.grads, self.parts = {}, {}, {}

    def add(self, name, value):
        self.own[name] = torch.tensor(value)
        self.grads[name] = torch.zeros_like(self.own[name])

    @property
    def parameters(self):
        return {**self.own, **self.of_parts("parameters")}

    @property
    def gradients(self):
        return {**self.grads, **self.of_parts("gradients")}

    def of_parts(self, which):
        return {
            f"{name}.{key}": value
            for name, model in self.parts.items()
            for key, value in getattr(model, which).items()
        }

    def zero_gradients(self):
        for gradient in self.grads.values():
            gradient.zero_()
        for model in self.parts.values():
            model.zero_gradients()

    def train(self):
        pass

    def eval(self):
        pass


def one_hot(ids, table):
    if ids.numel() and not 0 <= int(ids.min()) <= int(ids.max()) < len(table):
        raise IndexError("no such word")
    return functional.one_hot(ids, len(table)).to(table.dtype)


class BidirectionalEncoder(Network):
    def __init__(self, vocabulary_size, embedding_size, hidden_size, cell="lstm", *, rng):
        super().__init__()
        E, H = embedding_size, hidden_size
        self.add("embedding", rng.normal(size=(vocabulary_size, E)))
        layers = [part(cell)(E, H, rng=rng) for _ in range(2)]
        self.parts["layer"] = part("bidirectional")(*layers)

    def forward(self, ids):
        self.one_hot = one_hot(ids, self.own["embedding"])
        return self.parts["layer"].forward(self.one_hot @ self.own["embedding"], None, ids != PAD)

    def backward(self, grad_annotations):
        grad, _ = self.parts["layer"].backward(grad_annotations)
        self.grads["embedding"] += torch.einsum("nsv,nse->ve", self.one_hot, grad)


class AttentiveDecoder(Network):
    def __init__(
        self, vocabulary_size, annotation_size, embedding_size, hidden_size, cell="lstm", *, rng
    ):
        super().__init__()
        V, A, E, H = vocabulary_size, annotation_size, embedding_size, hidden_size
        self.A, self.H = A, H
        self.add("embedding", rng.normal(size=(V, E)))
        self.add("W_0", rng.normal(scale=A**-0.5, size=(A, H)))
        self.parts["cell"] = self.cell = part(cell)(E, H, rng=rng)
        self.parts["attention"] = self.attention = part("bilinear_attention")(H, A, rng=rng)
        self.add("W_c", rng.normal(scale=(H + A) ** -0.5, size=(H + A, H)))
        self.add("U", rng.normal(scale=H**-0.5, size=(H, V)))
        self.add("b_2", [0.0] * V)
        self.own["b_2"] = self.own["b_2"].to(self.own["U"].dtype)
        self.grads["b_2"] = torch.zeros_like(self.own["b_2"])

    def fits(self, texts, annotations, words):
        shape = tuple(annotations.shape)
        if len(shape) != 3 or (shape[0], shape[2]) != (texts, self.A) or not shape[1]:
            raise ValueError("other annotations")
        if words is not None and tuple(words.shape) != shape[:2]:
            raise ValueError("other words")

    def forward(self, tokens, annotations, words=None, state=None):
        self.one_hot = one_hot(tokens, self.own["embedding"])
        self.fits(len(tokens), annotations, words)
        self.a_1, self.is_start = annotations[:, 0], state is None
        self.begin = self.first(annotations) if self.is_start else state
        h = self.cell.forward(self.one_hot @ self.own["embedding"], self.begin)
        self.state = self.cell.state
        c = self.attention.forward(h, annotations, annotations, words)
        with torch.enable_grad():
            self.leaves = [h.detach().clone().requires_grad_(), c.detach().clone().requires_grad_()]
            names = ("W_c", "U", "b_2")
            weights = [self.own[name].detach().clone().requires_grad_() for name in names]
            self.weights = dict(zip(names, weights, strict=True))
            both = torch.cat(self.leaves, dim=-1)
            self.logits = torch.tanh(both @ weights[0]) @ weights[1] + weights[2]
        return self.logits.detach().clone()

    def backward(self, grad_logits):
        inputs = [*self.leaves, *self.weights.values()]
        found = torch.autograd.grad(self.logits, inputs, grad_logits, retain_graph=True)
        for name, gradient in zip(self.weights, found[2:], strict=True):
            self.grads[name] += gradient
        query, keys, values = self.attention.backward(found[1])
        grad_e, later = self.cell.backward(found[0] + query)
        self.grads["embedding"] += torch.einsum("ntv,nte->ve", self.one_hot, grad_e)
        grad = keys + values
        if self.is_start:
            slope = h_of(later) * (1 - h_of(self.begin) ** 2)
            self.grads["W_0"] += self.a_1.T @ slope
            grad[:, 0] += slope @ self.own["W_0"].T
        return grad

    def first(self, annotations):
        h = torch.tanh(annotations[:, 0] @ self.own["W_0"])
        zeros = self.cell.initial_state(len(h))
        return (h, *zeros[1:]) if isinstance(zeros, tuple) else h

    def initial_state(self, batch_size, annotations=None, words=None):
        if annotations is None:
            annotations = torch.zeros(batch_size, 1, self.A, dtype=self.own["U"].dtype)
        self.fits(batch_size, annotations, words)
        return self.first(annotations), annotations, words

    def next_log_probabilities(self, tokens, state):
        state, annotations, words = state
        logits = self.forward(tokens[:, None], annotations, words, state)[:, 0]
        return torch.log_softmax(logits, dim=-1), (self.state, annotations, words)


class AttentiveTranslator(Network):
    def __init__(self, source_size, target_size, embedding_size, hidden_size, cell="lstm", *, rng):
        super().__init__()
        E, H = embedding_size, hidden_size
        self.encoder = BidirectionalEncoder(source_size, E, H, cell, rng=rng)
        self.decoder = AttentiveDecoder(target_size, 2 * H, E, H, cell, rng=rng)
        self.parts.update(encoder=self.encoder, decoder=self.decoder)

    def forward(self, source, before):
        return self.decoder.forward(before, self.encoder.forward(source), source != PAD)

    def backward(self, grad_logits):
        self.encoder.backward(self.decoder.backward(grad_logits))

    def alignment(self, source, target):
        before = functional.pad(target, (1, 0), value=END)[:, :-1]
        self.forward(source, before)
        return self.decoder.attention.weights

    def translate(self, source, length, beam_size=1):
        if beam_size < 1 or length < 0:
            raise ValueError("no such search")
        annotations, words = self.encoder.forward(source), source != PAD
        if beam_size == 1:
            model = Conditioned(self.decoder, annotations, words)
            written = part("greedy")(model, torch.full((len(source), 1), END), length)
            before = torch.roll(written == END, 1, dims=1)
            before[:, :1] = False
            return written.where(before.cumsum(1) == 0, PAD)
        search, start, rows = part("beam_search"), torch.tensor([END]), []
        for a, w in zip(annotations, words, strict=True):
            model = Conditioned(self.decoder, a[None], w[None])
            text, _ = search(model, start, length, beam_size, end=END)
            rows.append(functional.pad(text, (0, length - len(text))))
        return torch.stack(rows)


def h_of(state):
    return state[0] if isinstance(state, tuple) else state
