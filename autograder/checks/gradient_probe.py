"""A remote model as a function of named arrays, for `framework.gradients.numerical`.

Its point are all its parameters and all the real arrays among the inputs, by names for people
(``parameter W_h``, ``input 2``); its values are the entries of what `forward` returns. Many points
travel in one request, and of the parameters only those that move.
"""

from __future__ import annotations

import time
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import numpy as np

from autograder.checks.equality import CheckFailed, expect, finite
from autograder.sandbox.session.calls import RemoteCall, value_text
from autograder.sandbox.session.requests import (
    Assign,
    Call,
    Get,
    Outcome,
    RemoteObject,
    Step,
    session_of,
)
from framework.gradients.numerical import Point

Array = np.ndarray[Any, Any]
Inputs = tuple[Any, ...]

#: What one request may carry, there and back: far below what the wire allows.
REQUEST_BYTES = 16 << 20
#: Points of one request.
REQUEST_POINTS = 256
#: How long one request should take: a call's deadline holds for all of it.
REQUEST_SECONDS = 0.5
PARAMETER = "parameter "


class Probe:
    """A model and the inputs of each of its uses; its values are those of all uses together.

    Args:
        model: its parameters are set.
        uses: arguments of `forward`, once for each use.

    Attributes:
        point: parameters and real inputs, float64.

    Raises:
        CheckFailed: parameters or outputs are no finite real arrays.
    """

    def __init__(self, model: RemoteObject, uses: Sequence[Inputs]) -> None:
        self._session, self._handle = session_of(model)
        self._uses = uses
        self.point: dict[str, Array] = {
            PARAMETER + name: _float64(value, f"parameters['{name}']")
            for name, value in model.parameters.items()
        }
        for name, argument in self._arguments():
            self.point |= {key: value.astype(float) for key, value in leaves(argument, name)}
        self._outputs: list[Any] = []
        self._seconds = 0.0
        self._moved: dict[str, Array] = {}

    @property
    def call_of_forward(self) -> RemoteCall:
        """The latest call of `forward`."""
        return self._session.calls.named("forward")

    def look(self) -> Array:
        """Call `forward` at the point: its values `(m,)`."""
        started = time.monotonic()
        outcomes = self._session.run([*self._assigned(self._moved), *self._calls({})])
        self._seconds, self._moved = time.monotonic() - started, {}
        self._outputs = [outcome.value for outcome in outcomes[-len(self._uses) :]]
        return _values(self._outputs)

    def move(self, arrays: Point) -> None:
        """Let the point have other `arrays`; the model gets them at the next look."""
        self.point |= arrays
        self._moved |= self._parameters(arrays)

    def __call__(self, points: Sequence[Point]) -> list[Array]:
        """Return the values at each of `points`, where arrays that one does not name stay."""
        values: list[Array] = []
        while len(values) < len(points):
            values += self._evaluate_batch(
                points[len(values) :][: self._fitting(points[len(values)])]
            )
        return values

    def backward(self, upstream: Array) -> dict[str, Array]:
        """Return what `backward` claims for the upstream gradient `(m,)`, as arrays of the point.

        Raises:
            CheckFailed: a gradient is missing, of another shape or not finite.
        """
        steps: list[Step] = [Call(self._handle, "zero_gradients")]
        for call, grad in zip(self._calls({}), self._split(upstream), strict=True):
            steps += [call, Call(self._handle, "backward", (grad,))]
        outcomes = self._session.run([*steps, Get(self._handle, "gradients")])
        claimed = _named(outcomes[-1])
        for use, outcome in enumerate(outcomes[2:-1:2]):
            several = isinstance(outcome.value, (tuple, list))
            returned = outcome.value if several else (outcome.value,)
            places = self._places(use, returned)
            expect(
                len(places) == len(returned),
                f"backward should return a gradient for each of {len(places)} inputs, "
                f"not {len(returned)}",
                about=outcome.value,
                fact="the gradients that backward returns: length",
            )
            for i, gradient in zip(places, returned, strict=True):
                claimed |= dict(leaves(gradient, self._input_name(use, i)))
        return {name: _gradient(claimed, name, value) for name, value in self.point.items()}

    def _places(self, use: int, returned: Sequence[Any]) -> Sequence[int]:
        """Return the inputs that `returned` gradients belong to: the real ones, or the first.

        Ids have no gradient: a model of ids and of a condition returns that of the condition alone.
        """
        inputs = enumerate(self._uses[use])
        real = [i for i, argument in inputs if any(True for _ in leaves(argument, ""))]
        return real if len(real) == len(returned) else range(len(returned))

    def _evaluate_batch(self, points: Sequence[Point]) -> list[Array]:
        """Return the values at `points`, in one exchange; the parameters are restored."""
        steps: list[Step] = []
        away: dict[str, Array] = {}
        for point in points:
            moving = self._parameters(point)
            steps += [*self._assigned(away | moving), *self._calls(point)]
            away = {name: self.point[PARAMETER + name] for name in moving}
        steps += self._assigned(away)
        started = time.monotonic()
        outcomes = self._session.run(steps)
        self._seconds = (time.monotonic() - started) / len(points)
        pairs = zip(steps, outcomes, strict=True)
        outputs = [outcome.value for step, outcome in pairs if isinstance(step, Call)]
        n = len(self._uses)
        return [self._same_size(outputs[i : i + n]) for i in range(0, len(outputs), n)]

    def _same_size(self, outputs: Sequence[Any]) -> Array:
        values = _values(outputs, must_be_finite=False)
        expect(
            values.size == _values(self._outputs).size,
            "forward returns another number of values when parameters and inputs move a little",
            fact="forward: shape",
        )
        return values

    def _fitting(self, point: Point) -> int:
        """Return how many points like `point` one request should hold."""
        outputs = sum(array.nbytes for output in self._outputs for _, array in leaves(output, ""))
        inputs = sum(
            np.asarray(a).nbytes for _, a in self._arguments() if isinstance(a, np.ndarray)
        )
        size = sum(array.nbytes for array in point.values()) + inputs + outputs
        by_time = REQUEST_SECONDS / max(self._seconds, 1e-6)
        return max(1, int(min(REQUEST_POINTS, REQUEST_BYTES / (size + 1), by_time)))

    def _parameters(self, point: Point) -> dict[str, Array]:
        names = (name for name in point if name.startswith(PARAMETER))
        return {name.removeprefix(PARAMETER): point[name] for name in names}

    def _assigned(self, parameters: dict[str, Array]) -> list[Step]:
        return [Assign(self._handle, "parameters", parameters)] if parameters else []

    def _calls(self, point: Point) -> list[Step]:
        """Return `forward` of each use, with the inputs of `point`."""
        arrays = {**self.point, **point}
        return [
            Call(
                self._handle,
                "forward",
                tuple(
                    rebuilt(argument, self._input_name(use, i), arrays)
                    for i, argument in enumerate(inputs)
                ),
            )
            for use, inputs in enumerate(self._uses)
        ]

    def _split(self, upstream: Array) -> Iterator[Any]:
        """Yield the upstream gradient of each use, in the form of what `forward` returned."""
        start = 0
        for output in self._outputs:
            arrays = {}
            for name, array in leaves(output, "output"):
                arrays[name] = upstream[start : start + array.size].reshape(array.shape)
                start += array.size
            yield rebuilt(output, "output", arrays)

    def _arguments(self) -> Iterator[tuple[str, Any]]:
        for use, inputs in enumerate(self._uses):
            for i, argument in enumerate(inputs):
                yield self._input_name(use, i), argument

    def _input_name(self, use: int, number: int) -> str:
        of_use = f" of use {use + 1}" if len(self._uses) > 1 else ""
        return f"input {number + 1}{of_use}"


