"""A masked language model on the blocks of a backend.

Source: Devlin et al., "BERT: Pre-training of Deep Bidirectional Transformers for Language
Understanding" (2019), section 3; Salazar et al., "Masked Language Model Scoring" (2020).
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from framework.arrays import Arrays, current_arrays
from framework.interfaces import Array, Model
from framework.models.differentiated import DifferentiatedModel
from framework.models.parts import part
from plugins.networks.shared.blocks import PAD, Embedding
from plugins.networks.shared.scored_words import log_softmax


def mask_tokens(
    ids: Any, vocabulary_size: int, share: float = 0.15, *, rng: np.random.Generator
) -> tuple[Any, Any]:
    """Return the ids `(N, T)` that a model reads, and which words it has to predict.

    Raises:
        IndexError: an id outside 0 ... V−1.
        ValueError: `share` is not in [0, 1].
    """
    arrays, V = current_arrays(), vocabulary_size
    arrays.check_ids(arrays.asarray(ids), V)
    if not 0 <= share <= 1:
        raise ValueError(f"share should be from 0 to 1, but is {share}")
    words = _numpy(ids, arrays)
    chosen = (rng.random(words.shape) < share) & (words != PAD)
    fate = rng.choice(3, size=words.shape, p=[0.8, 0.1, 0.1])
    drawn = rng.integers(1, V, size=words.shape)
    read = np.select([~chosen, fate == 0, fate == 1], [words, np.full_like(words, V), drawn], words)
    return arrays.from_numpy(read), arrays.from_numpy(chosen)


class TransformerEncoder(Model):
    """Word vectors and positions, blocks that read both sides, and a norm.

    Source: Devlin et al. (2019), section 3; Xiong et al. (2020) for the norms before the layers.
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
        self.embedding = self.add_child("_embedding", Embedding(table))
        positions = part("learned_positions")(length, features, rng=rng)
        self.positions = self.add_child("positions", positions)
        self.blocks = [
            self.add_child(f"block_{i}", part("transformer_block")(features, heads, rng=rng))
            for i in range(1, layers + 1)
        ]
        self.norm = self.add_child("norm", part("layer_norm")(features))

    def forward(self, ids: Any) -> Any:
        """Return the encodings `(N, T, D)` of `ids: (N, T)`; 0 at padding.

        Raises:
            IndexError: an id outside 0 ... V.
            ValueError: more words than positions.
        """
        words = self._arrays.words(ids)
        self._is_word = words[..., None]
        x = self.positions.forward(self.embedding.forward(ids))
        for block in self.blocks:
            x = block.forward(x, words)
        return self.norm.forward(x) * self._is_word

    def backward(self, grad_output: Any) -> None:
        """Backpropagate `(N, T, D)` through norm, blocks and positions to the word vectors."""
        grad = self.norm.backward(grad_output * self._is_word)
        for block in reversed(self.blocks):
            grad = block.backward(grad)
        self.embedding.backward(self.positions.backward(grad))


class MaskedLM(Model):
    """Scores of chosen words, from their encodings.

    Source: Devlin et al. (2019), section 3.1.
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
        self.vocabulary_size, self.chosen = V, _ChosenRows()
        encoder = TransformerEncoder(V, length, D, heads, layers, rng=rng)
        self.encoder = self.add_child("encoder", encoder)
        affine = part("affine")(D, V, rng=rng)
        self.scores = self.add_child("_scores", affine, {"W": "U"})

    def forward(self, ids: Any, chosen: Any) -> Any:
        """Return the logits `(M, V)` of the words of `ids: (N, T)` where `chosen` is True.

        Raises:
            IndexError: an id outside 0 ... V.
            ValueError: `chosen` is not bool in the shape of `ids`, or there are too many words.
        """
        mask = _numpy(chosen, self._arrays)
        if mask.dtype != bool or mask.shape != tuple(ids.shape):
            received = f"{mask.dtype} {mask.shape}"
            raise ValueError(f"chosen should be bool {tuple(ids.shape)}, but is {received}")
        h = self.encoder.forward(ids)
        return self.scores.forward(self.chosen.forward(h, self._arrays.from_numpy(mask)))

    def backward(self, grad_logits: Any) -> None:
        """Backpropagate `(M, V)` through the scores to the encoder."""
        grad_h, _ = self.chosen.backward(self.scores.backward(grad_logits))
        self.encoder.backward(grad_h)


class _ChosenRows(DifferentiatedModel):
    """The encodings of the chosen words, `(M, D)`."""

    def compute(self, p: Mapping[str, Any], h: Any, chosen: Any) -> Any:
        """Return the rows of `h: (N, T, D)` where `chosen: (N, T)` is True."""
        return h[chosen]


def fit_masked_lm(
    model: Any,
    ids: Any,
    *,
    steps: int,
    batch_size: int,
    learning_rate: float,
    share: float = 0.15,
    rng: np.random.Generator,
) -> list[float]:
    """Train `model` with Adam to predict chosen words; return the loss of each step."""
    loss, optimizer = part("softmax_cross_entropy")(), part("adam")(learning_rate)
    arrays, losses = current_arrays(), []
    texts = _numpy(ids, arrays)
    model.train()
    for _ in range(steps):
        batch = texts[rng.choice(len(texts), batch_size)]
        read, chosen = mask_tokens(batch, model.vocabulary_size, share, rng=rng)
        targets = batch[_numpy(chosen, arrays)]
        if targets.size:
            logits = model.forward(read, chosen)
            losses.append(loss.forward(logits, arrays.from_numpy(targets)))
            model.zero_gradients()
            model.backward(loss.backward())
            optimizer.step(model.parameters, model.gradients)
    return [float(value) for value in losses]  # read once, so that a GPU never waits


def pseudo_perplexity(model: Any, ids: Any) -> float:
    """Return exp of the mean of −log P(word | all other words), each word hidden alone.

    Raises:
        ValueError: there is no word.
    """
    arrays = current_arrays()
    texts = _numpy(ids, arrays)
    words = texts != PAD
    if not words.any():
        raise ValueError(f"ids {texts.shape} have no word: a mean needs at least one")
    model.eval()
    total = 0.0
    for t in np.flatnonzero(words.any(axis=0)):
        chosen = words & (np.arange(texts.shape[1]) == t)
        read = np.where(chosen, model.vocabulary_size, texts)
        logits = model.forward(arrays.from_numpy(read), arrays.from_numpy(chosen))
        log_p = arrays.to_numpy(log_softmax(arrays.asarray(logits), arrays))
        total += float(np.take_along_axis(log_p, texts[chosen][:, None], axis=1).sum())
    return float(np.exp(-total / words.sum()))


def _numpy(values: Any, arrays: Arrays) -> Array:
    """Return an array of the backend, or of NumPy, as a NumPy array."""
    return values if isinstance(values, np.ndarray) else arrays.to_numpy(arrays.asarray(values))
