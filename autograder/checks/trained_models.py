"""A submitted model that is trained, beside the reference with the parameters that it has found.

What a model has learned is in its parameters. A submission that remembers what it was asked, or
counts words, can answer well without them; the reference with the same parameters cannot. So a
score counts only if the reference, asked the same, confirms it: see `Evaluation`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Concatenate, ParamSpec

import numpy as np

from autograder.checks.failures import CheckFailed
from autograder.checks.paired_models import PairedModels, built_pair
from autograder.isolation.host.faults import InfrastructureFault
from autograder.isolation.host.remote import RemoteModule, RemoteObject, assign, session_of
from autograder.isolation.host.requests import Build
from autograder.isolation.host.session import OnRecord

Array = np.ndarray[Any, Any]
P = ParamSpec("P")
#: A number for a model, the submission's or the reference's.
Metric = Callable[Concatenate[RemoteObject, P], float]


@dataclass(frozen=True)
class Evaluation:
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

    def evaluate(self, metric: Metric[P], *args: P.args, **kwargs: P.kwargs) -> Evaluation:
        """Call ``metric(model, ...)`` with the submission's model; later with the reference's."""
        value = float(metric(self.student, *args, **kwargs))
        return Evaluation(value, lambda: self.evaluate_reference(metric, *args, **kwargs))

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
    combine: Callable[[Sequence[float]], float], evaluations: Sequence[Evaluation]
) -> Evaluation:
    """Return one evaluation of several models, whose values are combined."""
    value = combine([evaluation.value for evaluation in evaluations])
    return Evaluation(value, lambda: _combined(combine, [one.confirm() for one in evaluations]))


def _combined(
    combine: Callable[[Sequence[float]], float], values: Sequence[float | None]
) -> float | None:
    """Return the combination of `values`; None if one of them is missing."""
    known = [value for value in values if value is not None]
    return combine(known) if len(known) == len(values) else None
