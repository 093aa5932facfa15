"""Skip-gram beside gensim with one worker: words per second, and what the vectors know."""

from __future__ import annotations

import importlib
import importlib.util
import os
from collections.abc import Iterator, Mapping
from contextlib import suppress
from itertools import accumulate
from pathlib import Path
from typing import Any, ClassVar

import numpy as np
from torch import Tensor, nn

from framework.errors import BadInputError, UsageError
from framework.interfaces import Model
from framework.providers.backends import Backend
from framework.training.engine import TrainingRun
from framework.training.loops import Batch
from plugins.bench.pair import Pair, Step
from plugins.lectures.evaluation.word_similarity import judged_similarity, read_judged_pairs
from plugins.lectures.formats.word_vectors import WordVectors
from plugins.lectures.training.counted_text import count_text
from plugins.lectures.training.trained_vectors import vectors_of
from plugins.lectures.training.word_vectors import WordVectorOptions, WordVectorTask

#: Files of judged pairs of words.
JUDGED = ("EN-WS-353-ALL.txt", "EN-SIMLEX-999.txt", "EN-RG-65.txt")

Sentences = list[list[str]]


class SkipGram(Pair):
    """Whole trainings from lists of words to vectors, with the same options.

    Attributes:
        vectors: name of the program -> the vectors of its last training.
    """

    unit: ClassVar[str] = "words"
    is_same_model: ClassVar[bool] = False
    warm: ClassVar[int] = 0
    steps_in_round: ClassVar[int | None] = 1
    counts_launches: ClassVar[bool] = False

    def __init__(
        self, backend: Backend, *, words: int, epochs: int, is_random: bool = True
    ) -> None:
        super().__init__(backend, is_random=is_random)
        self.options = WordVectorOptions(
            dimension=100,
            window=5,
            negative=5,
            minimum_count=5,
            subsample=1e-3,
            epochs=epochs,
            learning_rate=0.025,
            seed=1,
        )
        self.sentences = first_sentences(words)
        self.units = epochs * sum(map(len, self.sentences))
        self.vectors: dict[str, WordVectors] = {}

    @classmethod
    def check_available(cls) -> None:
        """Check that gensim and the corpora are there.

        Raises:
            UsageError: one of them is not.
        """
        if importlib.util.find_spec("gensim") is None:
            raise UsageError(
                "skip_gram is measured beside gensim, which is not installed: run "
                "`pip install 'gradus-nlp[benchmarks]'`"
            )
        for file in (_text_file(), *map(_judged_file, JUDGED)):
            if not file.is_file():
                raise UsageError(
                    f"skip_gram needs {file}, which is missing: set GRADUS_DATA to the folder "
                    "with wikitext2/train.txt and word_similarity/"
                )

    def our_model(self) -> Model:
        """Return no parameters: a training builds its own."""
        return Model()

    def plain_model(self) -> nn.Module:
        """Return no parameters."""
        return nn.Module()

    def plain_weights(self, ours: Mapping[str, Tensor]) -> dict[str, Tensor]:
        """Return none."""
        return {}

    def batches(self) -> Iterator[Batch]:
        """Yield nothing: a training cuts its own."""
        return iter(())

    def steps(self, precision: str) -> dict[str, Step]:
        """Return a whole training of each program.

        Raises:
            UsageError: the precision is not float32, the only one of gensim.
        """
        if precision != "float32":
            raise UsageError(
                "gensim computes in float32: measure skip_gram with `--precision float32`"
            )
        programs = {"ours": lambda: our_vectors(self.sentences, self.options, self.backend),
                    "gensim": lambda: gensim_vectors(self.sentences, self.options)}  # fmt: skip

        def training(name: str) -> Step:
            def step() -> None:
                self.vectors[name] = programs[name]()

            return step

        return {name: training(name) for name in programs}

    def scores(self) -> dict[str, dict[str, float]]:
        """Return Spearman's ρ of each program's vectors for each file of judged pairs."""
        return {
            name: {file: rho for file, (rho, _) in similarities(vectors).items()}
            for name, vectors in self.vectors.items()
        }


def our_vectors(sentences: Sentences, options: WordVectorOptions, backend: Backend) -> WordVectors:
    """Return the vectors of `gradus train skip_gram`."""
    text = count_text("text", sentences, minimum_count=options.minimum_count)
    task = WordVectorTask(text, options, backend)
    run = TrainingRun(backend, task, "skip_gram", {}, options)
    for _ in range(options.epochs):
        run.epoch(lambda done, total, loss: None)
    return vectors_of(run.checkpoint(), Path("checkpoint"))


def gensim_vectors(sentences: Sentences, options: WordVectorOptions) -> WordVectors:
    """Return the vectors of gensim with one worker."""
    word2vec: Any = importlib.import_module("gensim.models").Word2Vec
    model = word2vec(
        sentences,
        sg=1,
        workers=1,
        vector_size=options.dimension,
        window=options.window,
        negative=options.negative,
        min_count=options.minimum_count,
        sample=options.subsample,
        alpha=options.learning_rate,
        epochs=options.epochs,
        seed=options.seed,
    )
    return WordVectors(model.wv.index_to_key, np.asarray(model.wv.vectors))


def similarities(vectors: WordVectors) -> dict[str, tuple[float, int]]:
    """Return Spearman's ρ, and the number of pairs, for each file with two pairs or more."""
    similarities = {}
    for name in JUDGED:
        judged = read_judged_pairs(_judged_file(name))
        with suppress(BadInputError):  # a small text has hardly any of the words
            similarities[name] = judged_similarity(vectors, judged)
    return similarities


def first_sentences(words: int) -> Sentences:
    """Return the first lines of WikiText-2 in small letters, without unknown words."""
    lines = _text_file().read_text("utf-8").lower().splitlines()
    sentences = [[word for word in line.split() if word != "<unk>"] for line in lines]
    sentences = [line for line in sentences if line]
    lengths = accumulate(map(len, sentences))
    return sentences[: sum(length <= words for length in lengths)]


def _folder() -> Path:
    return Path(os.environ.get("GRADUS_DATA", "data"))


def _text_file() -> Path:
    return _folder() / "wikitext2" / "train.txt"


def _judged_file(name: str) -> Path:
    return _folder() / "word_similarity" / name
