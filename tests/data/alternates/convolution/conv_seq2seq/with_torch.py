"""PyTorch tensors; the layers differentiate themselves, the embedding is a product of one-hots."""

import torch
from torch.nn import functional

from framework.models.conditioned import Conditioned
from framework.models.parts import part

PAD, END = 0, 2


def layer_widths(length, width):
    widths = []
    while length != 1:
        widths += [min(length, width)]
        length = length - widths[-1] + 1
    return widths


class ConvolutionalEncoder:
    def __init__(self, vocabulary_size, embedding_size, channels, length, width=3, *, rng):
        if min(length, width) < 2:
            raise ValueError("too little")
        self.length = length
        self.table = torch.tensor(rng.normal(size=(vocabulary_size, embedding_size)))
        self.grad = torch.zeros_like(self.table)
        self.convs = []
        for w in layer_widths(length, width):
            D = channels if self.convs else embedding_size
            self.convs.append(part("conv1d")(D, channels, w, rng=rng))

    @property
    def parameters(self):
        return {"embedding": self.table, **self.of_layers("parameters")}

    @property
    def gradients(self):
        return {"embedding": self.grad, **self.of_layers("gradients")}

    def of_layers(self, which):
        return {
            f"conv_{i}.{key}": value
            for i, conv in enumerate(self.convs, 1)
            for key, value in getattr(conv, which).items()
        }

    def zero_gradients(self):
        for gradient in self.gradients.values():
            gradient.zero_()

    def train(self):
        pass

    def eval(self):
        pass

    def forward(self, ids):
        V, missing = len(self.table), self.length - ids.shape[1]
        if missing < 0:
            raise ValueError("too long")
        if ids.numel() and not 0 <= int(ids.min()) <= int(ids.max()) < V:
            raise IndexError("no such word")
        ids = functional.pad(ids, (0, missing), value=PAD)
        self.one_hot = functional.one_hot(ids, V).to(self.table.dtype)
        x, self.x = self.one_hot @ self.table, []
        for conv in self.convs:
            x = torch.tanh(conv.forward(x))
            self.x.append(x)
        return x.squeeze(1)

    def backward(self, grad_output):
        grad = grad_output.unsqueeze(1)
        for conv, x in zip(self.convs[::-1], self.x[::-1], strict=True):
            grad = conv.backward(grad * (1 - x * x))
        self.grad += torch.einsum("ntv,nte->ve", self.one_hot, grad)


class ConvolutionalTranslator:
    def __init__(
        self,
        source_size,
        target_size,
        embedding_size,
        hidden_size,
        length,
        width=3,
        cell="rnn",
        *,
        rng,
    ):
        E, H = embedding_size, hidden_size
        self.encoder = ConvolutionalEncoder(source_size, E, H, length, width, rng=rng)
        self.decoder = part("conditional_lm")(target_size, H, E, H, cell, rng=rng)
        self.greedy, self.beam_search = part("greedy"), part("beam_search")

    def both(self, which):
        return {
            f"{name}.{key}": value
            for name, layer in (("encoder", self.encoder), ("decoder", self.decoder))
            for key, value in getattr(layer, which).items()
        }

    @property
    def parameters(self):
        return self.both("parameters")

    @property
    def gradients(self):
        return self.both("gradients")

    def zero_gradients(self):
        self.encoder.zero_gradients()
        self.decoder.zero_gradients()

    def train(self):
        self.decoder.train()

    def eval(self):
        self.decoder.eval()

    def forward(self, source, before):
        return self.decoder.forward(before, self.encoder.forward(source))

    def backward(self, grad_logits):
        self.encoder.backward(self.decoder.backward(grad_logits))

    def translate(self, source, length, beam_size=1):
        if beam_size < 1 or length < 0:
            raise ValueError("no such search")
        c = self.encoder.forward(source)
        if beam_size == 1:
            return self.cut(self.greedy(Conditioned(self.decoder, c), self.starts(c), length))
        search, start = self.beam_search, torch.tensor([END])
        rows = [
            search(Conditioned(self.decoder, row[None]), start, length, beam_size, end=END)[0]
            for row in c
        ]
        return torch.stack([functional.pad(row, (0, length - len(row))) for row in rows])

    @staticmethod
    def starts(c):
        return torch.full((len(c), 1), END)

    @staticmethod
    def cut(written):
        """Padding behind the first end of each row."""
        before = torch.roll(written == END, 1, dims=1)
        before[:, :1] = False
        return written.where(before.cumsum(1) == 0, PAD)
