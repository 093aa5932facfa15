"""Translation with attention: annotations of all source words, and a decoder that looks them up.

Source: Bahdanau, Cho and Bengio, "Neural Machine Translation by Jointly Learning to Align and
Translate" (2015); Luong, Pham and Manning, "Effective Approaches to Attention-based Neural Machine
Translation" (2015).
"""

from __future__ import annotations

from typing import Any

import numpy as np

from framework.interfaces import LanguageModel, Model
from framework.models.parts import part
from plugins.networks.shared.blocks import Embedding
from plugins.networks.shared.scored_words import SCORES, log_softmax
from plugins.networks.shared.translator import Translator


class BidirectionalEncoder(Model):
    """The states of a bidirectional layer at every word: the annotations `(N, S, 2H)`."""

    def __init__(
        self,
        vocabulary_size: int,
        embedding_size: int,
        hidden_size: int,
        cell: str = "lstm",
        *,
        rng: np.random.Generator,
    ) -> None:
        super().__init__()
        V, E, H = vocabulary_size, embedding_size, hidden_size
        self.vocabulary_size = V
        self.embedding = self.add_child("_embedding", Embedding(rng.normal(size=(V, E))))
        layers = (part(cell)(E, H, rng=rng) for _ in range(2))
        self.layer: Any = self.add_child("layer", part("bidirectional")(*layers))

    def forward(self, ids: Any) -> Any:
        """Return the annotations of `ids: (N, S)`, padded at the end.

        Raises:
            IndexError: an id that is no row of the table.
        """
        return self.layer.forward(self.embedding.forward(ids), None, self._arrays.words(ids))

    def backward(self, grad_annotations: Any) -> None:
        """Backpropagate `(N, S, 2H)` through the layer to the word vectors."""
        grad_e, _ = self.layer.backward(grad_annotations)
        self.embedding.backward(grad_e)


