"""Tasks of text classifiers: the class of a text, measured by accuracy."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any, ClassVar

import numpy as np

from framework.data.batching import pad
from framework.data.labelled import TextCorpus, Texts
from framework.data.subwords import check_tokens, tokens_of, vocabulary_of
from framework.data.tokens import WORDS, Tokens
from framework.data.vocabulary import Ids, Vocabulary
from framework.errors import BadInputError, UsageError
from framework.interfaces import Arrays, Model
from framework.providers.backends import Backend
from framework.training.checkpoints import Checkpoint
from framework.training.option_fields import DATA, RARE, option
from framework.training.task import Evaluation, Request, TrainingJob
from framework.training.tools import model_arguments
from framework.training.training_options import LabelledTextOptions
from plugins.lectures.formats.word_vectors import Vectors, WordVectors
from plugins.lectures.training.classifier import (
    ClassifierOptions,
    ClassifierTask,
    Group,
    Part,
    source_to_measure,
)
from plugins.lectures.training.initial_vectors import initial_vectors
from plugins.lectures.training.sources import TextSource
from plugins.lectures.training.trained_vectors import load_vectors


@dataclass(frozen=True, kw_only=True)
class TextClassifierOptions(LabelledTextOptions, ClassifierOptions):
    """The options of text classifiers."""

    folds: int = option(
        0,
        "Number of folds of a cross-validation, for a corpus without a test part; 0: no "
        "cross-validation.",
        minimum=0,
        settles=False,
    )
    vectors: Path | None = option(
        None,
        "Initial word vectors, for models such as text_cnn: a checkpoint of "
        "`gradus train skip_gram`, or word2vec's text format.",
        group=DATA,
    )
    vector_range: float | None = option(
        None,
        "Without --vectors, draw the initial word vectors from −r to r. Default: the "
        "initialization of the model. Rare words keep their initial vectors: a small range adds "
        "less noise.",
        minimum=0.0,
        maximum=1e6,
        group=RARE,
    )
    tokens: str = option(
        "words",
        "Tokens of the texts: words; characters in lower case, as deep_text_cnn reads them; or "
        "subwords:N, with N merges of bytes that are learned from the texts in lower case. "
        "--minimum-count then counts characters; it has no effect on subwords.",
        metavar="TOKENS",
        group=DATA,
    )

    def check_together(self) -> None:
        """Check the options together; unknown tokens and a single fold are errors."""
        super().check_together()
        check_tokens(self.tokens)
        if self.folds == 1:
            raise UsageError(
                "a cross-validation needs at least 2 folds, not 1; 0 means no cross-validation"
            )

    def settings(self) -> dict[str, Any]:
        """Return the settings, without the range of vectors that `vectors` replaces."""
        drawn = None if self.vectors is not None else self.vector_range
        return {**super().settings(), "vector_range": drawn}


@dataclass(frozen=True)
class TextPart(Part):
    """Texts for the evaluation.

    Attributes:
        labels: classes `(M,)`.
        groups: one group of ids `(M, T)`, padded.
    """

    measure = "accuracy"

    labels: Ids
    groups: Sequence[Group]

    def score(self, predicted: Ids) -> float:
        """Return the share of right classes."""
        return float(np.mean(predicted == self.labels))


@dataclass(frozen=True, kw_only=True)
class TextClassifierTask(ClassifierTask):
    """Learn the labels of texts.

    Attributes:
        vectors: initial word vectors of the model, `(V, E)`; None: random ones. A model with fixed
            word vectors has them in an attribute `static`.
        tokens: the tokens of the texts.
    """

    kind: ClassVar[str] = "text_classifier"
    help: ClassVar[str] = """Train a text classifier, and test its best epoch.

    The best epoch is that with the highest accuracy on held-out texts: a part of the corpus, or
    a tenth of its training texts. It is saved and tested."""
    options: ClassVar[type[TextClassifierOptions]] = TextClassifierOptions
    shorten: ClassVar[bool] = True

    vectors: Vectors | None = None
    tokens: Tokens = WORDS

    def identity(self) -> dict[str, Any]:
        """Return the classes, where the texts come from, and what their tokens have learned."""
        return super().identity() | self.tokens.saved()

    @classmethod
    def jobs(cls, options: TextClassifierOptions, request: Request) -> Iterator[TrainingJob]:
        """Yield a run for each seed, and for each fold of a cross-validation.

        Raises:
            UsageError: arguments of the model contradict the vectors that it starts from.
        """
        if "vectors" in model_arguments(options.arguments):
            raise UsageError("`--set vectors` is not possible: `--vectors` sets it")
        arguments = cls.arguments(options, request)
        start = None if options.vectors is None else load_vectors(options.vectors)
        if start is not None:
            arguments["embedding_size"] = _width(start, options)
        for seeded in options.each_seed():
            for label, source in _sources(seeded, options.seeds > 1):
                task = text_task(
                    source.load(request.corpora),
                    minimum_count=options.minimum_count,
                    source=asdict(source),
                    tokens=_tokens(options, request),
                )
                yield TrainingJob(
                    label, _starting(task, start, seeded.seed), request.model, arguments, seeded
                )

    @classmethod
    def load(cls, options: Any, request: Request) -> TextClassifierTask:
        """Return the texts that `options`, of any text classifier, name: cut as their seed says."""
        source = next(source for _, source in _sources(options, False))
        corpus = source.load(request.corpora)
        return text_task(
            corpus,
            minimum_count=options.minimum_count,
            source=asdict(source),
            tokens=_tokens(options, request),
        )

    def build(
        self, backend: Backend, model: str, arguments: Mapping[str, Any], rng: np.random.Generator
    ) -> Model:
        """Return the model, with the word vectors that it starts from.

        Raises:
            UsageError: a text is longer than the model's positions.
        """
        start = {} if self.vectors is None else {"vectors": self.vectors}
        built = super().build(backend, model, {**arguments, **start}, rng)
        for part in (self.train, self.valid, self.test):
            _check_lengths(part, built.parameters, model)
        return built

    def initialise(
        self, model: Model, arrays: Arrays, options: Any, rng: np.random.Generator
    ) -> None:
        """Draw the initial word vectors, if a range is given; vectors of a file stay.

        Raises:
            UsageError: the model has no parameter of that name.
        """
        if self.vectors is not None and "embedding" in model.parameters:
            vectors = self.vectors.astype(options.weight_type)
            arrays.assign(model.parameters, "embedding", vectors)
        r = options.settings().get("vector_range")
        if r is None:
            return
        if "embedding" not in model.parameters:
            names = ", ".join(model.parameters)
            name = type(model).__name__
            raise UsageError(f"{name} has no parameter 'embedding' to draw: {names}")
        drawn = rng.uniform(-r, r, tuple(model.parameters["embedding"].shape))
        arrays.assign(model.parameters, "embedding", drawn.astype(options.weight_type))

    def kept_arguments(self, model: Model, arrays: Arrays) -> dict[str, Any]:
        """Return the word vectors that are not among the parameters."""
        static = getattr(model, "static", None)
        return {} if static is None else {"vectors": arrays.to_numpy(static)}

    @classmethod
    def part_to_measure(cls, saved: Checkpoint, asked: Evaluation) -> tuple[Part, str]:
        """Return the texts to measure on, and what to call them.

        Raises:
            UsageError: a text is longer than the model's positions.
        """
        source = source_to_measure(saved, asked)
        corpus = source["corpus"]
        if corpus == saved.training["source"]["corpus"]:
            cut = TextSource(**source).load(asked.corpora)
            texts, name = (cut.test, "test part") if cut.test else (cut.valid, "held-out part")
        else:
            whole = TextSource(corpus, source["data"]).whole(asked.corpora)
            texts, name = (whole.test, "test part") if whole.test else (whole.train, "whole")
        tokens = saved.tokens(asked.backend)
        part = text_part(texts, saved.vocabulary, saved.training["classes"], tokens)
        _check_lengths(part, saved.parameters, saved.model)
        return part, f"the {name} of {corpus}, {len(texts):,} texts"


def _check_lengths(part: Part | None, parameters: Mapping[str, Any], model: str) -> None:
    """Refuse texts that are longer than the vectors of positions of a model that has some.

    Raises:
        UsageError: a text is; the message says both numbers.
    """
    longest = 0 if part is None else max(group.inputs.shape[1] for group in part.groups)
    for name, array in parameters.items():
        if name.endswith("positions.P") and longest > len(array):
            raise UsageError(
                f"a text has {longest} tokens, but {model} has {len(array)} positions: train with "
                f"`--set length={longest}`"
            )


def _width(start: WordVectors, options: TextClassifierOptions) -> int:
    """Return the size of the vectors `start`.

    Raises:
        UsageError: ``--set`` sets another size.
    """
    width, given = int(start.vectors.shape[1]), model_arguments(options.arguments)
    if given.get("embedding_size", width) != width:
        raise UsageError(
            f"`--set embedding_size={given['embedding_size']}` contradicts `--vectors`: the "
            f"vectors in {options.vectors} have {width} numbers"
        )
    return width


def _sources(options: Any, of_seeds: bool) -> Iterator[tuple[str, TextSource]]:
    """Yield a corpus for each run, with the label of its file."""
    where = None if options.data is None else str(options.data)
    folds = options.folds if isinstance(options, TextClassifierOptions) else 0
    for fold in range(1, folds + 1) if folds else (0,):
        labels = [f"seed{options.seed}"] * of_seeds + [f"fold{fold}"] * bool(fold)
        yield "-".join(labels), TextSource(options.corpus, where, options.seed, folds, fold)


def _starting(task: TextClassifierTask, start: WordVectors | None, seed: int) -> TextClassifierTask:
    """Return `task`, with initial word vectors if options name a file."""
    if start is None:
        return task
    table, known = initial_vectors(start, task.vocabulary, rng=np.random.default_rng([seed, 2]))
    described = f"{task.described}; {known:,} of {len(task.vocabulary):,} words have a vector"
    return replace(task, vectors=table, described=described)


def text_task(
    corpus: TextCorpus,
    *,
    minimum_count: int,
    source: Mapping[str, Any] | None = None,
    tokens: Tokens = WORDS,
) -> TextClassifierTask:
    """Learn the labels of the texts of `corpus`, which has a held-out part.

    Args:
        corpus: see `framework.data.labelled.with_held_out`.
        minimum_count: words that the training part has less often become ``<unk>``.
        source: see `ClassifierTask`.
        tokens: the tokens of a text, see `LabelledText.split`; they learn from the training part.

    Raises:
        BadInputError: all texts to learn from have one label, or another part has a label that
            these have not.
    """
    if len(corpus.classes) < 2:
        raise BadInputError(
            f"all texts of {corpus.name} to learn from have the label '{corpus.classes[0]}': "
            "at least two labels are needed"
        )
    tokens = tokens.learned(text.text for text in corpus.train)
    read = (text.split(tokens) for text in corpus.train)
    vocabulary = vocabulary_of(tokens, read, minimum_count=minimum_count)
    train, valid, test = (
        text_part(texts, vocabulary, corpus.classes, tokens)
        for texts in (corpus.train, corpus.valid, corpus.test)
    )
    return TextClassifierTask(
        corpus=corpus.name,
        described=_described(corpus, vocabulary, tokens),
        classes=corpus.classes,
        vocabulary=vocabulary,
        train=train,
        valid=valid,
        test=test if corpus.test else None,
        best=corpus.best,
        source=source or {},
        tokens=tokens,
    )


def text_part(
    texts: Texts, vocabulary: Vocabulary, classes: Sequence[str], tokens: Tokens = WORDS
) -> TextPart:
    """Return `texts` as ids of their `tokens` in `vocabulary`.

    Raises:
        BadInputError: a label is not in `classes`.
    """
    places = {label: index for index, label in enumerate(classes)}
    for text in texts:
        if text.label not in places:
            raise BadInputError(
                f"the label '{text.label}' is unknown to the model: it learned {', '.join(classes)}"
            )
    ids = pad([vocabulary.encode(text.split(tokens)) for text in texts])
    labels = np.array([places[text.label] for text in texts], dtype=np.int64)
    return TextPart(labels, [Group(ids, np.arange(len(ids)))])


def _tokens(options: Any, request: Request) -> Tokens:
    """Return the tokens that `options` of a text classifier name; by default words."""
    if not isinstance(options, TextClassifierOptions):
        return WORDS
    return tokens_of(options.tokens, request.backend.function)


def _described(corpus: TextCorpus, vocabulary: Vocabulary, tokens: Tokens) -> str:
    test = f"{len(corpus.test):,} to test, " if corpus.test else ""
    return (
        f"{len(corpus.train):,} texts to learn from, {len(corpus.valid):,} held out, {test}"
        f"{len(corpus.classes)} classes, {len(vocabulary):,} {tokens.name}"
    )
