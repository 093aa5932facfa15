"""Tasks of word vectors by CBOW: predict each word from the mean of its context."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, ClassVar, Literal

from framework.providers.backends import Backend
from framework.training.option_fields import with_default
from framework.training.training_options import LearningOptions
from plugins.lectures.training.window_batches import ContextBatches
from plugins.lectures.training.word_vectors import VectorOptions, WordVectorTask


@dataclass(frozen=True, kw_only=True)
class CbowOptions(VectorOptions):
    """The options of CBOW."""

    learning_rate: float = with_default(LearningOptions, "learning_rate", 0.1)
    precision: Literal["float64", "float32"] = with_default(LearningOptions, "precision", "float64")


class CbowTask(WordVectorTask):
    """Predict the word in the middle of each context, by a softmax over all words.

    A model has ``forward(contexts (N, C), mask (N, C)) -> scores (N, V)``.
    """

    kind: ClassVar[str] = "cbow"
    help: ClassVar[str] = """Learn word vectors by CBOW, the continuous bag of words.

    Each word is predicted from the mean of the vectors of its context, by a softmax over all
    words. A step takes time in proportion to the size of the vocabulary: give a small text.

    Nothing is held out: the score that is shown, compared and looked at by a schedule is the
    mean loss of an epoch."""
    options: ClassVar[type[VectorOptions]] = CbowOptions
    tables: ClassVar[tuple[str, ...]] = ("context_vectors", "center_vectors")
    own_losses: ClassVar[tuple[str, ...]] = ()

    def cut(self, options: Any, backend: Backend) -> ContextBatches:
        """Return the contexts of the text."""
        settings = {name: getattr(options, name) for name in ("window", "subsample", "batch_size")}
        return ContextBatches(self.text, backend, **settings)
