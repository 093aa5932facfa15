"""One training run of a language model: everything that an epoch needs."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from framework.checkpoints import Checkpoint
from framework.data.corpora import Corpus
from framework.data.vocabulary import Ids
from framework.interfaces import Arrays, LanguageModel, Loss, Optimizer
from framework.metrics import language_model_perplexity
from framework.providers import Backend
from framework.training import OnStep, fit_language_model

#: Streams that a held-out text is cut into. Fixed, since each of them starts without a memory of
#: the text before it: the perplexity of a checkpoint must not depend on how it was trained.
EVALUATION_STREAMS = 16


def held_out_perplexity(model: LanguageModel, ids: Ids, arrays: Arrays) -> float:
    """Perplexity on the text `ids: (M,)`, the same for `gradus train` and `gradus evaluate`."""
    model.eval()
    return language_model_perplexity(model, ids, EVALUATION_STREAMS, arrays)


@dataclass(frozen=True)
class LanguageModelSettings:
    """How a language model is trained.

    Attributes:
        optimizer: ``name`` or ``name@provider``.
        learning_rate: of the optimizer.
        batch_size, unroll, clip: see `framework.training.fit_language_model`.
        dtype: of parameters and states, ``float64`` or ``float32``.
        seed: of the initial parameters.
    """

    optimizer: str
    learning_rate: float
    batch_size: int
    unroll: int
    clip: float | None
    dtype: str
    seed: int


class LanguageModelRun:
    """A language model in training.

    Args:
        backend: who computes.
        corpus: the texts.
        model: registry name of a language model.
        arguments: keyword arguments of its constructor beside `vocabulary_size` and `rng`.
        settings: how it is trained. The same settings give the same run.

    Raises:
        UsageError: the backend does not offer the model, or it does not take these arguments.
    """

    def __init__(
        self,
        backend: Backend,
        corpus: Corpus,
        model: str,
        arguments: Mapping[str, Any],
        settings: LanguageModelSettings,
    ) -> None:
        self.backend = backend
        self.corpus = corpus
        self.model_name = model
        self.arguments = {"vocabulary_size": len(corpus.vocabulary), **arguments}
        self.settings = settings
        rng = np.random.default_rng(settings.seed)
        self.model: LanguageModel = backend.build(
            model, kind="language_model", rng=rng, **self.arguments
        )
        self.model.astype(settings.dtype)
        self._loss: Loss = backend.build("softmax_cross_entropy", kind="loss")
        self._optimizer: Optimizer = backend.build(
            settings.optimizer, kind="optimizer", learning_rate=settings.learning_rate
        )

    def epoch(self, on_step: OnStep) -> tuple[float, float]:
        """Read the training text once; return the mean loss and the held-out perplexity."""
        # A run that diverges shows in the loss, which `on_step` sees; NumPy need not warn as well.
        with np.errstate(over="ignore", invalid="ignore"):
            losses = self._fit(on_step)
            perplexity = held_out_perplexity(self.model, self.corpus.valid, self.backend.arrays)
        return float(np.mean(losses)), perplexity

    def _fit(self, on_step: OnStep) -> list[float]:
        self.model.train()
        return fit_language_model(
            self.model,
            self.corpus.train,
            loss=self._loss,
            optimizer=self._optimizer,
            arrays=self.backend.arrays,
            batch_size=self.settings.batch_size,
            unroll=self.settings.unroll,
            epochs=1,
            clip=self.settings.clip,
            on_step=on_step,
        )

    def checkpoint(self) -> Checkpoint:
        """The model as it is now."""
        to_numpy = self.backend.arrays.to_numpy
        return Checkpoint(
            self.model_name,
            self.arguments,
            self.corpus.vocabulary,
            self.corpus.name,
            self.backend.name,
            {name: to_numpy(array) for name, array in self.model.parameters.items()},
        )
