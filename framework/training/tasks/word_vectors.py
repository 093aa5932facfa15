"""Word vectors: a skip-gram with negative sampling learns the words around each word."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import Any, ClassVar

import numpy as np

from framework.data.corpora import load_sentences
from framework.data.counted_text import CountedText, count_text
from framework.data.skip_gram_batches import SkipGramBatches
from framework.errors import BadInputError, UsageError
from framework.interfaces import Array, Arrays, Model, Optimizer
from framework.providers.backends import Backend
from framework.training.checkpoints import Checkpoint
from framework.training.loops import Batch, Learner
from framework.training.options import WordVectorOptions
from framework.training.task import Evaluation, Request, Task
from framework.training.tasks.pairwise import PairwiseStep
from framework.training.trained_vectors import vectors_of

#: The parameters of a skip-gram.
TABLES = ("center_vectors", "outside_vectors")

#: A step of this length, divided by it, is the gradient: so long that what is lost when it is
#: added to the old vector does not count.
LONG_STEP = 2.0**20


class WordVectorTask(Task):
    """Tell the words around each word from words that are drawn at random.

    A backend whose `negative_sampling` comes from another provider than its `skip_gram_step`, as
    a student's, learns from one pair after the other.

    Args:
        text: what to learn from, counted with the minimum count of `options`.
        options: how the text is cut.
        backend: offers the distribution that words are drawn from.
    """

    kind: ClassVar[str] = "word_vectors"
    help: ClassVar[
        str
    ] = """Learn word vectors by the skip-gram with negative sampling, as word2vec.

    Each word learns to tell the words around it from words that are drawn at random. Words that
    stand among the same words end up with near vectors.

    Nothing is held out: the score that is shown, compared and looked at by a schedule is the mean
    loss of an epoch. With the optimizer sgd, a summed loss and no clipping, a step changes only the
    vectors of its words; any other choice updates all of them, and takes longer.

    A student's own negative_sampling is used one pair at a time: give it a small text."""
    options: ClassVar[type[WordVectorOptions]] = WordVectorOptions
    measure: ClassVar[str] = "loss"
    lower_is_better: ClassVar[bool] = True
    unit: ClassVar[str] = "words"

    def __init__(self, text: CountedText, options: WordVectorOptions, backend: Backend) -> None:
        self.text, self._options = text, options
        self.corpus, self.vocabulary = text.name, text.vocabulary
        self.described = f"{text.total:,} words, {len(text.ids):,} of them in the vocabulary"
        self._batches = _cut(text, options, backend)

    @classmethod
    def load(cls, options: WordVectorOptions, request: Request) -> WordVectorTask:
        """The text that `options` name."""
        sentences = load_sentences(options.corpus, request.corpora)
        text = count_text(options.corpus, sentences, minimum_count=options.minimum_count)
        return cls(text, options, request.backend)

    def sizes(self) -> dict[str, Any]:
        """The number of words, and of the numbers per vector."""
        return {**super().sizes(), "dimension": self._options.dimension}

    def build(self, backend: Backend, model: str, *args: Any) -> Model:
        """The model to train.

        Raises:
            UsageError: it has other parameters than a skip-gram.
        """
        built = super().build(backend, model, *args)
        for needed in TABLES:
            if needed not in built.parameters:
                found = ", ".join(built.parameters) or "none"
                raise UsageError(
                    f"{model} has no parameter '{needed}' to learn word vectors in: {found}"
                )
        return built

    def batches(self, options: WordVectorOptions, epoch: int) -> tuple[int, Iterator[Batch]]:
        """The text in its order; what is drawn depends on the epoch."""
        steps, found = self._batches.epoch(np.random.default_rng([options.seed, epoch - 1]))
        return steps, self._checked(
            Batch(
                (batch.center_ids, batch.outside_ids),
                batch.weights,
                terms=batch.pairs,
                weight=batch.pairs,
            )
            for batch in found
        )

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
        """What takes the steps: the backend's own for plain gradient descent."""
        is_plain = options.optimizer == "sgd" and options.clip is None and options.summed
        learner = _SkipGramLearner if is_plain else _GradientLearner
        return learner(model, optimizer, backend, options)

    def score(self, model: Model, arrays: Arrays) -> None:
        """Nothing is held out."""
        return

    def identity(self) -> dict[str, Any]:
        """The size of the text."""
        return {"words": len(self.text.ids)}

    def size_of(self, model: Model) -> str:
        """The number of words that have a vector, and its numbers."""
        words = len(self.text.counts.nonzero()[0])
        return f"{words:,} words with {self._options.dimension} numbers each"

    def speed(self, seconds: float) -> str:
        """Words per second."""
        return f"{self.text.total / seconds:,.0f} words/s"

    def held_out(self, score: float) -> str:
        """Nothing: the loss is shown already."""
        return ""

    def finish(self, checkpoint: Checkpoint, options: WordVectorOptions, label: str) -> list[str]:
        """Save the vectors as text, where that is asked for."""
        path = options.vectors
        if path is None:
            return []
        path = path.with_stem(f"{path.stem}-{label}") if label else path
        vectors_of(checkpoint, path).save(path)
        return [f"Saved {path}, as text."]

    def next_command(self, out: Path) -> str:
        """How to see what the vectors know."""
        return f"gradus neighbors WORD --vectors {out}"

    @classmethod
    def evaluate(cls, saved: Checkpoint, asked: Evaluation) -> Iterator[str]:
        """Refuse: word vectors are compared with people's judgements, and have no text to score.

        Raises:
            UsageError: always.
        """
        raise UsageError(
            f"{asked.path} holds word vectors: compare them with people's judgements by "
            "`--similarity FILE`, which has word, word, score on each line"
        )


