"""Products with one-hot matrices: for the vectors of words, the chosen rows, and the targets."""

import numpy as np

from framework.interfaces import Model
from framework.models.parts import part


def one_hot(ids, size, dtype=float):
    if ids.size and (ids.min() < 0 or ids.max() >= size):
        raise IndexError("no such word")
    return (ids[..., None] == np.arange(size)).astype(dtype)


def mask_tokens(ids, vocabulary_size, share=0.15, *, rng):
    one_hot(ids, vocabulary_size)
    if not 0 <= share <= 1:
        raise ValueError("share")
    # One draw: a word is hidden below 0.8 share, another one below 0.9 share, kept below share.
    draw = rng.random(ids.shape) + (ids == 0)
    words = rng.integers(vocabulary_size - 1, size=ids.shape) + 1
    inputs = np.choose(np.digitize(draw, [0.8 * share, 0.9 * share]), [vocabulary_size, words, ids])
    return inputs, draw < share


class TransformerEncoder(Model):
    def __init__(self, vocabulary_size, length, features, heads, layers, *, rng):
        super().__init__()
        self.add_parameter("embedding", rng.normal(size=(vocabulary_size + 1, features)) / 10)
        self.positions = part("learned_positions")(length, features, rng=rng)
        self.norm = part("layer_norm")(features)
        self.layers = [part("transformer_block")(features, heads, rng=rng) for _ in range(layers)]
        self.add_child("positions", self.positions)
        for number, layer in enumerate(self.layers, 1):
            self.add_child(f"block_{number}", layer)
        self.add_child("norm", self.norm)

    def forward(self, ids):
        table = self.parameters["embedding"]
        self.words = one_hot(ids, len(table), table.dtype)
        self.mask = ids > 0
        h = self.positions.forward(self.words @ table)
        for layer in self.layers:
            h = layer.forward(h, self.mask)
        return np.where(self.mask[..., None], self.norm.forward(h), np.zeros((), table.dtype))

    def backward(self, grad_output):
        grad = self.norm.backward(np.einsum("nt,ntd->ntd", self.mask, grad_output))
        for layer in self.layers[::-1]:
            grad = layer.backward(grad)
        grad = self.positions.backward(grad)
        self.gradients["embedding"] += np.tensordot(self.words, grad, axes=([0, 1], [0, 1]))


class MaskedLM(Model):
    def __init__(self, vocabulary_size, length, features, heads, layers, *, rng):
        super().__init__()
        sizes = length, features, heads, layers
        self.vocabulary_size = vocabulary_size
        self.encoder = self.add_child(
            "encoder", TransformerEncoder(vocabulary_size, *sizes, rng=rng)
        )
        self.add_parameter("U", rng.normal(size=(features, vocabulary_size)) * features**-0.5)
        self.add_parameter("b", np.zeros(vocabulary_size))

    def forward(self, ids, chosen):
        if chosen.dtype.kind != "b" or chosen.shape != ids.shape:
            raise ValueError("chosen")
        h = self.encoder.forward(ids)
        self.rows = one_hot(np.flatnonzero(chosen), chosen.size, h.dtype)  # (M, N T)
        self.h, self.shape = self.rows @ h.reshape(chosen.size, -1), h.shape
        return self.h @ self.parameters["U"] + self.parameters["b"]

    def backward(self, grad_logits):
        self.gradients["U"] += self.h.T @ grad_logits
        self.gradients["b"] += np.einsum("mv->v", grad_logits)
        grad_h = self.rows.T @ (grad_logits @ self.parameters["U"].T)
        self.encoder.backward(grad_h.reshape(self.shape))


def fit_masked_lm(model, ids, *, steps, batch_size, learning_rate, share=0.15, rng):
    def step():
        texts = ids.take(rng.choice(len(ids), batch_size), axis=0)
        inputs, chosen = mask_tokens(texts, model.vocabulary_size, share, rng=rng)
        if not chosen.any():
            return None
        value = loss.forward(model.forward(inputs, chosen), texts[chosen])
        model.zero_gradients()
        model.backward(loss.backward())
        optimizer.step(model.parameters, model.gradients)
        return value

    loss, optimizer = part("softmax_cross_entropy")(), part("adam")(learning_rate)
    model.train()
    return [value for value in (step() for _ in range(steps)) if value is not None]


def pseudo_perplexity(model, ids):
    model.eval()
    N, T = ids.shape
    # All texts with one hidden word, at once: text n with its word t hidden.
    places = np.broadcast_to(np.eye(T, dtype=bool), (N, T, T)) & (ids[:, None] > 0)
    texts, hidden = ids.repeat(T, axis=0), places.reshape(N * T, T)
    if not hidden.any():
        raise ValueError("no words")
    scores = np.array(model.forward(np.where(hidden, model.vocabulary_size, texts), hidden))
    scores -= scores.max(axis=-1, keepdims=True)
    right = (one_hot(texts[hidden], model.vocabulary_size) * scores).sum(axis=-1)
    return float(np.exp(np.mean(np.log(np.exp(scores).sum(axis=-1)) - right)))
