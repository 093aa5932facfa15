"""Is backward the derivative of forward? Asked numerically, of the code under test alone.

For L = Σ u∘f(θ, x) with a random upstream gradient u, all parameters θ and all real inputs x are
moved together along random directions v, and

    (L(θ + εv) − L(θ − εv)) / 2ε   is compared with   Σ (∂L/∂θ)∘v

which asks a few calls of the model instead of two for every entry. Only where a direction
disagrees is each array asked about alone, and then the entries of the one that is wrong, to name
the worst. Source: notes part III, section 2.1.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from autograder.checks.failures import CheckFailed
from autograder.isolation.host.remote import RemoteObject, session_of
from autograder.isolation.host.requests import Assign, Call, Get, Step

Array = np.ndarray[Any, Any]
EPSILON = 1e-5
DIRECTIONS = 4
#: Central differences in float64 are good to about ε² and to rounding of L over ε.
RTOL = 1e-6
MAX_ENTRIES = 2000
#: One-sided differences that differ by more than this share mark a kink.
KINK = 1e-3


def gradients_agree(model: RemoteObject, *inputs: Any, rng: np.random.Generator) -> None:
    """`backward` gives the derivative of `forward`, for all parameters and all real inputs.

    Args:
        model: a remote model whose parameters are set.
        inputs: arguments of `forward`; float64 arrays among them are moved, the others are not.

    Raises:
        CheckFailed: names the array, its worst entry, and the ratio of the two derivatives.
    """
    probe = Probe.of(model, inputs, rng)
    analytic = probe.analytic()
    _same_shapes(analytic, probe.point)
    for _ in range(DIRECTIONS):
        direction = probe.direction(rng, list(probe.point))
        if not probe.agrees(analytic, direction):
            _name_the_worst(probe, analytic, rng)


def _same_shapes(analytic: Mapping[str, Any], point: Mapping[str, Array]) -> None:
    for key, value in point.items():
        got = np.shape(analytic.get(key, ()))
        if got != value.shape:
            raise CheckFailed(f"the gradient of {key} should have shape {value.shape}, not {got}")


def _name_the_worst(probe: Probe, analytic: dict[str, Array], rng: np.random.Generator) -> None:
    for key in probe.point:
        if not probe.agrees(analytic, probe.direction(rng, [key])):
            _fail(probe, key, analytic[key], rng)


def _fail(probe: Probe, key: str, analytic: Array, rng: np.random.Generator) -> None:
    entries = rng.permutation(analytic.size)[:MAX_ENTRIES]
    units = []
    for entry in entries:
        unit = np.zeros(analytic.size)
        unit[entry] = 1.0
        units.append({key: unit.reshape(analytic.shape)})
    numeric = probe.slopes(units)
    error = np.abs(numeric - analytic.ravel()[entries])
    worst = int(np.argmax(error))
    index = [int(i) for i in np.unravel_index(entries[worst], analytic.shape)]
    want, got = float(numeric[worst]), float(analytic.ravel()[entries[worst]])
    ratio = f" (ratio {got / want:.4g})" if want else ""
    wrong = int((error > probe.tolerance(want)).sum())
    raise CheckFailed(
        f"backward is not the derivative of forward: the gradient of {key} is wrong",
        f"worst at {index}: forward changes by {want:.6g}, backward says {got:.6g}{ratio}",
        f"{wrong} of {len(entries)} entries are wrong",
    )


@dataclass(frozen=True)
class Probe:
    """A model at a point: parameters and real inputs, by name, with an upstream gradient."""

    model: RemoteObject
    inputs: tuple[Any, ...]
    point: dict[str, Array]
    upstream: Any
    scale: float

    @staticmethod
    def of(model: RemoteObject, inputs: tuple[Any, ...], rng: np.random.Generator) -> Probe:
        """The point that `model` and `inputs` are at, with a random upstream gradient."""
        point = {f"parameter {key}": value for key, value in model.parameters.items()}
        for i, value in enumerate(inputs):
            if isinstance(value, np.ndarray) and value.dtype.kind == "f":
                point[f"input {i + 1}"] = value
        output = model.forward(*inputs)
        upstream = rng.normal(size=np.shape(output))
        return Probe(model, inputs, point, upstream, float(np.abs(upstream * output).sum()))

    def analytic(self) -> dict[str, Any]:
        """What `backward` says, by the same names."""
        session, handle = session_of(self.model)
        steps: list[Step] = [
            Call(handle, "zero_gradients"),
            Call(handle, "forward", self.inputs),
            Call(handle, "backward", (self.upstream,)),
            Get(handle, "gradients"),
        ]
        _, _, returned, gradients = session.run(steps)
        found = {f"parameter {key}": value for key, value in gradients.value.items()}
        parts = returned.value if isinstance(returned.value, tuple) else (returned.value,)
        found |= {f"input {i + 1}": value for i, value in enumerate(parts)}
        return found

    def direction(self, rng: np.random.Generator, keys: list[str]) -> dict[str, Array]:
        """A random direction that moves the arrays `keys` alone."""
        return {key: np.asarray(rng.normal(size=self.point[key].shape)) for key in keys}

    def agrees(self, analytic: Mapping[str, Array], direction: dict[str, Array]) -> bool:
        """Whether both derivatives along `direction` are the same, kinks apart."""
        middle, forth, back = self._values([{}, direction, _negated(direction)])
        numeric = (forth - back) / (2 * EPSILON)
        said = sum(float((analytic[key] * value).sum()) for key, value in direction.items())
        if abs(numeric - said) <= self.tolerance(max(abs(numeric), abs(said))):
            return True
        right, left = (forth - middle) / EPSILON, (middle - back) / EPSILON
        return bool(abs(right - left) > KINK * max(abs(right), abs(left)))

    def tolerance(self, size: float) -> float:
        """Error that central differences may have: relative, and by the rounding of L."""
        return RTOL * size + 8 * float(np.finfo(float).eps) * self.scale / EPSILON

    def slopes(self, directions: Sequence[dict[str, Array]]) -> Array:
        """Central differences along each direction."""
        moves = [move for v in directions for move in (v, _negated(v))]
        values = self._values(moves)
        return (values[0::2] - values[1::2]) / (2 * EPSILON)

    def _values(self, directions: Sequence[dict[str, Array]]) -> Array:
        """L at each ``point + ε · direction``, in one exchange; the point is restored."""
        session, handle = session_of(self.model)
        steps: list[Step] = []
        for direction in directions:
            moved = self._moved(direction)
            steps.append(Assign(handle, "parameters", self._parameters(moved)))
            steps.append(Call(handle, "forward", self._inputs(moved)))
        steps.append(Assign(handle, "parameters", self._parameters(self.point)))
        outputs = [outcome.value for outcome in session.run(steps)[1:-1:2]]
        return np.array([float((self.upstream * output).sum()) for output in outputs])

    def _moved(self, direction: dict[str, Array]) -> dict[str, Array]:
        return {
            key: value + EPSILON * direction[key] if key in direction else value
            for key, value in self.point.items()
        }

    def _parameters(self, point: dict[str, Array]) -> dict[str, Array]:
        return {k.split(" ", 1)[1]: v for k, v in point.items() if k.startswith("parameter ")}

    def _inputs(self, point: dict[str, Array]) -> tuple[Any, ...]:
        return tuple(point.get(f"input {i + 1}", v) for i, v in enumerate(self.inputs))


def _negated(direction: dict[str, Array]) -> dict[str, Array]:
    return {key: -value for key, value in direction.items()}
