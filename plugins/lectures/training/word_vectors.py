"""Tasks of word vectors by the skip-gram, with negative sampling or a softmax over all words."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, ClassVar, Literal

import numpy as np

from framework.errors import BadInputError, UsageError
from framework.interfaces import Array, Arrays, Model, Optimizer
from framework.providers.backends import Backend
from framework.training.checkpoints import Checkpoint
from framework.training.loops import Batch, Learner
from framework.training.option_fields import DATA, MODEL, RARE, option, with_default
from framework.training.task import Evaluation, Request, TrainingTask
from framework.training.training_options import LearningOptions, TrainingOptions, WordOptions
from plugins.lectures.formats.corpus_files import load_sentences
from plugins.lectures.training.counted_text import CountedText, count_text
from plugins.lectures.training.pairwise import PairwiseStep
from plugins.lectures.training.skip_gram_batches import SkipGramBatches
from plugins.lectures.training.trained_vectors import vectors_of
from plugins.lectures.training.window_batches import PairBatches, WindowBatches

#: The parameters of a skip-gram.
TABLES = ("center_vectors", "outside_vectors")

#: The loss that is no softmax over all words.
NEGATIVE_SAMPLING = "negative_sampling"

#: A step of this length, divided by it, is the gradient: so long that what is lost when it is
#: added to the old vector does not count.
LONG_STEP = 2.0**20


@dataclass(frozen=True, kw_only=True)
class VectorOptions(WordOptions, TrainingOptions):
    """The options of word vectors, as a base of other options."""

    epochs: int = with_default(LearningOptions, "epochs", 5)
    batch_size: int = with_default(
        LearningOptions, "batch_size", 256, "Maximum number of centre words, in blocks of 32."
    )
    minimum_count: int = option(
        5,
        "Minimum count of a word; rarer words are left out.",
        minimum=1,
        names=("--min-count", "--minimum-count"),
        group=DATA,
    )
    optimizer: str = with_default(LearningOptions, "optimizer", "sgd")
    learning_rate: float = with_default(LearningOptions, "learning_rate", 0.025)
    schedule: str | None = with_default(LearningOptions, "schedule", "linear_decay")
    summed: bool = with_default(LearningOptions, "summed", True)
    precision: Literal["float64", "float32"] = with_default(LearningOptions, "precision", "float32")
    dimension: int = option(
        100, "Dimension of a vector: 50 to 300 for real text.", minimum=1, group=MODEL
    )
    window: int = option(
        5,
        "Maximum number of context words on each side. The number is drawn for each word, from 1 "
        "to this. Wide windows learn topics, narrow ones grammar.",
        minimum=1,
        group=MODEL,
    )
    subsample: float = option(
        1e-3,
        "Words with a larger share of the text than this, as 'the', are left out at random. 0 "
        "keeps all. Use 1e-3 for a small text, 1e-5 for a large one.",
        minimum=0.0,
        maximum=1.0,
        group=RARE,
    )
    vectors: Path | None = option(
        None,
        "File for the vectors in word2vec's text format, in addition to the checkpoint.",
        settles=False,
        group=DATA,
    )


@dataclass(frozen=True, kw_only=True)
class WordVectorOptions(VectorOptions):
    """The options of the skip-gram."""

    loss: str = with_default(
        LearningOptions,
        "loss",
        NEGATIVE_SAMPLING,
        "Loss of a pair: negative_sampling, or one of the scores of all words, as "
        "softmax_cross_entropy: the naive softmax, whose steps take time in proportion to the size "
        "of the vocabulary.",
    )
    negative: int = option(
        5, "Number of negative samples for each pair: 5 to 20 for a small text.", minimum=1
    )

    def check_together(self) -> None:
        """Check the options together; a number of samples for a softmax is an error."""
        super().check_together()
        if self.loss != NEGATIVE_SAMPLING and self.negative != WordVectorOptions.negative:
            raise UsageError(f"`--negative` has no effect on `--loss {self.loss}`: leave it out")


class WordVectorTask(TrainingTask):
    """Distinguish the context words of each word from random words.

    If `negative_sampling` comes from another provider than `skip_gram_step`, for example from a
    student, the pairs are used one by one.

    Args:
        text: the text, counted with the minimum count of `options`.
        options: the options of the run.
        backend: offers the distribution of the negative samples.
    """

    kind: ClassVar[str] = "word_vectors"
    help: ClassVar[str] = """Learn word vectors by the skip-gram, as word2vec.

    Each word learns to distinguish its context words from random words, or from all others
    with `--loss softmax_cross_entropy`. Words in similar contexts get near vectors.

    Nothing is held out: the score that is shown, compared and looked at by a schedule is the
    mean loss of an epoch. With the optimizer sgd, a summed loss, no clipping, no weight decay and
    no penalty, a step changes only the vectors of its words; any other choice updates all of
    them, and takes longer.

    A student's own negative_sampling is used one pair at a time: give it a small text."""
    options: ClassVar[type[VectorOptions]] = WordVectorOptions
    tables: ClassVar[tuple[str, ...]] = TABLES
    own_losses: ClassVar[tuple[str, ...]] = (NEGATIVE_SAMPLING,)
    measure = "loss"
    lower_is_better: ClassVar[bool] = True
    unit: ClassVar[str] = "words"
    commands: ClassVar[tuple[str, ...]] = (
        "gradus neighbors WORD --vectors {path}",
        "gradus analogy A B C --vectors {path}",
        "gradus plot-words WORD WORD WORD --vectors {path}",
        "gradus word-similarity FILE --vectors {path}",
    )

    def __init__(self, text: CountedText, options: Any, backend: Backend) -> None:
        self.text, self._options = text, options
        self.corpus, self.vocabulary = text.name, text.vocabulary
        self.described = f"{text.total:,} words, {len(text.ids):,} of them in the vocabulary"
        self._batches = self.cut(options, backend)

    @classmethod
    def load(cls, options: VectorOptions, request: Request) -> WordVectorTask:
        """Return the text that `options` name."""
        sentences = load_sentences(options.corpus, request.corpora)
        text = count_text(options.corpus, sentences, minimum_count=options.minimum_count)
        return cls(text, options, request.backend)

    def sizes(self) -> dict[str, Any]:
        """Return the number of words and the dimension of a vector."""
        return {**super().sizes(), "dimension": self._options.dimension}

    def build(self, backend: Backend, model: str, *args: Any) -> Model:
        """Return the model to train.

        Raises:
            UsageError: it has other parameters than those of `tables`.
        """
        built = super().build(backend, model, *args)
        for needed in self.tables:
            if needed not in built.parameters:
                present = ", ".join(built.parameters) or "none"
                raise UsageError(
                    f"{model} has no parameter '{needed}' to learn word vectors in: {present}"
                )
        return built

    def cut(self, options: Any, backend: Backend) -> SkipGramBatches | WindowBatches:
        """Return the batches of the text, for the loss that `options` name."""
        settings = {name: getattr(options, name) for name in ("window", "subsample", "batch_size")}
        if options.loss != NEGATIVE_SAMPLING:
            return PairBatches(self.text, backend, **settings)
        counts = backend.arrays.from_numpy(self.text.counts.astype(np.float64))
        noise = backend.arrays.to_numpy(backend.function("sampling_distribution")(counts))
        return SkipGramBatches(self.text, negative=options.negative, noise=noise, **settings)

    def batches(self, options: VectorOptions, epoch: int) -> tuple[int, Iterator[Batch]]:
        """Return the batches in the order of the text; random numbers depend on the epoch."""
        steps, batches = self._batches.epoch(np.random.default_rng([options.seed, epoch - 1]))
        return steps, self._checked(batches)

    def _checked(self, batches: Iterator[Batch]) -> Iterator[Batch]:
        pairs = 0
        for batch in batches:
            pairs += batch.terms
            yield batch
        if not pairs:
            raise BadInputError(
                f"subsampling left no context in {self.text.name}: give more text, a greater "
                "`--subsample`, or 0 to keep all words"
            )

    def learner(
        self, backend: Backend, model: Model, optimizer: Optimizer, options: Any
    ) -> Learner:
        """Return the object that takes the steps; plain gradient descent uses the backend's
        step."""
        if options.loss not in self.own_losses:
            return super().learner(backend, model, optimizer, options)
        objective = self.objective(backend, model, options)
        others = objective["clip"] or objective["weight_decay"] or objective["penalty"]
        is_plain = options.optimizer == "sgd" and not others and options.summed
        learner = _SkipGramLearner if is_plain else _GradientLearner
        return learner(model, optimizer, backend, options, **objective)

    def score(self, model: Model, arrays: Arrays) -> None:
        """Return None, because nothing is held out."""
        return

    def identity(self) -> dict[str, Any]:
        """Return the size of the text."""
        return {"words": len(self.text.ids)}

    def size_of(self, model: Model) -> str:
        """Return the number of words that have a vector, and its numbers."""
        words = len(self.text.counts.nonzero()[0])
        return f"{words:,} words with {self._options.dimension} numbers each"

    def speed(self, seconds: float, options: Any) -> str:
        """Return the words per second."""
        return f"{self.text.total / seconds:,.0f} words/s"

    def held_out(self, score: float) -> str:
        """Return an empty text, because the loss is shown already."""
        return ""

    def finish(self, checkpoint: Checkpoint, options: VectorOptions, label: str) -> list[str]:
        """Save the vectors as text, if the option is given."""
        path = options.vectors
        if path is None:
            return []
        path = path.with_stem(f"{path.stem}-{label}") if label else path
        vectors_of(checkpoint, path).save(path)
        return [f"Saved {path}, as text."]

    @classmethod
    def evaluate(cls, saved: Checkpoint, asked: Evaluation) -> Iterator[str]:
        """Raise an error: word vectors are compared with human scores, not measured on a text.

        Raises:
            UsageError: always.
        """
        raise UsageError(
            f"{asked.path} holds word vectors, without a score on a text: compare them with human "
            f"scores by `gradus word-similarity FILE --vectors {asked.path}`"
        )


