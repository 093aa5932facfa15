"""What a command line or a recipe says in one word: optimizers, schedules, arguments of models."""

from __future__ import annotations

import tomllib
from collections.abc import Iterable
from typing import Any

from framework.errors import UsageError
from framework.interfaces import Optimizer, Schedule
from framework.providers.backends import Backend
from framework.training.options import LearningOptions


def parse_named(text: str) -> tuple[str, dict[str, float]]:
    """``NAME`` or ``NAME:argument=number,...`` as the name and the arguments.

    >>> parse_named("step_decay:factor=0.5,every=1")
    ('step_decay', {'factor': 0.5, 'every': 1})

    Raises:
        UsageError: an argument is not written as ``argument=number``.
    """
    name, _, rest = text.partition(":")
    return name, dict(_argument(text, item) for item in rest.split(",") if item)


def _argument(text: str, item: str) -> tuple[str, float]:
    name, _, value = (part.strip() for part in item.partition("="))
    if name.isidentifier():
        for kind in (int, float):
            try:
                return name, kind(value)
            except ValueError:
                continue
    raise UsageError(f"'{text}' cannot be read at '{item}': write NAME:argument=number,...")


def model_arguments(written: Iterable[str]) -> dict[str, Any]:
    """The arguments that ``NAME=VALUE`` says, each value as TOML has it, or else as text.

    >>> model_arguments(["hidden_sizes=[64, 32]", "activation=relu"])
    {'hidden_sizes': [64, 32], 'activation': 'relu'}

    Args:
        written: in a recipe, then on the command line: of equals, the last one counts.

    Raises:
        UsageError: one of them is not written like that.
    """
    return dict(_model_argument(text) for text in written)


def _model_argument(text: str) -> tuple[str, Any]:
    name, equals, value = (part.strip() for part in text.partition("="))
    if not name.isidentifier() or not equals or not value:
        raise UsageError(f"'{text}' is no argument of a model: write NAME=VALUE")
    try:
        return name, tomllib.loads(f"value = {value}")["value"]
    except tomllib.TOMLDecodeError:
        return name, value


def build_optimizer(backend: Backend, options: LearningOptions) -> Optimizer:
    """The optimizer of `options`.

    Raises:
        UsageError: `backend` does not offer it, or it does not take these arguments.
    """
    optimizer: Optimizer = _build(backend, "optimizer", options.optimizer, options.learning_rate)
    return optimizer


def _build(backend: Backend, kind: str, written: str, rate: float) -> Any:
    name, arguments = parse_named(written)
    try:
        return backend.build(name, kind=kind, learning_rate=rate, **arguments)
    except ValueError as error:
        raise UsageError(f"'{written}' cannot be built: {error}") from error


class LearningRate:
    """The learning rate of a run, as its schedule says.

    A schedule gives a rate for each epoch: ``rate(step)``, where `step` counts the epochs after
    those that are held. It may offer two more methods:

    - ``observe(cost)`` is told the held-out score after each epoch: a number that is lower for a
      better model, as the perplexity, or minus the accuracy.
    - ``rate_at(share)`` is asked before each step instead of ``rate``, with the share of the
      training that is done, 0 to 1.

    Args:
        backend: offers the schedule.
        options: name it, and the epochs that are held.

    Raises:
        UsageError: see `build_optimizer`.
    """

    def __init__(self, backend: Backend, options: LearningOptions) -> None:
        self._first, self._hold, self._epochs = options.learning_rate, options.hold, options.epochs
        self._schedule: Schedule | None = None
        if options.schedule is not None:
            self._schedule = _build(backend, "schedule", options.schedule, options.learning_rate)

    @property
    def is_scheduled(self) -> bool:
        """Whether there is a schedule at all."""
        return self._schedule is not None

    @property
    def depends_on_the_end(self) -> bool:
        """Whether another number of epochs would change the rate of the first ones."""
        return hasattr(self._schedule, "rate_at")

    def at(self, epoch: int, share: float = 0.0) -> float:
        """The rate after `share` of epoch number `epoch`, from 1."""
        if self._schedule is None:
            return self._first
        if not self.depends_on_the_end:
            return self._schedule.rate(max(0, epoch - self._hold))
        held = self._hold - 1
        done = max(0.0, epoch - 1 + share - held) / max(1, self._epochs - held)
        rate: float = self._schedule.rate_at(min(done, 1.0))  # type: ignore[attr-defined]
        return rate

    def observe(self, epoch: int, cost: float) -> None:
        """Tell the schedule how good the model is after epoch number `epoch`; lower is better."""
        observe = getattr(self._schedule, "observe", None)
        if observe is not None and epoch >= self._hold:
            observe(cost)
