"""Translation with attention (Bahdanau et al. 2015; Luong et al. 2015, section 3)."""

from __future__ import annotations

from typing import Any

import numpy as np

from framework.interfaces import Array, LanguageModel, Model
from framework.models.conditioned import Conditioned
from framework.models.parts import part

PAD, END = 0, 2


class BidirectionalEncoder(Model):
    """An encoder that keeps a vector of every word: the annotations.

    Args:
        vocabulary_size, embedding_size: V and E.
        hidden_size: H, of each direction: an annotation has A = 2H numbers.
        cell: registered name of the recurrent layers.

    Parameters: embedding `(V, E)`, those of the `bidirectional` layer as layer.NAME.
    """

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
        self.add_parameter("embedding", rng.normal(size=(V, E)))
        to_right, to_left = (part(cell)(E, H, rng=rng) for _ in range(2))
        self.layer: Any = self.add_child("layer", part("bidirectional")(to_right, to_left))

    def forward(self, ids: Array) -> Array:
        """Return the annotations `(N, S, A)` of sentences, `ids: (N, S)`, S ≥ 1, `PAD` at the end.

        Raises:
            IndexError: an id is outside 0 ... V−1.
        """
        _check_ids(ids, self.vocabulary_size)
        # BEGIN SOLUTION: word vectors, then the layer; it must not read padding
        self._ids = ids
        return self.layer.forward(self.parameters["embedding"][ids], None, ids != PAD)
        # END SOLUTION

    def backward(self, grad_annotations: Array) -> None:
        """Add all gradients for `grad_annotations: (N, S, A)`; returns nothing."""
        # BEGIN SOLUTION
        grad_e, _ = self.layer.backward(grad_annotations)
        np.add.at(self.gradients["embedding"], self._ids, grad_e)  # += would drop repeated ids
        # END SOLUTION


