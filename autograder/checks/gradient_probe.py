"""A remote model as a function of named arrays, for `autograder.checks.numerical_gradients`.

Its point are all its parameters and all the real arrays among the inputs, by names for people
(``parameter W_h``, ``input 2``); its values are the entries of what `forward` returns. All points
of a direction travel in one request, and of the parameters only those that move.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import numpy as np

from autograder.checks.equality import CheckFailed, as_array, expect, finite
from autograder.checks.numerical_gradients import Point
from autograder.sandbox.session.calls import RemoteCall, value_text
from autograder.sandbox.session.requests import (
    Assign,
    Call,
    Get,
    RemoteObject,
    Step,
    full_name,
    session_of,
)
from autograder.sandbox.wire import leaves, map_leaves

Array = np.ndarray[Any, Any]
Inputs = tuple[Any, ...]

PARAMETER = "parameter "


class Probe:
    """A model and the inputs of each of its uses; its values are those of all uses together.

    Args:
        uses: arguments of `forward`, once for each use.
        named_after: the model that names the inputs; by default `model` itself.

    Attributes:
        point: parameters and real inputs, float64.
    """

    def __init__(
        self,
        model: RemoteObject,
        uses: Sequence[Inputs],
        named_after: RemoteObject | None = None,
    ) -> None:
        self._session, self._handle = session_of(model)
        self._uses = uses
        self._forward = full_name(named_after or model, "forward")
        self.point: dict[str, Array] = {}
        for name, value in model.parameters.items():
            finite(value, f"parameters['{name}']")
            self.point[PARAMETER + name] = np.asarray(value, float)
        for use in range(len(uses)):
            self.point |= {name: array.astype(float) for name, array in self._named_inputs(use)}
        self._outputs: list[Any] = []
        self._moved: dict[str, Array] = {}

    @property
    def call_of_forward(self) -> RemoteCall:
        """The latest call of `forward`."""
        return self._session.calls.named("forward")

    def look(self) -> Array:
        """Call `forward` at the point: its values `(m,)`."""
        outcomes = self._session.run([*self._assigned(self._moved), *self._calls({})])
        self._moved = {}
        self._outputs = [outcome.value for outcome in outcomes[-len(self._uses) :]]
        values = _values(self._outputs)
        finite(values, "forward")
        return values

    def move(self, arrays: Point) -> None:
        """Let the point have other `arrays`; the model gets them at the next look."""
        self.point |= arrays
        self._moved |= _parameters(arrays)

    def __call__(self, points: Sequence[Point]) -> list[Array]:
        """Return the values at each of `points`, all with the same arrays, from one request.

        The parameters are restored.
        """
        steps: list[Step] = []
        for point in points:
            steps += [*self._assigned(_parameters(point)), *self._calls(point)]
        own = {name: self.point[PARAMETER + name] for name in _parameters(points[0])}
        steps += self._assigned(own)
        pairs = zip(steps, self._session.run(steps), strict=True)
        outputs = [outcome.value for step, outcome in pairs if isinstance(step, Call)]
        n = len(self._uses)
        values = [_values(outputs[i : i + n]) for i in range(0, len(outputs), n)]
        expect(
            {array.size for array in values} <= {_values(self._outputs).size},
            "forward returns another number of values when parameters and inputs move a little",
            fact="forward: shape",
        )
        return values

    def backward(self, upstream: Array) -> dict[str, Array]:
        """Return what `backward` claims for `upstream: (m,)`, as arrays of the point."""
        steps: list[Step] = [Call(self._handle, "zero_gradients")]
        for call, grad in zip(self._calls({}), self._split(upstream), strict=True):
            steps += [call, Call(self._handle, "backward", (grad,))]
        *outcomes, gradients = self._session.run([*steps, Get(self._handle, "gradients")])
        is_dict = isinstance(gradients.value, dict)
        expect(is_dict, "gradients should be a dict of arrays", fact="gradients: type")
        claimed = {PARAMETER + name: value for name, value in gradients.value.items()}
        for use, outcome in enumerate(outcomes[2::2]):
            inputs = self._uses[use]
            # Ids have no gradient: a model of ids and of a condition returns the condition's alone.
            real = [i for i, argument in enumerate(inputs) if any(_real_leaves(argument))]
            returned = _results(outcome.value, inputs, len(real))
            numbers = real if len(real) == len(returned) else range(len(returned))
            for i, gradient in zip(numbers, returned, strict=True):
                name = self._input_name(use, i)
                if i in real and isinstance(inputs[i], np.ndarray):
                    as_array(gradient, inputs[i].shape, f"the gradient of {name}")
                claimed |= dict(_real_leaves(gradient, name))
        return {name: _gradient(claimed, name, value) for name, value in self.point.items()}

    def _assigned(self, parameters: dict[str, Array]) -> list[Step]:
        return [Assign(self._handle, "parameters", parameters)] if parameters else []

    def _calls(self, point: Point) -> list[Step]:
        """Return `forward` of each use, with the inputs of `point`."""
        arrays = {**self.point, **point}
        calls: list[Step] = []
        for use, inputs in enumerate(self._uses):
            moved = (arrays[name] for name, _ in self._named_inputs(use))
            calls.append(Call(self._handle, "forward", _with_arrays(inputs, moved)))
        return calls

    def _split(self, upstream: Array) -> Iterator[Any]:
        """Yield the upstream gradient of each use, in the form of what `forward` returned."""
        entries = iter(upstream)
        for output in self._outputs:
            arrays = (array for _, array in _real_leaves(output))
            parts = (np.fromiter(entries, float, a.size).reshape(a.shape) for a in arrays)
            yield _with_arrays(output, parts)

    def _named_inputs(self, use: int) -> Iterator[tuple[str, Array]]:
        for i, argument in enumerate(self._uses[use]):
            yield from _real_leaves(argument, self._input_name(use, i))

    def _input_name(self, use: int, number: int) -> str:
        of_use = f" of use {use + 1}" if len(self._uses) > 1 else ""
        return f"{self._session.calls.names.input(self._forward, number)}{of_use}"


def _results(value: Any, inputs: Inputs, real: int) -> Sequence[Any]:
    """Return the results of `backward`; a list may also stand in the place of one array."""
    if isinstance(value, list):
        is_complete = len(inputs) > 1 and len(value) in (real, len(inputs))
        is_several = is_complete or _begins_with_gradient(value, inputs[0])
    else:
        is_several = isinstance(value, tuple)
    return value if is_several else (value,)


def _begins_with_gradient(results: list[Any], argument: Any) -> bool:
    """Return whether the first of `results` has the shape of the first argument of `forward`."""
    arrays = [*results[:1], argument]
    are_arrays = len(arrays) == 2 and all(isinstance(array, np.ndarray) for array in arrays)
    return are_arrays and arrays[0].shape == arrays[1].shape


def _parameters(point: Point) -> dict[str, Array]:
    names = (name for name in point if name.startswith(PARAMETER))
    return {name.removeprefix(PARAMETER): point[name] for name in names}


def _values(outputs: Sequence[Any]) -> Array:
    """Return all entries of all outputs, `(m,)`."""
    arrays = [array.ravel() for output in outputs for _, array in _real_leaves(output)]
    if not arrays:
        message = f"forward should return real numbers, not {value_text(outputs[0])}"
        raise CheckFailed(message, about=outputs[0], fact="forward: type")
    return np.concatenate(arrays).astype(float)


def _gradient(claimed: Mapping[str, Array], name: str, value: Array) -> Array:
    got, what = np.shape(claimed.get(name, ())), f"the gradient of {name}"
    if got != value.shape:
        message = f"{what} should have shape {value.shape}, not {got}"
        raise CheckFailed(message, about=claimed.get(name), fact=f"{what}: shape")
    finite(claimed[name] if value.shape else np.asarray(claimed[name]), what)
    return np.asarray(claimed[name], float)


def _real_leaves(value: Any, name: str = "") -> Iterator[tuple[str, Array]]:
    """Yield the floating-point arrays in `value`, by names such as ``input 2[0]``; no ids."""
    for path, leaf in leaves(value):
        if _is_real(leaf):
            yield name + "".join(f"[{key}]" for key in path), leaf


def _is_real(leaf: Any) -> bool:
    return isinstance(leaf, np.ndarray) and leaf.dtype.kind == "f"


def _with_arrays(value: Any, arrays: Iterator[Array]) -> Any:
    """Return `value` with the next of `arrays` in the place of each floating-point array."""
    return map_leaves(lambda leaf: next(arrays) if _is_real(leaf) else leaf, value)
