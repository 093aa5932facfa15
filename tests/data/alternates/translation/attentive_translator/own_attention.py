"""Own layers for embedding and attention; a beam search reads its sentence without padding."""

import numpy as np

from framework.interfaces import LanguageModel, Model
from framework.models.conditioned import Conditioned
from framework.models.parts import part


def look_up(model, ids):
    table = model.parameters["embedding"]
    if ids.size and not 0 <= ids.min() <= ids.max() < len(table):
        raise IndexError(f"an id of {ids.tolist()} has no row")
    model.ids = ids.copy()
    return np.take(table, ids, axis=0)


def add_rows(model, grad):
    for id in np.unique(model.ids):
        model.gradients["embedding"][id] += grad[model.ids == id].sum(axis=0)


class TwoDirections(Model):
    def __init__(self, forward_layer, backward_layer):
        super().__init__()
        self.right = self.add_child("forward_layer", forward_layer)
        self.left = self.add_child("backward_layer", backward_layer)

    def forward(self, e, words):
        right = self.right.forward(e, None, words)
        left = self.left.forward(np.flip(e, 1), None, np.flip(words, 1))
        self.H = right.shape[2]
        return np.dstack([right, np.flip(left, 1)])

    def backward(self, grad):
        right, _ = self.right.backward(grad[:, :, : self.H])
        left, _ = self.left.backward(np.flip(grad[:, :, self.H :], 1))
        return right + np.flip(left, 1)


class Scores(Model):
    def __init__(self, H, A, *, rng):
        super().__init__()
        self.add_parameter("W", rng.normal(0, H**-0.5, (H, A)))

    def forward(self, h, annotations, words):
        self.h, self.a = h, annotations.copy()
        scores = np.einsum("nth,ha,nsa->nts", h, self.parameters["W"], self.a, optimize=True)
        if words is not None:
            scores = np.where(words[:, np.newaxis], scores, -np.inf)
        limits = np.finfo(scores.dtype)  # a row without any key has weights of 0
        powers = np.exp(scores - np.maximum(scores.max(axis=2, keepdims=True), limits.min))
        self.weights = powers / np.maximum(powers.sum(axis=2, keepdims=True), limits.tiny)
        return np.einsum("nts,nsa->nta", self.weights, self.a)

    def backward(self, grad_c):
        alpha, W = self.weights, self.parameters["W"]
        grad_alpha = np.einsum("nta,nsa->nts", grad_c, self.a)
        mean = np.einsum("nts,nts->nt", alpha, grad_alpha)
        grad_s = alpha * (grad_alpha - mean[:, :, np.newaxis])
        read = np.einsum("nts,nsa->nta", grad_s, self.a)
        self.gradients["W"] += np.einsum("nth,nta->ha", self.h, read)
        grad_a = np.einsum("nts,nta->nsa", alpha, grad_c)
        grad_a += np.einsum("nts,nth,ha->nsa", grad_s, self.h, W, optimize=True)
        return read @ W.T, grad_a


class BidirectionalEncoder(Model):
    def __init__(self, vocabulary_size, embedding_size, hidden_size, cell="lstm", *, rng):
        super().__init__()
        self.add_parameter("embedding", rng.normal(0, 1, (vocabulary_size, embedding_size)))
        layers = [part(cell)(embedding_size, hidden_size, rng=rng) for _ in "<>"]
        self.layer = self.add_child("layer", TwoDirections(*layers))

    def forward(self, ids):
        return self.layer.forward(look_up(self, ids), ids.astype(bool))

    def backward(self, grad_annotations):
        add_rows(self, self.layer.backward(grad_annotations))