class AttentiveDecoder(LanguageModel):
    """A recurrent language model that attends to the annotations of a source sentence.

    Arguments of its methods are not modified.

    Args:
        vocabulary_size, annotation_size, embedding_size, hidden_size: V, A, E and H.
        cell: registered name of the recurrent layer. Its state may be a tuple with h as its first
            part. Pass states to it by position.

    Parameters: embedding `(V, E)`, W_0 `(A, H)`, those of the cell as cell.NAME, attention.W
    `(H, A)`, W_c `(H + A, H)`, U `(H, V)`, b_2 `(V,)`.
    Attribute `state`: the cell's state after the last token that `forward` read.
    """

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
        self.vocabulary_size, self.annotation_size = V, A
        self.add_parameter("embedding", rng.normal(size=(V, E)))
        self.add_parameter("W_0", rng.normal(scale=A**-0.5, size=(A, H)))
        self.cell: Any = self.add_child("cell", part(cell)(E, H, rng=rng))
        self.attention: Any = self.add_child("attention", part("bilinear_attention")(H, A, rng=rng))
        self.add_parameter("W_c", rng.normal(scale=(H + A) ** -0.5, size=(H + A, H)))
        self.add_parameter("U", rng.normal(scale=H**-0.5, size=(H, V)))
        self.add_parameter("b_2", np.zeros(V))

    def forward(
        self, tokens: Array, annotations: Array, words: Array | None = None, state: Any = None
    ) -> Array:
        """Return the logits `(N, T, V)`: those at t predict y_{t+1}. Keep the cell's last state.

        Args:
            tokens: ids, `(N, T)` integers.
            annotations: of the source sentence of each text, `(N, S, A)`, S ≥ 1.
            words: bool `(N, S)`, False at padding of the source. None: words everywhere.
            state: the cell's state after an earlier piece of the texts; None: the texts start here.

        Raises:
            IndexError: an id is outside 0 ... V−1.
            ValueError: `annotations` is not `(N, S, A)`, or `words` not `(N, S)`.
        """
        _check_ids(tokens, self.vocabulary_size)
        _check_annotations(annotations, words, (len(tokens), self.annotation_size))
        # BEGIN SOLUTION: states of the cell, then attention for all of them at once, then logits
        self._tokens, self._annotations, self._starts = tokens, annotations, state is None
        if state is None:
            state = self._first_state(annotations)
        self._h_0 = _first(state)
        h = self.cell.forward(self.parameters["embedding"][tokens], state)
        self.state = self.cell.state
        context = self.attention.forward(h, annotations, annotations, words)
        self._both = np.concatenate([h, context], axis=-1)
        # one large product: @ computes a small one for each text, which is slower
        self._h_tilde = np.tanh(np.tensordot(self._both, self.parameters["W_c"], axes=1))
        return np.tensordot(self._h_tilde, self.parameters["U"], axes=1) + self.parameters["b_2"]
        # END SOLUTION

    def backward(self, grad_logits: Array) -> Array:
        """Add all gradients for `grad_logits: (N, T, V)`; return that of the annotations."""
        # BEGIN SOLUTION: back through the logits, W_c, the attention, the cell and its first state
        steps = ([0, 1], [0, 1])  # sum over the batch and over time
        self.gradients["U"] += np.tensordot(self._h_tilde, grad_logits, axes=steps)
        self.gradients["b_2"] += grad_logits.sum(axis=(0, 1))
        grad_h_tilde = np.tensordot(grad_logits, self.parameters["U"].T, axes=1)
        grad_a = grad_h_tilde * (1 - self._h_tilde**2)
        self.gradients["W_c"] += np.tensordot(self._both, grad_a, axes=steps)
        grad_both = np.tensordot(grad_a, self.parameters["W_c"].T, axes=1)
        H = len(self.parameters["U"])
        grad_query, grad_keys, grad_values = self.attention.backward(grad_both[..., H:])
        # h_t is half of the input of W_c, and a query; an annotation is a key and a value
        grad_e, grad_state = self.cell.backward(grad_both[..., :H] + grad_query)
        np.add.at(self.gradients["embedding"], self._tokens, grad_e)  # += would drop repeated ids
        grad_annotations = grad_keys + grad_values
        if self._starts:
            grad_a_0 = (1 - self._h_0**2) * _first(grad_state)
            self.gradients["W_0"] += self._annotations[:, 0].T @ grad_a_0
            grad_annotations[:, 0] += grad_a_0 @ self.parameters["W_0"].T
        return grad_annotations
        # END SOLUTION

    def initial_state(
        self, batch_size: int, annotations: Array | None = None, words: Array | None = None
    ) -> tuple[Any, Array, Array | None]:
        """Given: return the state before the first token: the cell's, the annotations, `words`.

        Args:
            annotations: `(N, S, A)`; None: one of zeros for each text.
            words: see `forward`.

        Raises:
            ValueError: `annotations` is not `(N, S, A)`, or `words` not `(N, S)`.
        """
        if annotations is None:
            size = (batch_size, 1, self.annotation_size)
            annotations = np.zeros(size, self.parameters["U"].dtype)
        _check_annotations(annotations, words, (batch_size, self.annotation_size))
        return self._first_state(annotations), annotations, words

    def next_log_probabilities(
        self, tokens: Array, state: tuple[Any, Array, Array | None]
    ) -> tuple[Array, tuple[Any, Array, Array | None]]:
        """Given: read a token of each text `(N,)`; return log P `(N, V)` of the next; the state."""
        cell_state, annotations, words = state
        logits = self.forward(tokens[:, None], annotations, words, cell_state)[:, 0]
        logits -= logits.max(axis=-1, keepdims=True)  # exp of large scores would overflow
        log_probabilities = logits - np.log(np.exp(logits).sum(axis=-1, keepdims=True))
        return log_probabilities, (self.state, annotations, words)

    def _first_state(self, annotations: Array) -> Any:
        """Given: return the cell's initial state, with h_0 = tanh(a_1 W_0) as its h."""
        h_0 = np.tanh(annotations[:, 0] @ self.parameters["W_0"])
        return _with_first(self.cell.initial_state(len(h_0)), h_0)


