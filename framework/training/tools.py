"""Parts of a run and arguments of models from text, and the learning rate of a run."""

from __future__ import annotations

import math
import tomllib
from collections.abc import Iterable, Mapping
from contextlib import suppress
from numbers import Real
from typing import Any

from framework.errors import UsageError
from framework.interfaces import Optimizer, Schedule
from framework.providers.backends import Backend
from framework.training.option_fields import flag, option_fields
from framework.training.training_options import LearningOptions

#: Arguments that gradus sets, and the option or rule that determines them.
_GIVEN = {
    "learning_rate": "`--learning-rate` sets it",
    "rng": "it follows from `--seed`",
    "kind": "gradus sets it",
}


def parse_named(text: str) -> tuple[str, dict[str, float | str]]:
    """Return the name and the arguments of ``NAME`` or ``NAME:argument=value,...``.

    >>> parse_named("step_decay:factor=0.5,every=1")
    ('step_decay', {'factor': 0.5, 'every': 1})

    A value is a finite number, ``true`` or ``false``, or a word.

    Raises:
        UsageError: an argument is not written as ``argument=value``, is written twice, or is one
            that gradus gives.
    """
    name, _, rest = text.partition(":")
    return name, _unique(text, (_argument(text, item) for item in rest.split(",") if item))


def _argument(text: str, item: str) -> tuple[str, float | str]:
    name, _, value = (part.strip() for part in item.partition("="))
    if name in _GIVEN:
        raise UsageError(f"'{text}' cannot set {name}: {_GIVEN[name]}")
    if name.isidentifier():
        for kind in (int, float):
            with suppress(ValueError):
                if math.isfinite(number := kind(value)):
                    return name, number
        if value.lower() in ("true", "false"):
            return name, value.lower() == "true"
        if value.isidentifier() and value.lower() not in ("nan", "inf", "infinity"):
            return name, value
    raise UsageError(f"'{text}' cannot be read at '{item}': write NAME:argument=value,...")


def model_arguments(written: Iterable[str]) -> dict[str, Any]:
    """Return the arguments in texts ``NAME=VALUE``, with TOML values or else text.

    >>> model_arguments(["hidden_sizes=[64, 32]", "activation=relu"])
    {'hidden_sizes': [64, 32], 'activation': 'relu'}

    Args:
        written: the texts of a recipe or of the command line.

    Raises:
        UsageError: one of them is not written like that, is written twice, or is one that gradus
            gives.
    """
    return _unique("--set", (_model_argument(text) for text in written))


def _unique(where: str, arguments: Iterable[tuple[str, Any]]) -> dict[str, Any]:
    """Return `arguments` as a dict; a repeated name is an error."""
    values: dict[str, Any] = {}
    for name, value in arguments:
        if name in values:
            raise UsageError(
                f"'{where}' sets {name} twice, to {values[name]} and to {value}: leave one out"
            )
        values[name] = value
    return values


def check_sizes(
    arguments: Mapping[str, Any], sizes: Iterable[str], options: LearningOptions, corpus: str
) -> None:
    """Raise an error for `arguments` of a model that its examples determine.

    Args:
        arguments: the given arguments.
        sizes: see `framework.training.task.TrainingTask.sizes`.
        options: of the run; one of `sizes` that is among them may be given, in its range.
        corpus: the name of the corpus.

    Raises:
        UsageError: one is given that cannot be, or contradicts an option.
    """
    known = {field.name: field for field in option_fields(type(options))}
    for name in sorted(set(arguments) & set(sizes)):
        if name not in known:
            raise UsageError(f"`--set {name}` is not possible: it follows from {corpus}")
        given = known[name].checked(arguments[name], f"--set {name}")
        if getattr(options, name) not in (known[name].default, given):
            raise UsageError(
                f"`{flag(name)}` and `--set {name}={given}` both set {name}: leave one out"
            )


def _model_argument(text: str) -> tuple[str, Any]:
    name, equals, value = (part.strip() for part in text.partition("="))
    if name in _GIVEN:
        raise UsageError(f"`--set {name}` is not possible: {_GIVEN[name]}")
    if not name.isidentifier() or not equals or not value:
        raise UsageError(f"'{text}' is no argument of a model: write NAME=VALUE")
    try:
        return name, tomllib.loads(f"value = {value}")["value"]
    except tomllib.TOMLDecodeError:
        return name, value


def build_optimizer(backend: Backend, options: LearningOptions) -> Optimizer:
    """Return the optimizer of `options`.

    Raises:
        UsageError: `backend` does not offer it, or it does not take these arguments.
    """
    rate = options.learning_rate
    optimizer: Optimizer = build_named(backend, "optimizer", options.optimizer, learning_rate=rate)
    return optimizer


def build_named(backend: Backend, kind: str, written: str, **given: Any) -> Any:
    """Return the `kind` that is `written` as `parse_named` reads it: a loss, an optimizer, ...

    Args:
        backend: offers it.
        kind: one of `framework.kinds.KINDS`.
        written: name and arguments.
        given: further arguments, which gradus gives.

    Raises:
        UsageError: `backend` does not offer it, or it does not take these arguments. Only an
            argument whose default is a word may be a word.
    """
    name, arguments = parse_named(written)
    known = backend.parameters_of(name, kind)
    for argument, value in arguments.items():
        default = known[argument].default if argument in known else ""
        if isinstance(value, str) and not isinstance(default, str):
            raise UsageError(f"'{written}' cannot set {argument} to '{value}': write a number")
    return backend.build(name, kind=kind, **given, **arguments)


class LearningRate:
    """The learning rate of a run according to its schedule.

    A schedule gives a rate for each epoch: ``rate(step)``, where `step` counts the epochs after
    those that are held. It may offer two more methods:

    - ``observe(cost)`` gets the held-out score after each epoch. It is lower for a better model, as
    the perplexity or the negative accuracy.
    - ``rate_at(share)`` is called before each step instead of ``rate``, with the finished share of
    the training, 0 to 1.

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
            rate = options.learning_rate
            self._schedule = build_named(backend, "schedule", options.schedule, learning_rate=rate)

    @property
    def is_scheduled(self) -> bool:
        """Whether there is a schedule."""
        return self._schedule is not None

    @property
    def depends_on_the_end(self) -> bool:
        """Whether another number of epochs would change the rate of the first ones."""
        return hasattr(self._schedule, "rate_at")

    def at(self, epoch: int, share: float = 0.0) -> float:
        """Return the rate after `share` of epoch number `epoch`, from 1.

        Raises:
            UsageError: the schedule returns something else than a finite number.
        """
        if self._schedule is None:
            return self._first
        rate: object = self._scheduled(self._schedule, epoch, share)
        if not isinstance(rate, Real) or not math.isfinite(rate):
            name = type(self._schedule).__name__
            raise UsageError(
                f"the schedule {name} returned {rate!r} as the learning rate of epoch {epoch}: a "
                "finite number is needed"
            )
        return float(rate)

    def _scheduled(self, schedule: Schedule, epoch: int, share: float) -> float:
        if not self.depends_on_the_end:
            return schedule.rate(max(0, epoch - self._hold))
        held = self._hold - 1
        done = max(0.0, epoch - 1 + share - held) / max(1, self._epochs - held)
        rate: float = schedule.rate_at(min(done, 1.0))  # type: ignore[attr-defined]
        return rate

    def observe(self, epoch: int, cost: float) -> None:
        """Pass the score after epoch number `epoch` to the schedule; lower is better."""
        observe = getattr(self._schedule, "observe", None)
        if observe is not None and epoch >= self._hold:
            observe(cost)
