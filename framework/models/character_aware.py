"""Language models whose word vectors come from the characters of the words.

A model with an embedding table ``embedding (V, F)`` becomes character-aware if the rows of the
table are computed from the spelling. The code of the model does not change: before every `forward`
the needed rows are written, and after `backward` their gradients are passed to the encoder.

Source: Kim, Jernite, Sontag and Rush, "Character-Aware Neural Language Models" (2016), section 3;
CS224n lecture 11, section 3.10.
"""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import AbstractContextManager
from typing import Any, Protocol

import numpy as np

from framework.data.batching import without_padding
from framework.data.characters import Characters
from framework.data.vocabulary import Ids, Vocabulary
from framework.errors import UsageError
from framework.interfaces import Array, Arrays, LanguageModel, read_text

#: The argument of a language model that describes the encoder of its words.
CHARACTERS = "characters"

_TABLE = "embedding"


class ModelBuilder(Protocol):
    """The parts of a backend that are used here: see `framework.providers.backends.Backend`."""

    @property
    def arrays(self) -> Arrays:
        """The arrays of the backend."""

    def build(self, name: str, /, *args: Any, kind: str, **options: Any) -> Any:
        """Build the model `name`."""

    def in_force(self) -> AbstractContextManager[None]:
        """Build the models of the block from this backend's parts, on its arrays."""


def kim_encoder(
    filters: int, embedding_size: int | None = None, highway_layers: int | None = None
) -> dict[str, Any]:
    """Return the encoder of Kim et al. 2016 as arguments of a ``character_word_encoder``.

    Args:
        filters: the number of filters of width 1; width w = 2 ... 6 has w times this number. The
            paper's small model has 25.
        embedding_size: the embedding size of a character; None: 15, as in the paper.
        highway_layers: the number of highway layers; None: 1, as in the paper.
    """
    widths = list(range(1, 7))
    return {
        "embedding_size": embedding_size or 15,
        "maps": [filters * w for w in widths],
        "widths": widths,
        "highway_layers": 1 if highway_layers is None else highway_layers,
    }


def build_character_aware(
    backend: ModelBuilder,
    name: str,
    vocabulary: Vocabulary,
    arguments: Mapping[str, Any],
    rng: np.random.Generator,
) -> LanguageModel:
    """Return the language model `name`, with word vectors from an encoder of characters.

    Args:
        backend: offers the model, and the encoder.
        vocabulary: the words behind the ids.
        arguments: the arguments of the model's constructor. The entry ``characters`` has those of
            the encoder, without the number of characters. The encoder then sets ``embedding_size``.
        rng: draws the initial weights.

    Raises:
        UsageError: `backend` does not offer one of them, it does not take these arguments,
            ``characters`` is no table, or the model has no table of one vector for each word.
    """
    described = arguments[CHARACTERS]
    if not isinstance(described, Mapping):
        raise UsageError(
            f"`{CHARACTERS}` must be a table of arguments of an encoder, not {described!r}: "
            "`--character-filters N` makes one"
        )
    alphabet = Characters(vocabulary.words)
    encoder = backend.build(
        "character_word_encoder", len(alphabet), kind="model", rng=rng, **described
    )
    others = {key: value for key, value in arguments.items() if key != CHARACTERS}
    others["embedding_size"] = encoder.size
    model = backend.build(name, kind="language_model", rng=rng, **others)
    _check_table(name, model, len(vocabulary), encoder.size)
    with backend.in_force():
        return CharacterAwareLM(model, encoder, alphabet.encode(vocabulary.words))


def _check_table(name: str, model: Any, words: int, size: int) -> None:
    table = model.parameters.get(_TABLE)
    if table is None or tuple(table.shape) != (words, size):
        actual = "none" if table is None else f"one of shape {tuple(table.shape)}"
        raise UsageError(
            f"{name} cannot read words by their characters: that takes a parameter '{_TABLE}' of "
            f"shape ({words}, {size}), a row for each word, and it has {actual}. "
            "`gradus train recurrent_lm` trains a model that can"
        )


class CharacterAwareLM(LanguageModel):
    """A language model that computes word vectors from the characters of words.

    Args:
        model: a language model that only needs the embedding rows of the tokens of `forward`.
        encoder: returns vectors `(M, F)` for the characters `(M, L)` of words.
        spelling: the characters of every word, `(V, L)`, with padding at the end.

    Parameters: those of the model, with the parameters of the encoder as ``embedding.NAME`` instead
    of the table.

    Attributes:
        state: the state of the model after the last token that `forward` read.
    """

    def __init__(self, model: Any, encoder: Any, spelling: Ids) -> None:
        super().__init__()
        self.spelling = spelling
        self.model = self.add_child("_model", model)
        self.encoder = self.add_child(_TABLE, encoder)
        for arrays in (self.parameters, self.gradients):
            del arrays[_TABLE]  # its rows are computed

    def initial_state(self, batch_size: int) -> Any:
        """Return the state of the model before the first token."""
        return self.model.initial_state(batch_size)

    def forward(self, tokens: Array, state: Any = None) -> Array:
        """Return the model's logits `(N, T, V)` for `tokens: (N, T)`.

        Args:
            tokens: ids, in the backend's arrays, as everything here.
            state: the state before the first token; or None.

        Raises:
            IndexError: an id that is no word of the vocabulary.
        """
        self._spell(tokens)
        logits: Array = self.model.forward(tokens, state)
        self.state = self.model.state
        return logits

    def backward(self, grad_logits: Array) -> None:
        """Backpropagate through the model and through the encoder of each word of the text."""
        self.model.backward(grad_logits)
        gradients = self.model.gradients
        rows = gradients[_TABLE][self._read]
        self.encoder.backward(rows)
        # They are passed to the encoder; the next `backward` starts from zero.
        self._arrays.assign_rows(gradients, _TABLE, self._read, self._arrays.zeros_like(rows))

    def next_log_probabilities(self, tokens: Array, state: Any) -> tuple[Array, Any]:
        """Read one token of each text; predict the next one."""
        self._spell(tokens)
        log_probabilities, state = self.model.next_log_probabilities(tokens, state)
        return log_probabilities, state

    def read_text(self, tokens: Array, state: Any) -> tuple[list[Array], Any]:
        """Read several tokens of each text; a word that comes twice is encoded once."""
        self._spell(tokens)
        return read_text(self.model, tokens, state)

    def _spell(self, tokens: Any) -> None:
        """Write the rows of the table for `tokens`; each word is encoded once."""
        self._arrays.check_ids(tokens, len(self.spelling))
        words = np.unique(self._arrays.to_numpy(tokens))
        spelled = self._arrays.from_numpy(without_padding(self.spelling[words]))
        self._read = self._arrays.from_numpy(words)
        rows = self.encoder.forward(spelled)
        self._arrays.assign_rows(self.model.parameters, _TABLE, self._read, rows)
