"""A text for a language model: token ids to learn from and to be measured on."""

from __future__ import annotations

from dataclasses import dataclass

from framework.data.vocabulary import Ids, Vocabulary


@dataclass(frozen=True)
class Corpus:
    """A text to learn from and one to be measured on.

    Attributes:
        name: what `framework.data.corpora.load_corpus` knows it by.
        train: ids `(M,)`. The first one, an end of sentence, is only ever read, never predicted.
        valid: held-out ids `(L,)`, in the same form.
        vocabulary: the words behind the ids.
        best_perplexity: exp of the entropy rate where it is known.
        held_out: the file that `valid` comes from; None where it is a part of the corpus.
    """

    name: str
    train: Ids
    valid: Ids
    vocabulary: Vocabulary
    best_perplexity: float | None = None
    held_out: str | None = None

    @property
    def best_score(self) -> float | None:
        """The best possible perplexity, where it is known."""
        return self.best_perplexity