def _float64(value: Any, what: str) -> Array:
    finite(value, what)
    return np.asarray(value, float)


def _values(outputs: Sequence[Any], *, must_be_finite: bool = True) -> Array:
    """Return all entries of all outputs, `(m,)`."""
    arrays = [array for output in outputs for _, array in leaves(output, "")]
    if not arrays:
        message = f"forward should return real numbers, not {value_text(outputs[0])}"
        raise CheckFailed(message, about=outputs[0], fact="forward: type")
    values = np.concatenate([array.ravel() for array in arrays]).astype(float)
    if must_be_finite:
        finite(values, "forward")
    return values


def _named(gradients: Outcome) -> dict[str, Array]:
    is_dict = isinstance(gradients.value, dict)
    expect(is_dict, "gradients should be a dict of arrays", fact="gradients: type")
    return {PARAMETER + name: value for name, value in gradients.value.items()}


def _gradient(claimed: Mapping[str, Array], name: str, value: Array) -> Array:
    got = np.shape(claimed.get(name, ()))
    if got != value.shape:
        message = f"the gradient of {name} should have shape {value.shape}, not {got}"
        raise CheckFailed(message, about=claimed.get(name), fact=f"the gradient of {name}: shape")
    finite(claimed[name] if value.shape else np.asarray(claimed[name]), f"the gradient of {name}")
    return np.asarray(claimed[name], float)


def leaves(value: Any, name: str) -> Iterator[tuple[str, Array]]:
    """Return the floating-point arrays in `value`, by names such as ``input 2[0]``; no ids."""
    if isinstance(value, np.ndarray) and value.dtype.kind == "f":
        yield name, value
    elif isinstance(value, (tuple, list)):
        for i, part in enumerate(value):
            yield from leaves(part, f"{name}[{i}]")


def rebuilt(value: Any, name: str, arrays: Mapping[str, Array]) -> Any:
    """Return `value` with other arrays for its leaves.

    Args:
        arrays: by the names that `leaves` gives; a leaf without an array stays.
    """
    if isinstance(value, (tuple, list)):
        return tuple(rebuilt(part, f"{name}[{i}]", arrays) for i, part in enumerate(value))
    if isinstance(value, np.ndarray) and value.dtype.kind == "f":
        return arrays.get(name, value)
    return value
