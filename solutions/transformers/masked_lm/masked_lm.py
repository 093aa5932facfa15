"""A masked language model: an encoder that predicts hidden words from both sides.

Source: Devlin et al. (2019), sections 3 and 3.1, and appendix A.1.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from framework.interfaces import Array, Model
from framework.models.parts import part

PAD = 0  # the id that pads short texts


def mask_tokens(
    ids: Array, vocabulary_size: int, share: float = 0.15, *, rng: np.random.Generator
) -> tuple[Array, Array]:
    """Choose the words to predict, and hide most of them.

    Each word is chosen with the probability `share`, independently of the others; padding never
    is. A chosen word becomes MASK (the id V) with probability 0.8, a random one of the ids
    1 ... V−1 with probability 0.1, and stays with probability 0.1.

    Args:
        ids: `(N, T)` integers in 0 ... V−1, padded with `PAD`. Not modified.
        vocabulary_size: V.

    Returns: the ids that a model reads, `(N, T)`, and which words were chosen, bool `(N, T)`.
    Raises: IndexError for other ids. ValueError if `share` is not in [0, 1].
    """
    _check_ids(ids, vocabulary_size)
    if not 0 <= share <= 1:
        raise ValueError(f"share should be from 0 to 1, but is {share}")
    # BEGIN SOLUTION: one random number chooses a word, another decides what it becomes
    chosen = (ids != PAD) & (rng.random(ids.shape) < share)
    case = rng.random(ids.shape)
    inputs = np.where(chosen & (case < 0.8), vocabulary_size, ids)
    others = rng.integers(1, vocabulary_size, size=ids.shape)
    return np.where(chosen & (case >= 0.9), others, inputs), chosen
    # END SOLUTION


class TransformerEncoder(Model):
    """Encodings of words that depend on both sides: h = norm(block_L(… block_1(E[x] + P))).

    Args:
        vocabulary_size: V, with `PAD`. One more id, V, is MASK.
        length: number of positions, the maximum number of words of a text.
        features, heads, layers: D, H of each block, and L.

    Parameters: embedding `(V + 1, D)`, positions.P `(length, D)`, those of the blocks as
    block_1.NAME ... block_L.NAME, norm.gamma and norm.beta `(D,)`.
    """

    def __init__(
        self,
        vocabulary_size: int,
        length: int,
        features: int,
        heads: int,
        layers: int,
        *,
        rng: np.random.Generator,
    ) -> None:
        super().__init__()
        self.vocabulary_size, self.features = vocabulary_size, features
        table = rng.normal(scale=0.1, size=(vocabulary_size + 1, features))
        self.add_parameter("embedding", table)
        positions = part("learned_positions")(length, features, rng=rng)
        self.positions = self.add_child("positions", positions)
        block = part("transformer_block")
        self.blocks: list[Any] = [
            self.add_child(f"block_{i + 1}", block(features, heads, rng=rng)) for i in range(layers)
        ]
        self.norm = self.add_child("norm", part("layer_norm")(features))

    def forward(self, ids: Array) -> Array:
        """Return the encoding of each word, `(N, T, D)`; that of padding is 0.

        Args:
            ids: `(N, T)` integers, padded with `PAD` at the end. Not modified.

        Raises: IndexError if an id is outside 0 ... V. ValueError if T is above `length`.
        """
        _check_ids(ids, self.vocabulary_size + 1)
        # BEGIN SOLUTION: vectors and positions, the blocks with a mask of padding, the last norm
        self._ids, self._words = ids, ids != PAD
        x = self.positions.forward(self.parameters["embedding"][ids])
        for block in self.blocks:
            x = block.forward(x, self._words)
        return self.norm.forward(x) * self._words[:, :, None]
        # END SOLUTION

    def backward(self, grad_output: Array) -> None:
        """Add all gradients for `grad_output: (N, T, D)`; padding gets none. Not modified."""
        # BEGIN SOLUTION: the same parts from the last to the first
        grad = self.norm.backward(grad_output * self._words[:, :, None])
        for block in reversed(self.blocks):
            grad = block.backward(grad)
        np.add.at(self.gradients["embedding"], self._ids, self.positions.backward(grad))
        # END SOLUTION


class MaskedLM(Model):
    """A model that predicts chosen words: logits = h U + b, with the encodings h of these words.

    Args: those of `TransformerEncoder`.

    Parameters: those of the encoder as encoder.NAME, U `(D, V)`, b `(V,)`.
    """

    def __init__(
        self,
        vocabulary_size: int,
        length: int,
        features: int,
        heads: int,
        layers: int,
        *,
        rng: np.random.Generator,
    ) -> None:
        super().__init__()
        V, D = vocabulary_size, features
        self.vocabulary_size = V
        self.encoder = self.add_child(
            "encoder", TransformerEncoder(V, length, D, heads, layers, rng=rng)
        )
        self.add_parameter("U", rng.normal(scale=D**-0.5, size=(D, V)))
        self.add_parameter("b", np.zeros(V))

    def forward(self, ids: Array, chosen: Array) -> Array:
        """Return the logits of the M chosen words, `(M, V)`, in the order of ``ids[chosen]``.

        Args:
            ids: those of `TransformerEncoder.forward`. Not modified.
            chosen: bool `(N, T)`. Not modified.

        Raises: IndexError or ValueError as the encoder; ValueError if the shapes differ.
        """
        if chosen.shape != ids.shape or chosen.dtype != bool:
            expected, received = f"bool {ids.shape}", f"{chosen.dtype} {chosen.shape}"
            raise ValueError(f"chosen should be {expected}, but is {received}")
        # BEGIN SOLUTION: the encoder, then the rows of the chosen words only
        h = self.encoder.forward(ids)
        self._chosen, self._h = chosen, h[chosen]
        return self._h @ self.parameters["U"] + self.parameters["b"]
        # END SOLUTION

    def backward(self, grad_logits: Array) -> None:
        """Add all gradients for `grad_logits: (M, V)`. Not modified."""
        # BEGIN SOLUTION: U and b; the encodings of all other words get 0
        self.gradients["U"] += self._h.T @ grad_logits
        self.gradients["b"] += grad_logits.sum(axis=0)
        grad_h = np.zeros((*self._chosen.shape, self._h.shape[1]), dtype=self._h.dtype)
        grad_h[self._chosen] = grad_logits @ self.parameters["U"].T
        self.encoder.backward(grad_h)
        # END SOLUTION


def fit_masked_lm(
    model: MaskedLM,
    ids: Array,
    *,
    steps: int,
    batch_size: int,
    learning_rate: float,
    share: float = 0.15,
    rng: np.random.Generator,
) -> list[float]:
    """Train `model` with Adam (part ``adam``) to predict chosen words.

    Each step draws `batch_size` texts, masks them anew, and lowers the mean cross-entropy (part
    ``softmax_cross_entropy``) of the chosen words alone. A step without a chosen word is left out.

    Args:
        model: its parameters change. Its method `train` is called first.
        ids: `(M, T)`, padded with `PAD`. Not modified.
        share: that of `mask_tokens`.

    Returns: the loss of each step, before its update.
    """
    # BEGIN SOLUTION
    loss, optimizer = part("softmax_cross_entropy")(), part("adam")(learning_rate)
    losses = []
    model.train()
    for _ in range(steps):
        batch = ids[rng.integers(len(ids), size=batch_size)]
        inputs, chosen = mask_tokens(batch, model.vocabulary_size, share, rng=rng)
        if not chosen.any():
            continue
        losses.append(loss.forward(model.forward(inputs, chosen), batch[chosen]))
        model.zero_gradients()
        model.backward(loss.backward())
        optimizer.step(model.parameters, model.gradients)
    return losses
    # END SOLUTION


def pseudo_perplexity(model: MaskedLM, ids: Array) -> float:
    """Return exp of the mean of −log P(word | all other words of its text), over all words.

    Each word is hidden alone: only its own id becomes MASK. Stable for logits of ±10⁴.

    Args:
        model: ``forward(ids, chosen) -> logits``. Its method `eval` is called first.
        ids: `(N, T)`, padded with `PAD`, with at least one word. Not modified.

    Raises: ValueError if there is no word.
    """
    if not (ids != PAD).any():
        raise ValueError(f"ids {ids.shape} have no word: a mean needs at least one")
    # BEGIN SOLUTION: for each position, hide the word there in all texts
    model.eval()
    total = 0.0
    for t in range(ids.shape[1]):
        chosen = np.zeros(ids.shape, dtype=bool)
        chosen[:, t] = ids[:, t] != PAD
        logits = model.forward(np.where(chosen, model.vocabulary_size, ids), chosen)
        logits = logits - logits.max(axis=1, keepdims=True)
        log_p = logits - np.log(np.exp(logits).sum(axis=1, keepdims=True))
        total -= np.take_along_axis(log_p, ids[chosen][:, None], axis=1).sum()
    return float(np.exp(total / (ids != PAD).sum()))
    # END SOLUTION


def _check_ids(ids: Array, bound: int) -> None:
    """Given: raise an IndexError for ids outside 0 ... bound − 1."""
    if ids.size and not 0 <= ids.min() <= ids.max() < bound:
        received = f"{ids.min()} ... {ids.max()}"
        raise IndexError(f"ids must lie in 0 ... {bound - 1}, but these lie in {received}")
