"""A submitted model that is trained, beside the reference with the parameters that it has found.

What a model has learned is in its parameters. A submission that remembers what it was asked, or
counts words, can answer well without them; the reference with the same parameters cannot. So a
score counts only if the reference, asked the same, confirms it: see `ConfirmableMetric`.

Where a part of a network never learns, the layers above it often reach the threshold all the same:
random features, as of an untrained recurrent layer, say much about a text. So points for training
need the gradients of all parameters: see `first_gradients_agree`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from autograder.checks.equality import CheckFailed
from autograder.checks.paired_models import PairedModels, built_pair
from autograder.sandbox.session.faults import InfrastructureFault
from autograder.sandbox.session.requests import Build, RemoteModule, assign, session_of

Array = np.ndarray[Any, Any]
#: A number for a model, the submission's or the reference's, and further arguments.
Metric = Callable[..., float]

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
class TrainedModels(PairedModels):
    """The submission's model, which is trained, and the reference's, which gets its parameters.

    Attributes:
        learned: the parameters found by training, as the check has them.
    """

    learned: dict[str, Array] = field(default_factory=dict)

    def learn(self, parameters: Mapping[str, Array]) -> None:
        """Keep the `parameters` found by training, and give them to the reference."""
        self.learned.update({name: value.copy() for name, value in parameters.items()})
        session, handle = session_of(self.reference)
        if session.is_on_record:
            session.lose(handle)
        else:
            assign(self.reference, self.learned)

    def evaluate(self, metric: Metric, *args: Any, **kwargs: Any) -> ConfirmableMetric:
        """Call ``metric(model, ...)`` with the submission's model; later with the reference's."""
        value = float(metric(self.student, *args, **kwargs))
        return ConfirmableMetric(value, lambda: self.evaluate_reference(metric, *args, **kwargs))

    def evaluate_reference(self, metric: Metric, *args: Any, **kwargs: Any) -> float | None:
        """Call ``metric(model, ...)`` with the reference; None if it has only recorded answers."""
        session, _ = session_of(self.reference)
        if session.is_on_record:
            session.unconfirmed = True
            return None
        try:
            with np.errstate(over="ignore", invalid="ignore", divide="ignore"):
                return float(metric(self.reference, *args, **kwargs))
        except InfrastructureFault as fault:  # it is the submission's numbers that it fails with
            raise CheckFailed(f"with the parameters of {self.name}, {fault}") from None

    def copy_parameters(self) -> None:
        """Give the reference the parameters that the submission's own training has found."""
        self.same_parameter_forms()
        self.learn(self.student.parameters)


def trained_models(
    submission: RemoteModule, reference: RemoteModule, name: str | Build, *args: Any, **kwargs: Any
) -> TrainedModels:
    """Build model `name` as `paired_models`, each with the parameters of its own constructor."""
    pair = built_pair(submission, reference, name, *args, **kwargs)
    return TrainedModels(pair.name, pair.student, pair.reference, pair.another)


def combined(
    combine: Callable[[Sequence[float]], float], evaluations: Sequence[ConfirmableMetric]
) -> ConfirmableMetric:
    """Return one evaluation of several models, whose values are combined."""

    def confirm() -> float | None:
        confirmed = [evaluation.confirm() for evaluation in evaluations]
        known = [value for value in confirmed if value is not None]
        return combine(known) if len(known) == len(confirmed) else None

    return ConfirmableMetric(combine([evaluation.value for evaluation in evaluations]), confirm)


def first_gradients_agree(
    models: TrainedModels, inputs: tuple[Array, ...], *, is_random: bool = False
) -> None:
    """Require that on the first examples forward and backward are those of the reference.

    Both get the same random parameters, so that the answers of the reference can be recorded; the
    submission's model gets its own parameters back. A model that has learned was compared before.
    Where results of training mode are drawn (`is_random`), evaluation mode is compared.
    """
    if models.learned:
        return
    first = tuple(array[:FIRST_EXAMPLES] for array in inputs)
    rng = np.random.default_rng(len(inputs[0]))
    own = dict(models.student.parameters)
    models.draw_parameters(rng)
    in_evaluation_mode = (models.student, models.reference) if is_random else ()
    for model in in_evaluation_mode:
        model.eval()
    try:
        models.same_gradients(*first, rng=rng, rtol=SINGLE_RTOL)
    except CheckFailed as failure:
        lines = (FIRST_GRADIENTS, failure.message, *failure.details)
        raise CheckFailed(*lines, about=failure.about, fact=failure.fact) from None
    for model in in_evaluation_mode:
        model.train()
    assign(models.student, own)
