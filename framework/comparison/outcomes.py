"""Families of models trained in the same way on one task: what came out."""

from __future__ import annotations

import math
import statistics
import time
from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import dataclass, replace

from framework.comparison.families import Family
from framework.data.labelled import BEST, BEST_OF_BAGS, best_of_windows
from framework.providers.backends import Backend
from framework.training.engine import OnStep, Run
from framework.training.options import ComparisonOptions
from framework.training.tasks.classifier import ClassifierTask

#: Shows how far the next epoch of a run is: gives what is called after each of its steps.
Bar = Callable[[Run], AbstractContextManager[OnStep]]


@dataclass(frozen=True)
class Outcome:
    """What became of one family, over one training or several.

    Attributes:
        name: of the family.
        in_order: whether it takes the words one after the other.
        parameters: numbers that it learns.
        accuracies: on the test part, of the best epoch of each training.
        seconds: that the epochs of each training took.
        texts: how many of them it was tested on.
        best: the best accuracy that is possible for the family in the long run, where it is known.
    """

    name: str
    in_order: bool
    parameters: int
    accuracies: tuple[float, ...]
    seconds: tuple[float, ...]
    texts: int
    best: float | None = None

    @property
    def accuracy(self) -> float:
        """The mean over all trainings."""
        return statistics.mean(self.accuracies)

    @property
    def spread(self) -> float:
        """The standard deviation over all trainings; 0 of one alone."""
        return statistics.stdev(self.accuracies) if len(self.accuracies) > 1 else 0.0

    @property
    def mean_seconds(self) -> float:
        """The mean over all trainings."""
        return statistics.mean(self.seconds)

    @property
    def error(self) -> float:
        """How far the accuracy is off by chance: one standard error, from texts and trainings.

            √(a (1 − a) / M + s² / n)

        of M texts and n trainings with spread s. An accuracy of 0 or 1 counts as one text off.
        """
        a = min(max(self.accuracy, 1 / self.texts), 1 - 1 / self.texts)
        return math.sqrt(a * (1 - a) / self.texts + self.spread**2 / len(self.accuracies))

    def joined(self, other: Outcome) -> Outcome:
        """With the trainings of `other` added."""
        return replace(
            self,
            accuracies=self.accuracies + other.accuracies,
            seconds=self.seconds + other.seconds,
        )


def train_family(
    backend: Backend,
    task: ClassifierTask,
    name: str,
    family: Family,
    options: ComparisonOptions,
    bar: Bar,
) -> Outcome:
    """Train one family on `task`, and test its best epoch.

    Args:
        options: the same for all that are compared.
        bar: shows how far an epoch is.
    """
    sizes = {name: getattr(options, name) for name in ("embedding_size", "hidden_size", "width")}
    arguments = family.arguments(**sizes)
    run = Run(backend, task, family.model(), arguments, options)
    seconds = 0.0
    for _ in range(options.epochs):
        start = time.perf_counter()
        with bar(run) as on_step:
            run.epoch(on_step)
        seconds += time.perf_counter() - start
    run.take_best()
    part = task.test or task.valid
    size = sum(math.prod(array.shape) for array in run.model.parameters.values())
    accuracy = part.score(task.predict(run.model, part, backend.arrays))
    best = _best(task, family, int(arguments.get("width", 0)))
    return Outcome(name, family.in_order, size, (accuracy,), (seconds,), len(part.inputs), best)


def _best(task: ClassifierTask, family: Family, width: int) -> float | None:
    """What is best possible for `family`, as far as the corpus says."""
    views = {"": BEST_OF_BAGS, "conv1d": best_of_windows(width)}
    return task.best.get(views.get(family.encoder, BEST))
