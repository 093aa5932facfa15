"""A look-up for each word, by an attention that is read again for each step on the way back."""

import numpy as np

from framework.interfaces import LanguageModel, Model
from framework.models.conditioned import Conditioned
from framework.models.parts import part

PAD, END = 0, 2


class BidirectionalEncoder(Model):
    def __init__(self, vocabulary_size, embedding_size, hidden_size, cell="lstm", *, rng):
        super().__init__()
        E, H = embedding_size, hidden_size
        self.add_parameter("embedding", rng.uniform(-1.7, 1.7, (vocabulary_size, E)))
        layers = [part(cell)(E, H, rng=rng), part(cell)(E, H, rng=rng)]
        self.layer = self.add_child("layer", part("bidirectional")(*layers))

    def forward(self, ids):
        check(ids, self.parameters["embedding"])
        table = self.parameters["embedding"]
        self.one_hot = np.eye(len(table), dtype=table.dtype)[ids]
        return self.layer.forward(self.one_hot @ table, mask=ids > PAD)

    def backward(self, grad_annotations):
        grad, _ = self.layer.backward(grad_annotations)
        self.gradients["embedding"] += np.einsum("nsv,nse->ve", self.one_hot, grad)


class AttentiveDecoder(LanguageModel):
    def __init__(
        self, vocabulary_size, annotation_size, embedding_size, hidden_size, cell="lstm", *, rng
    ):
        super().__init__()
        V, A, E, H = vocabulary_size, annotation_size, embedding_size, hidden_size
        self.A, self.H = A, H
        self.add_parameter("embedding", rng.uniform(-1.7, 1.7, (V, E)))
        self.add_parameter("W_0", rng.normal(0, A**-0.5, (A, H)))
        self.cell = self.add_child("cell", part(cell)(E, H, rng=rng))
        self.attention = self.add_child("attention", part("bilinear_attention")(H, A, rng=rng))
        self.add_parameter("W_c", rng.normal(0, (H + A) ** -0.5, (H + A, H)))
        self.add_parameter("U", rng.normal(0, H**-0.5, (H, V)))
        self.add_parameter("b_2", np.zeros(V))

    def fits(self, texts, annotations, words):
        if annotations.ndim != 3 or annotations.shape[::2] != (texts, self.A):
            raise ValueError("other annotations")
        if not annotations.shape[1] or (words is not None and words.shape != annotations.shape[:2]):
            raise ValueError("no words, or others")

    def forward(self, tokens, annotations, words=None, state=None):
        check(tokens, self.parameters["embedding"])
        self.fits(len(tokens), annotations, words)
        self.tokens, self.source, self.words = tokens.copy(), annotations.copy(), words
        self.is_start = state is None
        self.begin = self.first(annotations) if self.is_start else state
        self.h = self.cell.forward(self.parameters["embedding"][tokens], self.begin)
        self.state = self.cell.state
        contexts = [self.look_up(t) for t in range(tokens.shape[1])]
        self.c = np.concatenate(contexts, axis=1)
        W = self.parameters["W_c"]
        self.out = np.tanh(self.h @ W[: self.H] + self.c @ W[self.H :])
        return self.out @ self.parameters["U"] + self.parameters["b_2"]

    def look_up(self, t):
        query = self.h[:, t : t + 1]
        return self.attention.forward(query, self.source, self.source, self.words)

    def backward(self, grad_logits):
        g, W = self.gradients, self.parameters["W_c"]
        g["b_2"] += np.einsum("ntv->v", grad_logits)
        g["U"] += np.einsum("nth,ntv->hv", self.out, grad_logits)
        grad_z = (grad_logits @ self.parameters["U"].T) / np.cosh(np.arctanh(self.out)) ** 2
        g["W_c"][: self.H] += np.einsum("nth,ntk->hk", self.h, grad_z)
        g["W_c"][self.H :] += np.einsum("nta,ntk->ak", self.c, grad_z)
        grad_h, grad_c = grad_z @ W[: self.H].T, grad_z @ W[self.H :].T
        grad_source = np.zeros_like(self.source)
        for t in range(grad_c.shape[1]):
            self.look_up(t)
            query, keys, values = self.attention.backward(grad_c[:, t : t + 1])
            grad_h[:, t] += query[:, 0]
            grad_source += keys + values
        grad_e, grad_begin = self.cell.backward(grad_h)
        for n, t in np.ndindex(*self.tokens.shape):
            g["embedding"][self.tokens[n, t]] += grad_e[n, t]
        if self.is_start:
            grad = h_of(grad_begin) * (1 - h_of(self.begin) ** 2)
            g["W_0"] += np.einsum("na,nh->ah", self.source[:, 0], grad)
            grad_source[:, 0] += grad @ self.parameters["W_0"].T
        return grad_source

    def first(self, annotations):
        h = np.tanh(annotations[:, 0] @ self.parameters["W_0"])
        zeros = self.cell.initial_state(len(h))
        return (h, *zeros[1:]) if isinstance(zeros, tuple) else h

    def initial_state(self, batch_size, annotations=None, words=None):
        if annotations is None:
            annotations = np.zeros((batch_size, 1, self.A), self.parameters["U"].dtype)
        self.fits(batch_size, annotations, words)
        return self.first(annotations), annotations, words

    def next_log_probabilities(self, tokens, state):
        state, annotations, words = state
        logits = self.forward(tokens[:, None], annotations, words, state)[:, 0]
        highest = logits.max(axis=1, keepdims=True)
        sums = np.exp(logits - highest).sum(axis=1, keepdims=True)
        return logits - highest - np.log(sums), (self.state, annotations, words)


