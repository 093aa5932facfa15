"""The results of families of models trained in the same way on one task."""

from __future__ import annotations

import math
import statistics
import time
from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, replace

from framework.data.labelled import BEST, BEST_OF_BAGS, best_of_windows
from framework.providers.backends import Backend
from framework.training.engine import OnStep, TrainingRun
from plugins.lectures.comparison.comparison_options import ComparisonOptions
from plugins.lectures.comparison.families import Family
from plugins.lectures.training.classifier import ClassifierTask

#: Shows how far the next epoch of a run is: gives what is called after each of its steps.
Bar = Callable[[TrainingRun], AbstractContextManager[OnStep]]


@dataclass(frozen=True)
class Outcome:
    """The result of one family, over one training or several.

    Attributes:
        name: of the family.
        in_order: whether it takes the words one after the other.
        parameters: numbers that it learns.
        accuracies: on the test part, of the best epoch of each training.
        epoch_seconds: of each timed epoch, in seconds. The first epoch of a training warms up: it
            is timed only where there is no other.
        texts: how many of them it was tested on.
        best: the best accuracy that is possible for the family in the long run, where it is known.
    """

    name: str
    in_order: bool
    parameters: int
    accuracies: tuple[float, ...]
    epoch_seconds: tuple[float, ...]
    texts: int
    best: float | None = None

    @property
    def accuracy(self) -> float:
        """The mean over all trainings."""
        return statistics.mean(self.accuracies)

    @property
    def spread(self) -> float:
        """The standard deviation over all trainings; 0 for a single training."""
        return statistics.stdev(self.accuracies) if len(self.accuracies) > 1 else 0.0

    @property
    def typical_seconds(self) -> float:
        """The median over all timed epochs."""
        return statistics.median(self.epoch_seconds)

    @property
    def range_of_seconds(self) -> tuple[float, float]:
        """The fastest and the slowest timed epoch."""
        return min(self.epoch_seconds), max(self.epoch_seconds)

    @property
    def error(self) -> float:
        """The standard error of the accuracy, from texts and trainings.

            √(a (1 − a) / M + s² / n)

        of M texts and n trainings with spread s. An accuracy of 0 or 1 counts as one text off.
        """
        a = min(max(self.accuracy, 1 / self.texts), 1 - 1 / self.texts)
        return math.sqrt(a * (1 - a) / self.texts + self.spread**2 / len(self.accuracies))

    def joined(self, other: Outcome) -> Outcome:
        """Return this outcome with the trainings of `other` added."""
        return replace(
            self,
            accuracies=self.accuracies + other.accuracies,
            epoch_seconds=self.epoch_seconds + other.epoch_seconds,
        )


class Training:
    """One family in training on a task.

    Args:
        options: the same for all that are compared.
    """

    def __init__(
        self,
        backend: Backend,
        task: ClassifierTask,
        name: str,
        family: Family,
        options: ComparisonOptions,
    ) -> None:
        self.name = name
        self._backend, self._task, self._family = backend, task, family
        sizes = {size: getattr(options, size) for size in ("embedding_size", "hidden_size")}
        self._arguments = family.arguments(**sizes, width=options.width)
        self._run = TrainingRun(backend, task, family.model(), self._arguments, options)
        self._seconds: list[float] = []

    def epoch(self, bar: Bar) -> None:
        """Train one epoch, timed.

        On a processor, the time is that of the processor: other programs do not count. A GPU has
        no such clock.

        Args:
            bar: shows how far the epoch is.
        """
        clock = time.process_time if self._backend.device == "cpu" else time.perf_counter
        with bar(self._run) as on_step:
            start = clock()
            self._run.epoch(on_step)
            self._seconds.append(clock() - start)

    def outcome(self) -> Outcome:
        """Test the best epoch."""
        self._run.take_best()
        model, task = self._run.model, self._task
        part = task.test or task.valid
        accuracy = part.score(task.predict(model, part, self._backend.arrays))
        return Outcome(
            self.name,
            self._family.in_order,
            sum(math.prod(array.shape) for array in model.parameters.values()),
            (accuracy,),
            tuple(self._seconds[1:] or self._seconds),
            len(part.labels),
            _best(task, self._family, int(self._arguments.get("width", 0))),
        )


def train_in_turns(trainings: Sequence[Training], epochs: int, bar: Callable[[str], Bar]) -> None:
    """Train an epoch of each, then the next epoch of each in the reverse order, and so on.

    What else the machine does meanwhile slows down all of them alike.

    Args:
        bar: the bar of a family, by its name.
    """
    for epoch in range(epochs):
        for training in trainings if epoch % 2 == 0 else reversed(trainings):
            training.epoch(bar(training.name))


def _best(task: ClassifierTask, family: Family, width: int) -> float | None:
    """Return the best possible accuracy of `family`, if the corpus defines it."""
    views = {"": BEST_OF_BAGS, "conv1d": best_of_windows(width)}
    return task.best.get(views.get(family.encoder, BEST))