def _step_function(backend: Backend, negative: int, *, at_once: bool) -> Callable[..., float]:
    own = backend.provider_of("negative_sampling")
    if own == backend.provider_of("skip_gram_step"):
        step: Callable[..., float] = backend.function("skip_gram_step")
        return step
    return PairwiseStep(backend.function("negative_sampling"), negative, at_once=at_once)


class _SkipGramLearner(Learner):
    """Plain gradient descent on the summed loss, by the backend's own step.

    Args:
        model: has the vectors.
        optimizer: knows the learning rate.
        backend: offers the step.
        options: of the run.
        objective: see `TrainingTask.objective`.
    """

    works_on_device = True

    def __init__(
        self,
        model: Model,
        optimizer: Optimizer,
        backend: Backend,
        options: WordVectorOptions,
        **objective: Any,
    ) -> None:
        super().__init__(model, optimizer, backend.arrays, **objective)
        at_once = isinstance(self, _GradientLearner)
        self._move = _step_function(backend, options.negative, at_once=at_once)
        self._precision = options.precision

    def step(self, batch: Batch) -> float:
        """Update the vectors of the words of `batch`, and return the mean loss of a pair before
        it."""
        tables = [self.model.parameters[name] for name in TABLES]
        return self._moved(tables, batch.inputs, batch, self.optimizer.learning_rate)

    def backpropagate(self, batch: Batch) -> float:
        """Leave the gradients of the mean loss in the model; returns that loss.

        They are computed from one long step on copies of the vectors.
        """
        model, from_numpy = self.model, self.arrays.from_numpy
        model.zero_gradients()
        words = [np.unique(ids, return_inverse=True) for ids in batch.inputs]
        rows = [from_numpy(ids) for ids, _ in words]
        before = [model.parameters[name][ids] for name, ids in zip(TABLES, rows, strict=True)]
        after = [table + 0 for table in before]
        places = [
            place.reshape(ids.shape) for (_, place), ids in zip(words, batch.inputs, strict=True)
        ]
        loss = self._moved(after, places, batch, LONG_STEP)
        length = LONG_STEP * max(batch.terms, 1)
        for name, ids, old, new in zip(TABLES, rows, before, after, strict=True):
            total = model.gradients[name][ids] + (old - new) / length
            self.arrays.assign_rows(model.gradients, name, ids, total)
        return loss

    def _moved(self, tables: list[Any], ids: Iterable[Array], batch: Batch, rate: float) -> float:
        """Take one step of gradient descent on `tables`, and return the mean loss before it."""
        native = (self.native(array) for array in (*ids, self._weights(batch.targets)))
        return self._move(*tables, *native, rate) / max(batch.terms, 1)

    def _weights(self, weights: Any) -> Any:
        """Return `weights` in the precision of the vectors."""
        if isinstance(weights, np.ndarray):
            return weights.astype(self._precision, copy=False)
        return self.arrays.astype(weights, self._precision)


class _GradientLearner(_SkipGramLearner):
    """Steps of any optimizer with clipping and means, using the gradients of all vectors."""

    works_on_device = False
    step = Learner.step
