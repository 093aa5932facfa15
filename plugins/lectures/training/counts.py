"""Tasks of language models that count: one pass over a text, without gradient steps."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, ClassVar, Self

import numpy as np

from framework.data.vocabulary import EOS, Ids
from framework.errors import UsageError
from framework.evaluation.metrics import perplexity
from framework.interfaces import Array, Arrays, Model, Optimizer
from framework.models.language_models import COUNTED, count_text
from framework.providers.backends import Backend
from framework.training.loops import Batch, Learner
from framework.training.option_fields import MODEL, option
from framework.training.task import Request
from plugins.lectures.training.text import TextOptions, TextTask

#: The number of histories after which the scores of all words are added up.
HISTORIES = 16


@dataclass(frozen=True, kw_only=True)
class CountOptions(TextOptions):
    """The options of language models that count: those of gradient steps have no effect."""

    offered: ClassVar[tuple[str, ...] | None] = (
        *("corpus", "tokens", "minimum_count", "maximum_words", "held_out", "test"),
        *("order", "arguments", "out"),
    )

    epochs: int = 1
    order: int = option(3, "Length n of the longest n-grams.", minimum=1, group=MODEL)


class CountTask(TextTask):
    """Count the n-grams of a text.

    A model has the arguments `vocabulary_size`, `order` and `end`, and the methods of
    `framework.models.count_models.CountModel`. The checkpoint contains the counted text, so that
    every provider can count it again.
    """

    kind: ClassVar[str] = "counts"
    help: ClassVar[str] = """Count the n-grams of a text, and save the model.

    The text is read once, so there are no epochs and no options of gradient steps. The loss
    that is shown is that of the counted text. `--set` gives arguments of a model, such as
    delta=0.01 of add_delta."""
    options: ClassVar[type[CountOptions]] = CountOptions
    advice: ClassVar[str] = "`grade ngram`, which checks the counts"

    order: int

    @classmethod
    def load(cls, options: CountOptions, request: Request) -> Self:
        """Return the text that `options` name, with the order of the model."""
        task = super().load(options, request)
        task.order = options.order
        return task

    def sizes(self) -> dict[str, Any]:
        """Return the size of the vocabulary, the order, and the id of the end of a sentence."""
        return {**super().sizes(), "order": self.order, "end": EOS}

    def build(
        self, backend: Backend, model: str, arguments: Mapping[str, Any], rng: np.random.Generator
    ) -> Model:
        """Return the model, which has counted nothing yet.

        Raises:
            UsageError: it is no model that counts.
        """
        if "order" not in backend.parameters_of(model, self.model_kind):
            raise UsageError(
                f"{model} has no argument `order`, so it does not count n-grams: "
                f"`gradus train language_model:{model}` trains it by gradient steps"
            )
        built: Model = backend.build(model, kind=self.model_kind, **arguments)
        return built

    def kept_arguments(self, model: Model, arrays: Arrays) -> dict[str, Array]:
        """Return the text, which a restored model counts again."""
        return {COUNTED: self.text.train}

    def batches(self, options: CountOptions, epoch: int) -> tuple[int, Iterator[Batch]]:
        """Return the whole text as one batch."""
        return 1, iter([Batch((self.text.train,), None)])

    def optimizer(self, backend: Backend, options: CountOptions) -> Optimizer:
        """Return an optimizer that changes nothing."""
        return _NoOptimizer()

    def learner(
        self, backend: Backend, model: Model, optimizer: Optimizer, options: CountOptions
    ) -> Learner:
        """Return the object that counts."""
        return _Counting(backend, model, optimizer)

    @staticmethod
    def perplexity(model: Any, ids: Ids, arrays: Arrays) -> float:
        """Return the perplexity on `ids: (M,)`; NaN if the scores are no probabilities."""
        if _greatest_sum(model, ids, arrays) > 1 + 1e-6:
            return math.nan
        return perplexity(_log_probabilities(model, ids, arrays))

    def measured(self, model: Any, arrays: Arrays) -> tuple[float, list[str]] | None:
        """Return the perplexity of the test text, and the reason for a perplexity of NaN."""
        scored = super().measured(model, arrays)
        if reason := list(_reason(model, self.text.valid, arrays)):
            return math.nan, [*(scored[1] if scored else []), *reason]
        return scored

    def _ngram_level(self, reference: Backend) -> dict[str, float]:
        """Return no other n-gram model."""
        return {}

    def size_of(self, model: Model) -> str:
        """Return the length of the longest n-grams."""
        return f"n-grams of up to {self.order} {self.tokens.name}"

    def step_size(self, options: CountOptions) -> int:
        """Return the number of tokens of the text."""
        return len(self.text.train) - 1

    @classmethod
    def details(cls, model: Any, ids: Ids, arrays: Arrays) -> Iterator[str]:
        """Yield for each n the number of n-grams in the model, and the share of unseen ones."""
        yield from _reason(model, ids, arrays)
        yield " n      n-grams   never seen in this text"
        for n in range(1, model.order + 1):
            stored = len(model.ngrams(n)[1])
            counts = model.count(arrays.from_numpy(_ngrams(ids, n)))
            unseen = 100 * float(np.mean(arrays.to_numpy(counts) == 0))
            yield f"{n:2}  {stored:11,}   {unseen:.1f} %"


class _NoOptimizer(Optimizer):
    """Changes nothing, because a model that counts has no parameters."""

    def step(self, parameters: Any, gradients: Mapping[str, Any]) -> None:
        """Do nothing."""


class _Counting(Learner):
    """The only step of a model that counts.

    Args:
        backend: computes.
        model: counts.
        optimizer: is not used.
    """

    def __init__(self, backend: Backend, model: Model, optimizer: Optimizer) -> None:
        super().__init__(model, optimizer, backend.arrays)
        self._backend = backend

    def step(self, batch: Batch) -> float:
        """Count the text, and return the mean −log P of its tokens after that."""
        return self.backpropagate(batch)

    def backpropagate(self, batch: Batch) -> float:
        """Do the same as `step`: there are no gradients."""
        (ids,) = batch.inputs
        count_text(self._backend, self.model, ids)
        return -float(np.mean(_log_probabilities(self.model, ids, self.arrays)))


def _log_probabilities(model: Any, ids: Ids, arrays: Arrays) -> Array:
    """Return log P of each token of `ids: (M,)` but the first, `(M − 1,)`."""
    logs: Array = arrays.to_numpy(model.log_probabilities(arrays.from_numpy(ids)))
    return logs


def _greatest_sum(model: Any, ids: Ids, arrays: Arrays) -> float:
    """Return the greatest sum of the scores of all words, after some histories of `ids`."""
    length = min(max(model.order - 1, 1), len(ids))
    starts = np.linspace(0, len(ids) - length, HISTORIES, dtype=np.int64)
    histories = arrays.from_numpy(ids[starts[:, None] + np.arange(length)])
    scores = arrays.to_numpy(model.forward(histories))
    return float(np.exp(scores).sum(axis=-1).max())


def _reason(model: Any, ids: Ids, arrays: Arrays) -> Iterator[str]:
    """Yield the reason for a perplexity of NaN, if there is one."""
    if (total := _greatest_sum(model, ids, arrays)) > 1 + 1e-6:
        yield (
            "no perplexity: the scores of all words after a history sum to "
            f"{total:.4g}, so they are no probabilities"
        )


def _ngrams(ids: Ids, n: int) -> Ids:
    """Return the n-grams of the text `ids: (M,)`, `(K, n)`; none extends over an end."""
    text = ids[1:] if n == 1 else ids  # the first token is history only
    if len(text) < n:
        return np.zeros((0, n), dtype=np.int64)
    windows: Ids = np.lib.stride_tricks.sliding_window_view(text, n)
    within: Ids = windows[(windows[:, 1:-1] != EOS).all(axis=1)]
    return within
