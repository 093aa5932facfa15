"""The source of the examples of a classifier, in the form of its checkpoint."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np

from framework.data.corpus_entry import PARTS_OF_SPEECH, TAGGED_SENTENCES
from framework.data.corpus_registry import Corpora
from framework.data.labelled import TextCorpus, folds, with_held_out
from framework.data.tagged import TaggedCorpus
from plugins.lectures.formats.corpus_files import load_text_corpus


@dataclass(frozen=True)
class TextSource:
    """A corpus of labelled texts, and its division into parts.

    Attributes:
        corpus: its name, or the path of a file.
        data: the folder of its files, if it needs one.
        seed: the seed of the held-out part and of the folds.
        folds: parts of a cross-validation, each the test part once; 0: none.
        fold: which of them is the test part, from 1.
    """

    corpus: str
    data: str | None = None
    seed: int = 0
    folds: int = 0
    fold: int = 0

    def load(self, corpora: Corpora | None = None) -> TextCorpus:
        """Return the corpus, with a held-out part.

        Args:
            corpora: the known corpora; None: no names, only files.
        """
        corpus = self.whole(corpora)
        rng = np.random.default_rng(self.seed)
        if self.folds:
            corpus = folds(corpus, self.folds, rng=rng)[self.fold - 1]
        return with_held_out(corpus, rng=rng)

    def whole(self, corpora: Corpora | None = None) -> TextCorpus:
        """Return the published corpus."""
        return load_text_corpus(self.corpus, Path(self.data) if self.data else None, corpora)


@dataclass(frozen=True)
class TagSource:
    """A corpus of tagged sentences.

    Attributes:
        corpus: its name.
        data: the folder of its files, if it needs one.
    """

    corpus: str
    data: str | None = None

    def load(self, corpora: Corpora | None = None) -> TaggedCorpus:
        """Return the corpus.

        Args:
            corpora: the known corpora; None: no names, only files.

        Raises:
            UnknownNameError: there is none of this name.
            UsageError: it is of another kind, or read from files but no folder is given.
            BadInputError: a file is missing or malformed.
            PluginError: the corpus of a plugin cannot be loaded, or is none of tagged sentences.
        """
        folder = Path(self.data) if self.data else None
        kinds = TAGGED_SENTENCES, PARTS_OF_SPEECH
        corpus: TaggedCorpus = (corpora or Corpora()).load(self.corpus, *kinds, folder=folder)
        return corpus
