"""A submitted model that is trained, beside the reference with the parameters that it has found.

What a model has learned is in its parameters. A submission that remembers what it was asked, or
counts words, can answer well without them; the reference with the same parameters cannot. So a
score counts only if the reference, asked the same, confirms it: see `ConfirmableMetric`.

Where a part of a network never learns, the layers above it often reach the threshold all the same:
random features, as of an untrained recurrent layer, say much about a text. So points for training
need the gradients of all parameters: see `first_gradients_agree`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass, field
from typing import Any, Concatenate, ParamSpec

import numpy as np

from autograder.checks.equality import CheckFailed
from autograder.checks.paired_models import PairedModels, built_pair
from autograder.sandbox.session.faults import InfrastructureFault
from autograder.sandbox.session.requests import (
    Build,
    RemoteModule,
    RemoteObject,
    assign,
    session_of,
)
from autograder.sandbox.session.session import OnRecord

Array = np.ndarray[Any, Any]
P = ParamSpec("P")
#: A number for a model, the submission's or the reference's.
Metric = Callable[Concatenate[RemoteObject, P], float]

#: Number of examples whose gradients are compared before a training.
FIRST_EXAMPLES = 4
#: A right model may compute in float32, through many layers.
SINGLE_RTOL = 1e-3
FIRST_GRADIENTS = (
    "training starts from right gradients of all parameters: on its first examples forward or "
    "backward is wrong"
)


@dataclass(frozen=True)
class ConfirmableMetric:
    """The metric of a trained model, and how to confirm it.

    Attributes:
        value: of the submission's model.
        confirm: measures the reference with the same parameters on the same sample; None where
            the reference has only recorded answers.
    """

    value: float
    confirm: Callable[[], float | None]


@dataclass(frozen=True)
class TrainedModels:
    """The submission's model, which is trained, and the reference's, which gets its parameters.

    Attributes:
        learned: the parameters found by training, as the check has them.
    """

    name: str
    student: RemoteObject
    reference: RemoteObject
    learned: dict[str, Array] = field(default_factory=dict)

    def learn(self, parameters: Mapping[str, Array]) -> None:
        """Keep the `parameters` found by training, and give them to the reference."""
        self.learned.update({name: value.copy() for name, value in parameters.items()})
        session, handle = session_of(self.reference)
        if isinstance(session, OnRecord):
            session.lose(handle)
        else:
            assign(self.reference, self.learned)

    def evaluate(self, metric: Metric[P], *args: P.args, **kwargs: P.kwargs) -> ConfirmableMetric:
        """Call ``metric(model, ...)`` with the submission's model; later with the reference's."""
        value = float(metric(self.student, *args, **kwargs))
        return ConfirmableMetric(value, lambda: self.evaluate_reference(metric, *args, **kwargs))

    def evaluate_reference(
        self, metric: Metric[P], *args: P.args, **kwargs: P.kwargs
    ) -> float | None:
        """Call ``metric(model, ...)`` with the reference's model.

        Returns:
            the number; None where the reference has only recorded answers.

        Raises:
            CheckFailed: with the learned parameters the reference gives no result.
        """
        session, _ = session_of(self.reference)
        if isinstance(session, OnRecord):
            session.unconfirmed = True
            return None
        try:
            with np.errstate(over="ignore", invalid="ignore", divide="ignore"):
                return float(metric(self.reference, *args, **kwargs))
        except InfrastructureFault as fault:  # it is the submission's numbers that it fails with
            raise CheckFailed(f"with the parameters of {self.name}, {fault}") from None

    def copy_parameters(self) -> None:
        """Give the reference the parameters that the submission's own training has found.

        Raises:
            CheckFailed: their names, shapes or dtypes are not the reference's.
        """
        PairedModels(self.name, self.student, self.reference).same_parameter_forms()
        self.learn(self.student.parameters)


def trained_models(
    submission: RemoteModule, reference: RemoteModule, name: str | Build, *args: Any, **kwargs: Any
) -> TrainedModels:
    """Build model `name` of both, each with the initial parameters of its own constructor.

    Args:
        name: of the model, or what `part` returns: a layer of another exercise, without `args`.

    Raises:
        CheckFailed: names, shapes or dtypes of the parameters are not the reference's.
    """
    pair = built_pair(submission, reference, name, *args, **kwargs)
    return TrainedModels(pair.name, pair.student, pair.reference)


def combined(
    combine: Callable[[Sequence[float]], float], evaluations: Sequence[ConfirmableMetric]
) -> ConfirmableMetric:
    """Return one evaluation of several models, whose values are combined."""
    value = combine([evaluation.value for evaluation in evaluations])
    return ConfirmableMetric(
        value, lambda: _combined(combine, [metric.confirm() for metric in evaluations])
    )


def _combined(
    combine: Callable[[Sequence[float]], float], values: Sequence[float | None]
) -> float | None:
    """Return the combination of `values`; None if one of them is missing."""
    known = [value for value in values if value is not None]
    return combine(known) if len(known) == len(values) else None


def first_gradients_agree(
    models: TrainedModels, inputs: tuple[Array, ...], *, is_random: bool = False
) -> None:
    """Require that on the first examples forward and backward are those of the reference.

    Both get the same random parameters, so that the answers of the reference can be recorded; the
    submission's model gets its own parameters back.

    Args:
        inputs: the arguments of `forward`, each with one example per row.
        is_random: the results of training mode are drawn, or depend on earlier batches: the
            gradients are compared in evaluation mode.

    Raises:
        CheckFailed: says which gradient is wrong.
    """
    pair = PairedModels(models.name, models.student, models.reference)
    first = tuple(array[:FIRST_EXAMPLES] for array in inputs)
    rng = np.random.default_rng(len(inputs[0]))
    own = dict(models.student.parameters)
    pair.draw_parameters(rng)
    with _evaluation_mode(pair) if is_random else nullcontext(), _told_as_training():
        pair.same_gradients(*first, rng=rng, rtol=SINGLE_RTOL)
    assign(models.student, own)


@contextmanager
def _told_as_training() -> Iterator[None]:
    """Put the sentence about training before what is wrong."""
    try:
        yield
    except CheckFailed as failure:
        lines = (FIRST_GRADIENTS, failure.message, *failure.details)
        raise CheckFailed(*lines, about=failure.about, fact=failure.fact) from None


@contextmanager
def _evaluation_mode(pair: PairedModels) -> Iterator[None]:
    """Have both models in evaluation mode for the block, and then in training mode."""
    for model in (pair.student, pair.reference):
        model.eval()
    yield
    for model in (pair.student, pair.reference):
        model.train()