def _cut(text: CountedText, options: WordVectorOptions, backend: Backend) -> SkipGramBatches:
    arrays = backend.arrays
    counts = text.counts.astype(np.float64)
    noise = backend.function("sampling_distribution")(arrays.from_numpy(counts))
    return SkipGramBatches(
        text,
        window=options.window,
        negative=options.negative,
        subsample=options.subsample,
        noise=arrays.to_numpy(noise),
        batch_size=options.batch_size,
    )


def _step_function(backend: Backend, negative: int, *, at_once: bool) -> Callable[..., float]:
    own = backend.provider_of("negative_sampling")
    if own == backend.provider_of("skip_gram_step"):
        step: Callable[..., float] = backend.function("skip_gram_step")
        return step
    return PairwiseStep(backend.function("negative_sampling"), negative, at_once=at_once)


class _SkipGramLearner(Learner):
    """Plain gradient descent on the summed loss: the backend's step moves the vectors at once.

    Args:
        model: has the vectors.
        optimizer: knows the learning rate.
        backend: offers the step.
        options: of the run.
    """

    def __init__(
        self, model: Model, optimizer: Optimizer, backend: Backend, options: WordVectorOptions
    ) -> None:
        super().__init__(model, optimizer, backend.arrays, clip=options.clip, summed=options.summed)
        at_once = isinstance(self, _GradientLearner)
        self._move = _step_function(backend, options.negative, at_once=at_once)
        self._precision = options.precision

    def step(self, batch: Batch) -> float:
        """Move the vectors of the words of `batch`; returns the mean loss of a pair before it."""
        tables = [self.model.parameters[name] for name in TABLES]
        return self._moved(tables, batch.inputs, batch, self.optimizer.learning_rate)

    def backpropagate(self, batch: Batch) -> float:
        """Leave the gradients of the mean loss in the model; returns that loss.

        They are read off one long step of copies of the vectors of these words.
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
            model.gradients[name][ids] += (old - new) / length
        return loss

    def _moved(self, tables: list[Any], ids: Iterable[Array], batch: Batch, rate: float) -> float:
        """Move `tables` one step downhill; returns the mean loss of a pair before it."""
        weights = batch.targets.astype(self._precision, copy=False)
        native = (self.arrays.from_numpy(array) for array in (*ids, weights))
        return self._move(*tables, *native, rate) / max(batch.terms, 1)


class _GradientLearner(_SkipGramLearner):
    """Any optimizer, clipping, and means: with gradients of all vectors, of which most are 0."""

    step = Learner.step
