"""Max-margin training of a scorer of windows: a name in the middle scores above other words.

Source: CS224n notes part III, sections 1.3 and 1.4; Collobert et al., "Natural Language Processing
(Almost) from Scratch" (2011).
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any, ClassVar, Literal

import numpy as np

from framework.data.tagged import TaggedCorpus, TaggedSentence
from framework.data.vocabulary import PAD, Vocabulary
from framework.errors import BadInputError
from framework.evaluation.entity_scores import EntityScore
from framework.interfaces import Array, Arrays, Loss, Model
from framework.providers.backends import Backend
from framework.training.checkpoints import Checkpoint
from framework.training.loops import Batch
from framework.training.named_parts import build_loss, fitted_transform
from framework.training.option_fields import DATA, MODEL, option, with_default
from framework.training.task import Evaluation, Request, TrainingJob, TrainingTask
from framework.training.training_options import FolderOptions, LearningOptions, TrainingOptions
from plugins.lectures.training.classifier import source_to_measure
from plugins.lectures.training.initial_vectors import initial_vectors
from plugins.lectures.training.sources import TagSource
from plugins.lectures.training.tagger import WindowReading
from plugins.lectures.training.trained_vectors import load_vectors

#: Number of windows that are scored at once.
AT_A_TIME = 4096

#: The tag of words outside of all entities.
OUTSIDE = "O"


@dataclass(frozen=True, kw_only=True)
class WindowScoreOptions(FolderOptions, TrainingOptions):
    """The options of scorers of windows."""

    corpus: str = option(
        "entities",
        "Corpus: a name in `gradus corpora`, with --data if it has files.",
        settles=False,
        group=DATA,
    )
    epochs: int = with_default(LearningOptions, "epochs", 10)
    learning_rate: float = with_default(LearningOptions, "learning_rate", 0.01)
    keep: Literal["last", "best"] = with_default(LearningOptions, "keep", "best")
    loss: str = with_default(LearningOptions, "loss", "max_margin_loss:margin=1")
    window: int = option(
        2, "Number of words on each side of the word in the middle.", minimum=0, group=MODEL
    )
    embedding_size: int = option(
        16,
        "Size of the random word vectors; vectors of a file have their own.",
        minimum=1,
        group=MODEL,
    )
    vectors: Path | None = option(
        None,
        "Word vectors: a checkpoint of `gradus train skip_gram`, or word2vec's text format. "
        "Default: random vectors. Training does not change them.",
        group=DATA,
    )


@dataclass(frozen=True)
class Windows:
    """Windows of word vectors.

    Attributes:
        x: one window per row, `(M, D)`.
        is_name: whether the word in the middle belongs to an entity, `(M,)`.
    """

    x: Array
    is_name: Array


class PairedScores(Loss):
    """A loss of pairs for a batch of scores: those of true inputs, then as many of corrupted ones.

    Args:
        loss: ``forward(true scores (N,), corrupted scores (N,))``.
        arrays: the backend's arrays.
    """

    def __init__(self, loss: Loss, arrays: Arrays) -> None:
        self._loss, self._namespace = loss, arrays.namespace

    def forward(self, scores: Any, targets: Any) -> Any:
        """Return the loss of the scores `(2N,)`; `targets` are not used."""
        half = scores.shape[0] // 2
        return self._loss.forward(scores[:half], scores[half:])

    def backward(self) -> Any:
        """Return the gradient of the scores, `(2N,)`."""
        return self._namespace.concatenate(list(self._loss.backward()))


class WindowScoreTask(TrainingTask):
    """Score windows around names above corrupted ones, which have another word in the middle.

    A model has ``forward(x (N, D)) -> scores (N,)`` and the argument `input_size`.

    Args:
        corpus: the tagged sentences to learn from and to be measured on.
        vectors: the vectors of the words of the corpus, `(V, E)`.
        backend: makes the windows and transforms them.
        source: the source of the corpus.
        size: number of words on each side.
        transform: the transform of the windows, fitted to those of the training part; None: none.
        vocabulary: the words behind the rows of `vectors`; None: those of the corpus.

    Raises:
        BadInputError: the corpus has no held-out sentences, or nothing to learn from.
    """

    kind: ClassVar[str] = "window_scores"
    help: ClassVar[str] = """Train a scorer of windows with the max-margin loss, as notes III, 1.4.

    A window is the vectors of a word and of its neighbours. Each step pairs windows around names
    with corrupted windows, whose middle word is no name. The score of a true window should be
    above that of its corrupted one by the margin.

    After each epoch the F1 of words in names is shown. A word counts as part of a name if its score
    is above a threshold: that with the highest F1 on the training part."""
    options: ClassVar[type[WindowScoreOptions]] = WindowScoreOptions
    measure = "F1"
    reads_numbers: ClassVar[bool] = True

    def __init__(
        self,
        corpus: TaggedCorpus,
        vectors: Array,
        backend: Backend,
        source: TagSource,
        *,
        size: int,
        transform: str | None = None,
        vocabulary: Vocabulary | None = None,
    ) -> None:
        self.corpus, self.vocabulary = corpus.name, vocabulary or corpus.vocabulary
        self.vectors, self.source = vectors, source
        self._reading = WindowReading(self.vocabulary, backend, size)
        if not corpus.valid:
            raise BadInputError(f"{corpus.name} has no held-out sentences to measure an epoch on")
        raw = self._read(corpus.train)
        self._apply = None if transform is None else fitted_transform(backend, transform, raw.x)
        self.train, self.valid, self.test = (
            self._transformed(raw),
            self.windows(corpus.valid),
            self.windows(corpus.test),
        )
        self.true, self.corrupted = (self.train.x[self.train.is_name == name] for name in (1, 0))
        if not len(self.true) or not len(self.corrupted):
            raise BadInputError(
                f"{corpus.name} has {len(self.true)} words in names and {len(self.corrupted)} "
                "others: pairs of windows need both"
            )
        self.described = (
            f"{len(self.true):,} windows around names and {len(self.corrupted):,} others to learn "
            f"from, {len(self.valid.x):,} held out, {len(self.test.x):,} to test"
        )

    @classmethod
    def load(cls, options: WindowScoreOptions, request: Request) -> WindowScoreTask:
        """Return the windows that `options` name."""
        source = TagSource(options.corpus, None if options.data is None else str(options.data))
        corpus = source.load(request.corpora)
        vectors = _word_vectors(options, corpus.vocabulary).astype(options.weight_type)
        size, transform = options.window, options.transform
        return cls(corpus, vectors, request.backend, source, size=size, transform=transform)

    @classmethod
    def jobs(cls, options: WindowScoreOptions, request: Request) -> Iterator[TrainingJob]:
        """Yield the runs of `options`: one for each seed, with random vectors of that seed."""
        for seeded in options.each_seed():
            for job in super().jobs(replace(seeded, seeds=1), request):
                label = f"seed{seeded.seed}" if options.seeds > 1 else ""
                yield replace(job, label=label, options=seeded)

    def _read(self, sentences: Sequence[TaggedSentence]) -> Windows:
        (group,) = self._reading.groups(sentences)
        tags = [tag != OUTSIDE for sentence in sentences for tag in sentence.tags]
        width = group.inputs.shape[1] * self.vectors.shape[1]
        return Windows(self.vectors[group.inputs].reshape(-1, width), np.array(tags, dtype=bool))

    def _transformed(self, raw: Windows) -> Windows:
        if self._apply is None or not len(raw.x):
            return raw
        return Windows(self._apply(raw.x).astype(self.vectors.dtype), raw.is_name)

    def windows(self, sentences: Sequence[TaggedSentence]) -> Windows:
        """Return the transformed windows of all words of `sentences`."""
        return self._transformed(self._read(sentences))

    def sizes(self) -> dict[str, Any]:
        """Return the number of features of a window."""
        return {"input_size": self.train.x.shape[1]}

    def kept_arguments(self, model: Model, arrays: Arrays) -> dict[str, Array]:
        """Return the word vectors, which the checkpoint keeps."""
        return {"vectors": self.vectors}

    def loss_examples(self) -> tuple[Array, ...]:
        """Return the scores of true windows and of corrupted ones."""
        return np.zeros(2), np.zeros(2)

    def loss(self, backend: Backend, options: Any) -> Loss:
        """Return the loss of pairs that `options` name, for batches of both kinds of windows."""
        loss = build_loss(backend, options.loss, self.loss_examples())
        return PairedScores(loss, backend.arrays)

    def batches(self, options: WindowScoreOptions, epoch: int) -> tuple[int, Iterator[Batch]]:
        """Return all windows around names in random order, each with a random corrupted one."""
        rng = np.random.default_rng([options.seed, epoch, 1])
        order = rng.permutation(len(self.true))
        others = rng.integers(len(self.corrupted), size=len(self.true))
        starts = range(0, len(order), options.batch_size)
        rows = (slice(start, start + options.batch_size) for start in starts)
        return len(starts), (self._pairs(order[part], others[part]) for part in rows)

    def _pairs(self, true: Array, corrupted: Array) -> Batch:
        x = np.concatenate([self.true[true], self.corrupted[corrupted]])
        return Batch((x,), np.repeat([1, 0], len(true)), terms=len(true))

    def score(self, model: Model, arrays: Arrays) -> float:
        """Return the F1 of words in names on the held-out part."""
        return self.f1(model, self.valid, arrays).f1

    def f1(self, model: Model, part: Windows, arrays: Arrays) -> EntityScore:
        """Return the score of `part`, with the threshold of the highest F1 on the training part."""
        threshold = best_threshold(self._scores(model, self.train, arrays), self.train.is_name)
        is_found = self._scores(model, part, arrays) >= threshold
        right = int((is_found & part.is_name).sum())
        return EntityScore(right, int(is_found.sum()), int(part.is_name.sum()))

    def _scores(self, model: Model, part: Windows, arrays: Arrays) -> Array:
        model.eval()
        parts = (part.x[i : i + AT_A_TIME] for i in range(0, len(part.x), AT_A_TIME))
        scores = [arrays.to_numpy(model.forward(arrays.from_numpy(x))) for x in parts]
        return np.concatenate([np.zeros(0), *scores])

    def identity(self) -> dict[str, Any]:
        """Return the number of windows, and the source of the sentences."""
        return {"examples": len(self.train.x), "source": asdict(self.source)}

    def measured(self, model: Model, arrays: Arrays) -> tuple[float, list[str]]:
        """Return the F1 of the test part, or of the held-out one, with precision and recall."""
        name, part = ("test", self.test) if len(self.test.x) else ("held-out", self.valid)
        score = self.f1(model, part, arrays)
        return score.f1, [f"{name} F1 {score.f1:.4f}", _described(score)]

    @classmethod
    def evaluate(cls, saved: Checkpoint, asked: Evaluation) -> Iterator[str]:
        """Yield the F1 on the test part of a corpus, else on its held-out part.

        The threshold and the transform are those of the training part.
        """
        trained, backend = saved.training, asked.backend
        arguments = dict(saved.arguments)
        vectors, source = arguments.pop("vectors"), TagSource(**trained["source"])
        task = cls(
            source.load(asked.corpora),
            vectors,
            backend,
            source,
            size=int(trained["window"]),
            transform=trained["transform"],
            vocabulary=saved.vocabulary,
        )
        model = replace(saved, arguments=arguments).restore_as(cls.model_kind, backend)
        corpus = TagSource(**source_to_measure(saved, asked)).load(asked.corpora)
        name, sentences = ("test", corpus.test) if corpus.test else ("held-out", corpus.valid)
        score = task.f1(model, task.windows(sentences), backend.arrays)
        where = f"the {name} part of {corpus.name}, {len(sentences):,} sentences"
        yield f"{saved.model} under {backend.name} on {where}"
        yield f"F1 {score.f1:.6f}"
        yield _described(score)


def best_threshold(scores: Array, is_name: Array) -> float:
    """Return the threshold for `scores: (M,)` with the highest F1; ``score >= it`` is a name."""
    order = np.argsort(-scores, kind="stable")
    right = np.cumsum(is_name[order])
    f1 = 2 * right / (np.arange(1, len(order) + 1) + right[-1])
    return float(scores[order[np.argmax(f1)]])


def _described(score: EntityScore) -> str:
    return (
        f"precision {score.precision:.4f}, recall {score.recall:.4f}, {score.true:,} words in names"
    )


def _word_vectors(options: WindowScoreOptions, vocabulary: Vocabulary) -> Array:
    """Return the vector of each word, `(V, E)`: of a file, or random; that of padding is 0."""
    rng = np.random.default_rng([options.seed, 2])
    if options.vectors is not None:
        return initial_vectors(load_vectors(options.vectors), vocabulary, rng=rng)[0]
    table = rng.normal(size=(len(vocabulary), options.embedding_size))
    table[PAD] = 0
    return table
