"""Where the examples of a classifier come from, in a form that its checkpoint keeps."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from framework.data.conll import load_conll
from framework.data.labelled import TextCorpus, folds, with_held_out
from framework.data.tagged import TaggedCorpus
from framework.data.text_corpora import corpus_folder, load_text_corpus
from framework.errors import UnknownNameError
from framework.languages import entities

#: Corpora of tagged sentences.
TAGGED = ("entities", "conll2003")


@dataclass(frozen=True)
class TextSource:
    """A corpus of labelled texts, and how it is cut up.

    Attributes:
        corpus: its name, or the path of a file.
        data: the folder of its files, if it needs one.
        seed: of what is held out, and of the folds.
        folds: parts of a cross-validation, each the test part once; 0: none.
        fold: which of them is the test part, from 1.
    """

    corpus: str
    data: str | None = None
    seed: int = 0
    folds: int = 0
    fold: int = 0

    def load(self, offered: Mapping[str, str] | None = None) -> TextCorpus:
        """The corpus, with a held-out part.

        Args:
            offered: corpora of plugins, from the hook `register_corpora`.
        """
        corpus = self.whole(offered)
        rng = np.random.default_rng(self.seed)
        if self.folds:
            corpus = folds(corpus, self.folds, rng=rng)[self.fold - 1]
        return with_held_out(corpus, rng=rng)

    def whole(self, offered: Mapping[str, str] | None = None) -> TextCorpus:
        """The corpus as it is published."""
        return load_text_corpus(self.corpus, Path(self.data) if self.data else None, offered)


@dataclass(frozen=True)
class TagSource:
    """A corpus of tagged sentences.

    Attributes:
        corpus: its name.
        data: the folder of its files, if it needs one.
    """

    corpus: str
    data: str | None = None

    def load(self) -> TaggedCorpus:
        """The corpus.

        Raises:
            UnknownNameError: there is none of this name.
            UsageError: it is read from files, but no folder is given.
            BadInputError: a file is missing or malformed.
        """
        if self.corpus not in TAGGED:
            raise UnknownNameError("corpus of tagged sentences", self.corpus, TAGGED)
        if self.corpus == "entities":
            return entities.corpus()
        return load_conll(corpus_folder(self.corpus, Path(self.data) if self.data else None))