class AttentiveTranslator(Model):
    def __init__(self, source_size, target_size, embedding_size, hidden_size, cell="lstm", *, rng):
        super().__init__()
        sizes = embedding_size, hidden_size, cell
        self.encoder = BidirectionalEncoder(source_size, *sizes, rng=rng)
        self.decoder = AttentiveDecoder(target_size, 2 * hidden_size, *sizes, rng=rng)
        self.add_child("encoder", self.encoder)
        self.add_child("decoder", self.decoder)

    def forward(self, source, before):
        return self.decoder.forward(before, *self.read(source))

    def read(self, source):
        return self.encoder.forward(source), source > PAD

    def backward(self, grad_logits):
        grad = self.decoder.backward(grad_logits)
        self.encoder.backward(grad)

    def alignment(self, source, target):
        before = np.roll(target, 1, axis=1)
        before[:, 0] = END
        annotations, words = self.read(source)
        self.decoder.forward(before, annotations, words)
        return self.weights(annotations, words)

    def weights(self, annotations, words):
        attention, h = self.decoder.attention, self.decoder.h
        attention.forward(h, annotations, annotations, words)
        return np.array(attention.weights)

    def translate(self, source, length, beam_size=1):
        if beam_size < 1 or length < 0:
            raise ValueError("nothing to look for")
        annotations, words = self.read(source)
        if beam_size == 1:
            return self.likeliest(annotations, words, length)
        rows = np.zeros((len(source), length), dtype=np.int64)
        for n in range(len(source)):
            model = Conditioned(self.decoder, annotations[[n]], words[[n]])
            text = part("beam_search")(model, np.array([END]), length, beam_size, end=END)[0]
            rows[n, : text.size] = text
        return rows

    def likeliest(self, annotations, words, length):
        state = self.decoder.initial_state(len(words), annotations, words)
        word, is_open, columns = np.full(len(words), END), np.ones(len(words), bool), []
        for _ in range(length):
            logs, state = self.decoder.next_log_probabilities(word, state)
            word = np.argmax(logs, axis=1)
            columns.append(np.where(is_open, word, PAD))
            is_open &= word != END
        return np.array(columns, dtype=np.int64).reshape(length, len(words)).T


def h_of(state):
    return state[0] if isinstance(state, tuple) else state


def check(ids, table):
    if np.any(ids < 0) or np.any(ids >= len(table)):
        raise IndexError("no such word")
