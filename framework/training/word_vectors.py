"""One training run of a skip-gram with negative sampling: everything that an epoch needs."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np

from framework.data.counted_text import CountedText
from framework.data.skip_gram_batches import Batch, SkipGramBatches
from framework.errors import BadInputError, UsageError
from framework.interfaces import Model
from framework.providers.backends import Backend
from framework.training.checkpoints import Checkpoint, assign, saved_arrays
from framework.training.loops import OnStep
from framework.training.pairwise import PairwiseStep
from framework.training.resuming import check_same_run

#: The learning rate falls to this share of what it was, never to 0.
LEAST_RATE = 1e-4


@dataclass(frozen=True)
class WordVectorSettings:
    """How word vectors are trained.

    Attributes:
        dimension: d, numbers per vector.
        window, negative, subsample: see `framework.data.skip_gram_batches.SkipGramBatches`.
        minimum_count: see `framework.data.counted_text.count_text`.
        epochs: times that the text is read.
        learning_rate: of the first step; it falls in a straight line.
        seed: of the initial vectors, and of all that is drawn.
    """

    dimension: int
    window: int
    negative: int
    minimum_count: int
    subsample: float
    epochs: int
    learning_rate: float
    seed: int


class WordVectorRun:
    """A skip-gram in training.

    A backend whose `negative_sampling` comes from another provider than its `skip_gram_step`, as
    a student's, learns from one pair after the other.

    Args:
        backend: who computes.
        text: what to learn from, counted with the settings' minimum count.
        model: registry name of a model with the parameters of ``skip_gram``.
        settings: how it is trained. The same settings give the same run.

    Attributes:
        epochs_done: how many epochs the model has been trained.

    Raises:
        UsageError: the backend does not offer the model, it does not take these arguments, or has
            other parameters.
    """

    def __init__(
        self, backend: Backend, text: CountedText, model: str, settings: WordVectorSettings
    ) -> None:
        self.backend = backend
        self.text = text
        self.model_name = model
        self.settings = settings
        self.epochs_done = 0
        self.arguments = {
            "vocabulary_size": len(text.vocabulary),
            "dimension": settings.dimension,
        }
        rng = np.random.default_rng(settings.seed)
        self.model: Model = backend.build(model, kind="model", rng=rng, **self.arguments)
        _check_parameters(self.model, model)
        self.model.astype("float32")
        self._step = self._find_step()
        self._batches = self._cut()

    def _find_step(self) -> Callable[..., Any]:
        own = self.backend.provider_of("negative_sampling")
        if own == self.backend.provider_of("skip_gram_step"):
            step: Callable[..., Any] = self.backend.function("skip_gram_step")
            return step
        return PairwiseStep(self.backend.function("negative_sampling"), self.settings.negative)

    def _cut(self) -> SkipGramBatches:
        arrays = self.backend.arrays
        counts = self.text.counts.astype(np.float64)
        noise = self.backend.function("sampling_distribution")(arrays.from_numpy(counts))
        return SkipGramBatches(
            self.text,
            window=self.settings.window,
            negative=self.settings.negative,
            subsample=self.settings.subsample,
            noise=arrays.to_numpy(noise),
        )

    def epoch(self, on_step: OnStep) -> float:
        """Read the text once more; returns the mean loss of a pair.

        The order of the text is kept. What is drawn depends on the seed and the number of the
        epoch alone, so that a run that was interrupted goes on as if it had not been.

        Raises:
            BadInputError: subsampling has left no two words beside each other.
        """
        rng = np.random.default_rng([self.settings.seed, self.epochs_done])
        steps, batches = self._batches.epoch(rng)
        total, pairs = 0.0, 0
        with np.errstate(over="ignore", invalid="ignore"):  # `on_step` sees it in the loss
            for done, batch in enumerate(batches):
                loss = float(self._take(batch, self._learning_rate(done / steps)))
                total, pairs = total + loss, pairs + batch.pairs
                on_step(done + 1, steps, loss / max(batch.pairs, 1))
        if not pairs:
            raise BadInputError(
                f"subsampling left no context in {self.text.name}: give more text, a greater "
                "`--subsample`, or 0 to keep all words"
            )
        self.epochs_done += 1
        return total / pairs

    def _take(self, batch: Batch, learning_rate: float) -> Any:
        parameters, from_numpy = self.model.parameters, self.backend.arrays.from_numpy
        return self._step(
            parameters["center_vectors"],
            parameters["outside_vectors"],
            from_numpy(batch.center_ids),
            from_numpy(batch.outside_ids),
            from_numpy(batch.weights),
            learning_rate,
        )

    def _learning_rate(self, part: float) -> float:
        """At `part`, 0 to 1, of the epoch after those that are done."""
        left = 1 - (self.epochs_done + part) / self.settings.epochs
        return self.settings.learning_rate * max(left, LEAST_RATE)

    def checkpoint(self) -> Checkpoint:
        """The vectors as they are now, and how to go on with them."""
        return Checkpoint(
            self.model_name,
            self.arguments,
            self.text.vocabulary,
            self.text.name,
            self.backend.name,
            saved_arrays(self.model, self.backend.arrays),
            self._training(),
        )

    def _training(self) -> dict[str, Any]:
        return {
            "epochs_done": self.epochs_done,
            "words": len(self.text.ids),
            **asdict(self.settings),
        }

    def resume(self, saved: Checkpoint) -> None:
        """Go on where the run of the checkpoint `saved` stopped.

        Raises:
            UsageError: that run had other settings, or another text.
        """
        check_same_run(saved, self._training(), self.text.vocabulary)
        assign(self.model, saved.parameters, self.backend.arrays)
        self.epochs_done = int(saved.training["epochs_done"])


def _check_parameters(model: Model, name: str) -> None:
    for needed in ("center_vectors", "outside_vectors"):
        if needed not in model.parameters:
            found = ", ".join(model.parameters) or "none"
            raise UsageError(
                f"{name} has no parameter '{needed}' to learn word vectors in: {found}"
            )
