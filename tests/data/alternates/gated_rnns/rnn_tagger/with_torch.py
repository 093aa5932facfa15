"""A tagger as a user of PyTorch writes it, around the layers of the course."""

import torch

from framework.interfaces import Model
from framework.models.parts import part


class RecurrentTagger(Model):
    def __init__(
        self, vocabulary_size, embedding_size, hidden_size, classes, cell="rnn", both=True, *, rng
    ):
        super().__init__()
        shape = (vocabulary_size, embedding_size)
        self.table = self.add_parameter("embedding", rng.normal(scale=0.1, size=shape))
        reader = part(cell)(embedding_size, hidden_size, rng=rng)
        if both:
            other = part(cell)(embedding_size, hidden_size, rng=rng)
            reader = part("bidirectional")(reader, other)
        self.reader = self.add_child("reader", reader)
        width = hidden_size * (1 + both)
        self.output = self.add_child("output", part("affine")(width, classes, rng=rng))

    def forward(self, ids):
        if ids.numel() and (ids.min() < 0 or ids.max() >= len(self.parameters["embedding"])):
            raise IndexError("ids")
        self.ids = ids
        x = torch.nn.functional.embedding(ids, self.parameters["embedding"])
        return self.output.forward(self.reader.forward(x, None, ids != 0))

    def backward(self, grad_logits):
        grad, _ = self.reader.backward(self.output.backward(grad_logits))
        flat = grad.reshape(-1, grad.shape[-1])
        self.gradients["embedding"].index_add_(0, self.ids.flatten(), flat)


def tagging_accuracy(logits, tags, ids):
    words = ids.ne(0)
    if not words.any():
        return 0.0
    return (logits.argmax(-1) == tags)[words].double().mean().item()


def next_word_tags(ids):
    return torch.narrow(ids, 1, 1, ids.shape[1] - 1).clone()
