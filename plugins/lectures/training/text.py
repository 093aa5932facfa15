"""Tasks of a text: predict each token from those before it, measured by perplexity."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from itertools import pairwise
from pathlib import Path
from typing import Any, ClassVar, Self

import numpy as np

from framework.data.corpus import Corpus
from framework.data.subwords import check_tokens, tokens_of
from framework.data.tokens import Tokens
from framework.data.vocabulary import EOS, Ids, Vocabulary
from framework.errors import GradusError
from framework.evaluation.metrics import language_model_perplexity, perplexity
from framework.evaluation.token_sizes import TokenSizes, token_sizes
from framework.interfaces import Arrays
from framework.models.language_models import count_text
from framework.providers.backends import Backend
from framework.training.checkpoints import Checkpoint
from framework.training.option_fields import DATA, option
from framework.training.task import Evaluation, Request, TextWriter, TrainingTask
from framework.training.training_options import TrainingOptions, WordOptions
from plugins.lectures.formats.corpus_files import load_corpus, load_text, same_file

#: Streams that a held-out text is cut into. Fixed, since each of them starts without a memory of
#: the text before it: the perplexity of a checkpoint must not depend on how it was trained.
EVALUATION_STREAMS = 16

#: Name of the tokens -> length of the n-grams that a model is compared with.
ORDERS = {"words": 3, "characters": 6, "subwords": 4}
#: The longest text whose n-grams are counted for the comparison, in tokens.
MAX_COUNTED = 2_000_000


@dataclass(frozen=True, kw_only=True)
class TextOptions(WordOptions, TrainingOptions):
    """The options of a text for language models, as a base of other options."""

    tokens: str = option(
        "words",
        "Tokens of the text: words, separated by blanks; characters, blanks included; or "
        "subwords:N, with N merges of bytes that are learned from the training text, as the "
        "exercise subwords says. Options for words then count characters; they have no effect on "
        "subwords.",
        metavar="TOKENS",
        group=DATA,
    )
    held_out: Path | None = option(
        None,
        "Text file for evaluation. Default: the last tenth of the corpus.",
        settles=False,
        group=DATA,
    )
    maximum_words: int = option(
        10_000,
        "Maximum vocabulary size of a text file; other words become <unk>.",
        minimum=4,
        settles=False,
        group=DATA,
    )
    test: Path | None = option(
        None, "Text file on which the trained model is measured.", settles=False, group=DATA
    )

    def check_together(self) -> None:
        """Check the options together; unknown tokens are an error."""
        super().check_together()
        check_tokens(self.tokens)


class TextTask(TrainingTask):
    """Predict the next token of a text.

    Args:
        text: what to learn from and to be measured on.
        test: another text to measure the trained model on, with its name; or None.
    """

    measure = "perplexity"
    lower_is_better: ClassVar[bool] = True
    model_kind: ClassVar[str] = "language_model"
    unit: ClassVar[str] = "tokens"
    commands: ClassVar[tuple[str, ...]] = (
        "gradus sample {path}",
        'gradus complete {path} "TEXT"',
        "gradus evaluate {path}",
        "gradus agreement {path} --data DIR",
    )

    def __init__(self, text: Corpus, test: tuple[str, Ids] | None = None) -> None:
        self.text, self.test, self.tokens = text, test, text.tokens
        self.corpus, self.vocabulary = text.name, text.vocabulary
        self.described = (
            f"{len(text.train) - 1:,} tokens to learn from, {len(text.valid) - 1:,} held out, "
            f"{len(text.vocabulary):,} {text.tokens.name}"
        )

    @classmethod
    def load(cls, options: Any, request: Request) -> Self:
        """Return the text that `options`, which are `TextOptions`, name."""
        corpus = load_corpus(
            options.corpus,
            request.corpora,
            maximum_size=options.maximum_words,
            minimum_count=options.minimum_count,
            held_out=options.held_out,
            tokens=tokens_of(options.tokens, request.backend.function),
        )
        if options.test is None:
            return cls(corpus)
        test = load_text(str(options.test), corpus.vocabulary, corpus.tokens)
        return cls(corpus, (options.test.name, test))

    @staticmethod
    def perplexity(model: Any, ids: Ids, arrays: Arrays) -> float:
        """Return the perplexity on the text `ids: (M,)`, for training and evaluation."""
        model.eval()
        return language_model_perplexity(model, ids, EVALUATION_STREAMS, arrays)

    def score(self, model: Any, arrays: Arrays) -> float:
        """Return the perplexity of the held-out text."""
        return self.perplexity(model, self.text.valid, arrays)

    def identity(self) -> dict[str, Any]:
        """Return the size of the text, the file that is held out, and what tokens have learned."""
        sizes = {"words": len(self.text.train), "held_out": self.text.held_out}
        return sizes | self.tokens.saved()

    def speed(self, seconds: float, options: Any) -> str:
        """Return the tokens per second."""
        return f"{(len(self.text.train) - 1) / seconds:,.0f} tokens/s"

    def held_out(self, score: float) -> str:
        """Return the perplexity, with the best possible one where it is known."""
        best = self.text.best_perplexity
        return f"{super().held_out(score)}{_more(score, self._held_out_sizes, best)}"

    @cached_property
    def _held_out_sizes(self) -> TokenSizes:
        return _sizes(self.text.valid, self.vocabulary, self.tokens)

    def levels(self, reference: Backend) -> dict[str, float]:
        """Return the perplexity of an n-gram model, and the best possible one where it is known."""
        best = self.text.best_perplexity
        return self._ngram_level(reference) | ({} if best is None else {"best possible": best})

    def _ngram_level(self, reference: Backend) -> dict[str, float]:
        """Return the perplexity of Kneser-Ney smoothing; empty for a long text, and without it."""
        if len(self.text.train) > MAX_COUNTED:
            return {}
        order = ORDERS[self.tokens.name]
        sizes = {"vocabulary_size": len(self.vocabulary), "order": order, "end": EOS}
        try:
            model = reference.build("kneser_ney", kind="language_model", **sizes)
        except GradusError:
            return {}
        count_text(reference, model, self.text.train)
        arrays = reference.arrays
        counted = model.log_probabilities(arrays.from_numpy(self.text.valid))
        return {f"{order}-grams (Kneser-Ney)": perplexity(arrays.to_numpy(counted))}

    def measured(self, model: Any, arrays: Arrays) -> tuple[float, list[str]] | None:
        """Return the perplexity of the test text, if there is one."""
        if self.test is None:
            return None
        name, ids = self.test
        perplexity = self.perplexity(model, ids, arrays)
        more = _more(perplexity, _sizes(ids, self.vocabulary, self.tokens))
        return perplexity, [f"test perplexity {perplexity:.4f}{more} on {name}"]

    @classmethod
    def writer(cls, saved: Checkpoint, backend: Backend) -> TextWriter:
        """Return the language model, which takes no condition."""
        model = saved.restore(backend)
        model.eval()
        return TextWriter(lambda _: model)

    @classmethod
    def evaluate(cls, saved: Checkpoint, asked: Evaluation) -> Iterator[str]:
        """Yield the perplexity on a text."""
        backend = asked.backend
        tokens = saved.tokens(backend)
        ids, described, best = _text(saved, asked, tokens)
        model = saved.restore(backend)
        perplexity = cls.perplexity(model, ids, backend.arrays)
        yield f"{saved.model} under {backend.name} on {described}, {len(ids) - 1:,} tokens"
        sizes = _sizes(ids, saved.vocabulary, tokens)
        yield f"perplexity {perplexity:.6f}{_more(perplexity, sizes, best)}"
        yield from cls.details(model, ids, backend.arrays)

    @classmethod
    def details(cls, model: Any, ids: Ids, arrays: Arrays) -> Iterator[str]:
        """Yield other lines about `model` on the text `ids: (M,)`; by default none."""
        return iter(())


def _more(perplexity: float, sizes: TokenSizes, best: float | None = None) -> str:
    """Return what follows a perplexity: the best possible one, and what other tokens can equal."""
    if math.isnan(perplexity):
        return ""
    shown = "" if best is None else f" (best possible {best:.4f})"
    return f"{shown}{sizes.comparable(perplexity)}"


def _sizes(ids: Ids, vocabulary: Vocabulary, tokens: Tokens) -> TokenSizes:
    """Return the sizes of the tokens of the text `ids: (M,)`."""
    ends = pairwise(np.flatnonzero(ids == EOS))
    return token_sizes((vocabulary.decode(ids[start + 1 : end]) for start, end in ends), tokens)


def _text(saved: Checkpoint, asked: Evaluation, tokens: Tokens) -> tuple[Ids, str, float | None]:
    """Return the text for evaluation: ids, name, and the best perplexity if it is known.

    A file of the user's own is scored whole; of what the model was trained on, only the part that
    was held out.
    """
    apart = saved.training.get("held_out")  # a file of its own: then the corpus was read whole
    name = asked.corpus or apart or saved.corpus
    if Path(name).is_file() and (apart or not same_file(name, saved.corpus)):
        return load_text(name, saved.vocabulary, tokens), name, None
    size = len(saved.vocabulary)
    corpus = load_corpus(name, asked.corpora, maximum_size=size, tokens=tokens)
    held_out = saved.vocabulary.encode(corpus.vocabulary.decode(corpus.valid))
    return held_out, f"held-out text of {name}", corpus.best_perplexity