class AttentiveDecoder(LanguageModel):
    """P(y_{t+1} | y_1 ... y_t, a_1 ... a_S): h_t looks up c_t, and both score the next word."""

    def __init__(
        self,
        vocabulary_size: int,
        annotation_size: int,
        embedding_size: int,
        hidden_size: int,
        cell: str = "lstm",
        *,
        rng: np.random.Generator,
    ) -> None:
        super().__init__()
        V, A, E, H = vocabulary_size, annotation_size, embedding_size, hidden_size
        self.vocabulary_size, self.annotation_size, self.hidden_size = V, A, H
        self.embedding = self.add_child("_embedding", Embedding(rng.normal(size=(V, E))))
        self.add_parameter("W_0", rng.normal(scale=A**-0.5, size=(A, H)))
        self.cell: Any = self.add_child("cell", part(cell)(E, H, rng=rng))
        self.attention: Any = self.add_child("attention", part("bilinear_attention")(H, A, rng=rng))
        self.add_parameter("W_c", rng.normal(scale=(H + A) ** -0.5, size=(H + A, H)))
        self.scores = self.add_child("_scores", part("affine")(H, V, rng=rng), SCORES)

    def forward(self, tokens: Any, annotations: Any, words: Any = None, state: Any = None) -> Any:
        """Logits `(N, T, V)` for `tokens: (N, T)` and the annotations `(N, S, A)` of the source.

        The `words: (N, S)` are False at padding. The `state` is the cell's after an earlier piece
        of the texts; None: they start here.

        Raises:
            IndexError: an id outside 0 ... V−1.
            ValueError: `annotations` or `words` have another shape.
        """
        annotations = self._checked(annotations, words, len(tokens))
        self._first, self._starts = annotations[:, 0], state is None
        if state is None:
            state = self._first_state(annotations)
        self._h_0 = _h_of(state)
        h = self.cell.forward(self.embedding.forward(tokens), state)
        self.state = self.cell.state
        context = self.attention.forward(h, annotations, annotations, words)
        xp = self._arrays.namespace
        self._both = xp.concatenate([h, context], -1)
        self._h_tilde = xp.tanh(self._both @ self.parameters["W_c"])
        return self.scores.forward(self._h_tilde)

    def backward(self, grad_logits: Any) -> Any:
        """Backpropagate `(N, T, V)`, and return the gradient of the annotations `(N, S, A)`."""
        grad_a = self.scores.backward(grad_logits) * (1 - self._h_tilde * self._h_tilde)
        N, T, both = self._both.shape
        rows = self._both.reshape(N * T, both)
        self.gradients["W_c"] += rows.T @ grad_a.reshape(N * T, -1)
        grad_both = grad_a @ self.parameters["W_c"].T
        H = self.hidden_size
        grad_query, grad_keys, grad_values = self.attention.backward(grad_both[..., H:])
        grad_e, grad_state = self.cell.backward(grad_both[..., :H] + grad_query)
        self.embedding.backward(grad_e)
        grad_annotations = grad_keys + grad_values
        if not self._starts:
            return grad_annotations
        grad_start = (1 - self._h_0 * self._h_0) * _h_of(grad_state)
        self.gradients["W_0"] += self._first.T @ grad_start
        of_first = grad_annotations[:, :1] + (grad_start @ self.parameters["W_0"].T)[:, None]
        return self._arrays.namespace.concatenate([of_first, grad_annotations[:, 1:]], 1)

    def initial_state(
        self, batch_size: int, annotations: Any = None, words: Any = None
    ) -> tuple[Any, Any, Any]:
        """Return the cell's state before the first token, the annotations and `words`.

        Raises:
            ValueError: `annotations` or `words` have another shape.
        """
        if annotations is None:
            xp, size = self._arrays.namespace, (batch_size, 1, self.annotation_size)
            annotations = xp.zeros_like(xp.broadcast_to(self.parameters["W_0"][:, 0], size))
        annotations = self._checked(annotations, words, batch_size)
        return self._first_state(annotations), annotations, words

    def next_log_probabilities(self, tokens: Any, state: tuple[Any, Any, Any]) -> tuple[Any, Any]:
        """Read one token of each text; predict the next one."""
        cell_state, annotations, words = state
        logits = self.forward(self._arrays.column(tokens), annotations, words, cell_state)[:, 0]
        return log_softmax(logits, self._arrays), (self.state, annotations, words)

    def _first_state(self, annotations: Any) -> Any:
        """Return the cell's state before the first token: h_0, and zeros for its other parts."""
        h_0 = self._arrays.namespace.tanh(annotations[:, 0] @ self.parameters["W_0"])
        return _with_h(self.cell.initial_state(len(annotations)), h_0)

    def _checked(self, annotations: Any, words: Any, texts: int) -> Any:
        annotations = self._arrays.asarray(annotations)
        shape, A = tuple(annotations.shape), self.annotation_size
        if len(shape) != 3 or (shape[0], shape[2]) != (texts, A) or not shape[1]:
            raise ValueError(f"annotations should be ({texts}, S, {A}) with S ≥ 1, but are {shape}")
        if words is not None and tuple(words.shape) != shape[:2]:
            raise ValueError(f"words should be {shape[:2]}, but are {tuple(words.shape)}")
        return annotations


class AttentiveTranslator(Translator):
    """P(target | source): a bidirectional encoder, and a decoder that looks its annotations up."""

    def __init__(
        self,
        source_size: int,
        target_size: int,
        embedding_size: int,
        hidden_size: int,
        cell: str = "lstm",
        *,
        rng: np.random.Generator,
    ) -> None:
        E, H = embedding_size, hidden_size
        encoder = BidirectionalEncoder(source_size, E, H, cell, rng=rng)
        super().__init__(encoder, AttentiveDecoder(target_size, 2 * H, E, H, cell, rng=rng))

    def alignment(self, source: Any, target: Any) -> Any:
        """Return the weights `(N, T, S)` of the source words for each word of `target: (N, T)`."""
        self._read_before(source, target)
        return self.decoder.attention.weights


def _h_of(state: Any) -> Any:
    """Return h of a state: the state itself, or that of the first part of a tuple."""
    return _h_of(state[0]) if isinstance(state, tuple) else state


def _with_h(state: Any, h: Any) -> Any:
    """Return the state with another h."""
    return (_with_h(state[0], h), *state[1:]) if isinstance(state, tuple) else h