class AttentiveDecoder(LanguageModel):
    def __init__(
        self, vocabulary_size, annotation_size, embedding_size, hidden_size, cell="lstm", *, rng
    ):
        super().__init__()
        V, A, E, H = vocabulary_size, annotation_size, embedding_size, hidden_size
        self.sizes = A, H
        self.cell = self.add_child("cell", part(cell)(E, H, rng=rng))
        self.attention = self.add_child("attention", Scores(H, A, rng=rng))
        shapes = {"embedding": (V, E), "U": (H, V), "W_c": (H + A, H), "W_0": (A, H)}
        for name, shape in shapes.items():
            scale = 1 if name == "embedding" else shape[0] ** -0.5
            self.add_parameter(name, rng.normal(0, scale, shape))
        self.add_parameter("b_2", np.zeros(V))

    def forward(self, tokens, annotations, words=None, state=None):
        e, p = look_up(self, tokens), self.parameters
        first = self.initial_state(len(tokens), annotations, words)[0]
        self.a_1 = annotations[:, 0].copy() if state is None else None
        self.h_0 = h_of(first)
        h = self.cell.forward(e, first if state is None else state)
        self.state = self.cell.state
        self.both = np.dstack([h, self.attention.forward(h, annotations, words)])
        self.z = self.both @ p["W_c"]
        return np.tanh(self.z) @ p["U"] + p["b_2"]

    def backward(self, grad_logits):
        g, p, (_, H) = self.gradients, self.parameters, self.sizes
        rows = grad_logits.reshape(-1, grad_logits.shape[2])
        h_tilde = np.tanh(self.z)
        g["U"] += h_tilde.reshape(len(rows), -1).T @ rows
        g["b_2"] += rows.sum(axis=0)
        grad_z = (grad_logits @ p["U"].T) * (1 + h_tilde) * (1 - h_tilde)
        g["W_c"] += self.both.reshape(len(rows), -1).T @ grad_z.reshape(len(rows), -1)
        grad_h, grad_c = np.split(grad_z @ p["W_c"].T, [H], axis=2)
        of_queries, grad_a = self.attention.backward(grad_c)
        grad_e, of_first = self.cell.backward(grad_h + of_queries)
        add_rows(self, grad_e)
        if self.a_1 is not None:
            grad = h_of(of_first) * (1 - self.h_0**2)
            g["W_0"] += np.einsum("na,nh->ah", self.a_1, grad)
            grad_a[:, 0] += np.einsum("nh,ah->na", grad, p["W_0"])
        return grad_a

    def initial_state(self, batch_size, annotations=None, words=None):
        W_0, A = self.parameters["W_0"], self.sizes[0]
        if annotations is None:
            annotations = np.zeros_like(W_0, shape=(batch_size, 1, A))
        N, S, size = annotations.shape if annotations.ndim == 3 else (0, 0, 0)
        if (N, size) != (batch_size, A) or S < 1:
            raise ValueError(f"annotations of {batch_size} sentences have {A} numbers")
        if words is not None and words.shape != (N, S):
            raise ValueError("a mask has an entry for each annotation")
        zeros, h_0 = self.cell.initial_state(batch_size), np.tanh(annotations[:, 0] @ W_0)
        state = (h_0, *zeros[1:]) if isinstance(zeros, tuple) else h_0
        return state, annotations, words

    def next_log_probabilities(self, tokens, state):
        state, *source = state
        z = self.forward(tokens.reshape(-1, 1), *source, state).squeeze(1)
        highest = z.max(axis=1, keepdims=True)
        total = highest + np.log(np.exp(z - highest).sum(axis=1, keepdims=True))
        return z - total, (self.state, *source)


class AttentiveTranslator(Model):
    def __init__(self, source_size, target_size, embedding_size, hidden_size, cell="lstm", *, rng):
        super().__init__()
        E, H = embedding_size, hidden_size
        self.encoder = self.add_child(
            "encoder", BidirectionalEncoder(source_size, E, H, cell, rng=rng)
        )
        self.decoder = self.add_child(
            "decoder", AttentiveDecoder(target_size, 2 * H, E, H, cell, rng=rng)
        )

    def forward(self, source, before):
        return self.decoder.forward(before, self.encoder.forward(source), source.astype(bool))

    def backward(self, grad_logits):
        self.encoder.backward(self.decoder.backward(grad_logits))

    def alignment(self, source, target):
        self.forward(source, np.hstack([np.full_like(target[:, :1], 2), target[:, :-1]]))
        return self.decoder.attention.weights

    def translate(self, source, length, beam_size=1):
        if min(beam_size, length + 1) < 1:
            raise ValueError(f"beam size {beam_size}, length {length}")
        if beam_size == 1:
            annotations = self.encoder.forward(source)
            model = Conditioned(self.decoder, annotations, source.astype(bool))
            texts = part("greedy")(model, np.full((len(source), 1), 2), length)
        else:
            texts = [self.best(row[row > 0], length, beam_size) for row in source]
        rows = np.zeros((len(source), length), dtype=np.int64)
        for row, text in zip(rows, texts, strict=True):
            ends = [*np.flatnonzero(text == 2), len(text)]
            row[: ends[0] + 1] = text[: ends[0] + 1]
        return rows

    def best(self, sentence, length, beam_size):
        model = Conditioned(self.decoder, self.encoder.forward(sentence[None]))
        return part("beam_search")(model, np.array([2]), length, beam_size, end=2)[0]


def h_of(state):
    return state[0] if isinstance(state, tuple) else state