class AttentiveTranslator(Model):
    """A translator: a bidirectional encoder, and a decoder with attention to its annotations.

    Args:
        source_size, target_size: sizes V of the two vocabularies.
        embedding_size, hidden_size: E and H, of both languages.
        cell: registered name of all recurrent layers.

    Parameters: those of the encoder as encoder.NAME, those of the decoder as decoder.NAME.
    """

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
        super().__init__()
        E, H = embedding_size, hidden_size
        encoder = BidirectionalEncoder(source_size, E, H, cell, rng=rng)
        decoder = AttentiveDecoder(target_size, 2 * H, E, H, cell, rng=rng)
        self.encoder: Any = self.add_child("encoder", encoder)
        self.decoder: Any = self.add_child("decoder", decoder)
        self.greedy, self.beam_search = part("greedy"), part("beam_search")

    def forward(self, source: Array, before: Array) -> Array:
        """Return the logits `(N, T, V)` of every word of the translation (teacher forcing).

        Args:
            source: ids `(N, S)`, S ≥ 1, `PAD` at the end.
            before: ids `(N, T)`: `END`, then the translation without its last word.

        Raises:
            IndexError: an id without a row in its embedding.
        """
        # BEGIN SOLUTION
        return self.decoder.forward(before, self.encoder.forward(source), source != PAD)
        # END SOLUTION

    def backward(self, grad_logits: Array) -> None:
        """Add all gradients for `grad_logits: (N, T, V)` to `gradients`; returns nothing."""
        # BEGIN SOLUTION
        self.encoder.backward(self.decoder.backward(grad_logits))
        # END SOLUTION

    def alignment(self, source: Array, target: Array) -> Array:
        """Return the weight of each source word for each word of a translation, `(N, T, S)`.

        Args:
            source: ids `(N, S)`, as in `forward`.
            target: ids `(N, T)` of the translations.
        """
        # BEGIN SOLUTION: read `END` and all words but the last; return the weights
        ends = np.full((len(target), 1), END)
        self.forward(source, np.concatenate([ends, target[:, :-1]], axis=1))
        return self.decoder.attention.weights
        # END SOLUTION

    def translate(self, source: Array, length: int, beam_size: int = 1) -> Array:
        """Write translations from `END` to `END`; the decoder reads its own words.

        `self.greedy` writes all in parallel; above a `beam_size` of 1, `self.beam_search` each one.

        Args:
            source: ids `(N, S)`, as in `forward`.
            length: maximum number of words to write, including `END`.
            beam_size: B ≥ 1.

        Returns: ids `(N, length)`: the translation, `END` if it was written, then `PAD`.
        Raises: ValueError if `beam_size` is below 1 or `length` is negative.
        """
        if beam_size < 1:
            raise ValueError(f"beam_size is at least 1, but got {beam_size}")
        # BEGIN SOLUTION: call self.greedy or self.beam_search; only `PAD` may follow `END`
        annotations, words = self.encoder.forward(source), source != PAD
        if beam_size == 1:
            starts = np.full((len(source), 1), END)
            written = self.greedy(Conditioned(self.decoder, annotations, words), starts, length)
            ended = np.cumsum(written == END, axis=1) - (written == END)  # ends before each word
            return np.where(ended, PAD, written)
        translations = np.full((len(source), length), PAD)
        for n, row in enumerate(translations):
            model = Conditioned(self.decoder, annotations[n : n + 1], words[n : n + 1])
            text, _ = self.beam_search(model, np.array([END]), length, beam_size, end=END)
            row[: len(text)] = text
        return translations
        # END SOLUTION


def _first(state: Any) -> Any:
    """Given: return h of a state that is h (RNN, GRU), several (LSTM), or that of a stack."""
    return _first(state[0]) if isinstance(state, (tuple, list)) else state


def _with_first(state: Any, h: Array) -> Any:
    """Given: return the state with another h; the rest of it is not changed."""
    is_several = isinstance(state, (tuple, list))
    return (_with_first(state[0], h), *state[1:]) if is_several else h


def _check_annotations(annotations: Array, words: Array | None, size: tuple[int, int]) -> None:
    """Given: raise a ValueError for annotations that are not `(N, S, A)`, or other `words`."""
    (N, A), shape = size, annotations.shape
    if len(shape) != 3 or (shape[0], shape[2]) != size or not shape[1]:
        raise ValueError(f"annotations should be ({N}, S, {A}) with S ≥ 1, but are {shape}")
    if words is not None and words.shape != shape[:2]:
        raise ValueError(f"words should be {shape[:2]}, but are {words.shape}")


def _check_ids(ids: Array, vocabulary_size: int) -> None:
    """Given: raise an IndexError for ids outside 0 ... V−1."""
    if ids.size and (ids.min() < 0 or ids.max() >= vocabulary_size):
        bounds, actual = f"0 ... {vocabulary_size - 1}", f"{ids.min()} ... {ids.max()}"
        raise IndexError(f"token ids must lie in {bounds}, but these lie in {actual}")
