"""Is backward the derivative of forward? Asked numerically, of the code under test alone.

For L = Σ u∘f(θ, x) with a random upstream gradient u, all parameters θ and all real inputs x move
together along two random directions: a dozen calls of the model instead of two for every entry.
Only where a direction disagrees is each array asked about alone, then the entries of the worst, to
name one. `framework.gradients.numerical` derives how seldom a right gradient is refused and a wrong
one passes. Source: notes part III, section 2.1.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from autograder.checks.equality import MAX_NAME, RTOL
from autograder.checks.failures import CheckFailed
from autograder.checks.gradients.probe import PARAMETER, Inputs, Probe
from autograder.isolation.host.faults import SubmissionFault
from autograder.isolation.host.output import shown
from autograder.isolation.host.remote import RemoteObject, session_of
from autograder.record.results import Fact
from framework.gradients.numerical import Array, Claim, Point
from framework.gradients.search import Disagreement, UndecidedError, disagreement

#: At a kink the point moves this far, as a share of each array's size, and is asked again.
SIDESTEP = 1e-2
ATTEMPTS = 4
BACKWARD_IS_RIGHT = "backward is correct for the expected forward; forward is wrong"
#: A derivative this small beside the largest one is zero but for rounding: a sum that cancels.
ROUNDING = 1e-12
#: Two forward passes whose values are this close are the same.
SAME = 1e-9


def gradients_agree(
    model: RemoteObject,
    *inputs: Any,
    rng: np.random.Generator,
    and_then: Inputs | None = None,
    reference: RemoteObject | None = None,
) -> None:
    """Require that `backward` is the derivative of `forward` in parameters and real inputs.

    Args:
        model: a remote model whose parameters are set; they may be moved a little.
        inputs: arguments of `forward`; float64 arrays among them, also those in tuples, are moved,
            the others are not.
        and_then: arguments of a second use of the layer: L is the sum over both, so that the
            gradients of both have to add up.
        reference: a right model with the same parameters: the message then says which of forward
            and backward is at fault. `forward` must agree with its: the derivative of a constant,
            or of a sum of everything, is easily right.

    Raises:
        CheckFailed: names the array, its worst entry, and the ratio of the two derivatives.
    """
    uses = [inputs] if and_then is None else [inputs, and_then]
    right = None if reference is None else _right_answer(reference, uses[-1])
    found = _first_decided(Probe(model, uses), rng)
    if found is None and right is not None:
        _is_asked_for(Probe(model, uses[-1:]), right)
    if found is not None:
        method, sentence = _fault(model, right, uses[-1])
        session, _ = session_of(model)
        raise CheckFailed(
            *_sentences(found, sentence),
            about=session.calls.named(method),
            fact=_fact(found) if method == "backward" else "forward: values",
        )


def _is_asked_for(ours: Probe, right: _RightAnswer) -> None:
    """Fail where `ours`, whose derivatives are right, is not what the reference computes."""
    _same_point(ours, right.point)
    ours.move(right.point)
    value = ours.look()
    _depends_on_all(ours, value, right)
    if not _same(value, right.value, RTOL):
        raise CheckFailed(
            "backward is the derivative of forward, but forward is wrong: correct it first",
            about=ours.call_of_forward,
            fact="forward: values",
        )


def _depends_on_all(ours: Probe, value: Array, right: _RightAnswer) -> None:
    """Fail where the reference has a derivative and `ours`, which are right, are all zeros."""
    upstream = np.random.default_rng(0).normal(size=value.size)
    slopes = ours.backward(upstream)
    largest = max((np.abs(slope).max(initial=0) for slope in right.gradients.values()), default=0)
    for name, slope in right.gradients.items():
        if np.any(np.abs(slope) > ROUNDING * largest) and not np.any(slopes[name]):
            raise CheckFailed(
                f"forward does not depend on {name}: whatever it is, the result is the same",
                about=ours.call_of_forward,
                fact=Fact(f"forward: does not depend on {name}"),
            )


def _fact(found: Disagreement) -> Fact:
    """Return what is wrong in backward, in the form of a comparison of gradients."""
    name, worst = found.names[0], found.worst
    what = f"the gradient of {name} that backward returns: values"
    if name.startswith(PARAMETER):
        what = f"gradients['{name.removeprefix(PARAMETER)}']: values"
    return Fact(what, f"{worst.measured:.6g}", f"{worst.claimed:.6g}") if worst else Fact(what)


def _first_decided(probe: Probe, rng: np.random.Generator) -> Disagreement | None:
    """Return the disagreement at the point, or near it if the point is a kink."""
    for _ in range(ATTEMPTS):
        claim = _claim(probe, rng)
        try:
            return disagreement(claim, rng)
        except UndecidedError:
            probe.move({name: _near(value, rng) for name, value in probe.point.items()})
    raise CheckFailed(
        "forward has no derivative here: small changes of its parameters and inputs cause jumps, "
        "at this point and at points near it",
        about=probe.call_of_forward,
        fact="forward: no derivative",
    )


def _claim(probe: Probe, rng: np.random.Generator) -> Claim:
    value = probe.look()
    upstream = np.asarray(rng.normal(size=value.size))
    return Claim(probe, dict(probe.point), value, upstream, probe.backward(upstream))


def _near(value: Array, rng: np.random.Generator) -> Array:
    size = float(np.sqrt(np.mean(value**2))) if value.size else 0.0
    return np.asarray(value + rng.normal(scale=SIDESTEP * (size or 1.0), size=value.shape))


@dataclass(frozen=True)
class _RightAnswer:
    """What the reference answers at its point, before anything is moved.

    Attributes:
        gradients: of the values, for `upstream`.
    """

    point: Point
    value: Array
    upstream: Array
    gradients: Point


def _right_answer(reference: RemoteObject, inputs: Inputs) -> _RightAnswer:
    """Ask the reference; always at the same point, so that its answer can be recorded."""
    probe = Probe(reference, [inputs])
    value = probe.look()
    upstream = np.random.default_rng(0).normal(size=value.size)
    return _RightAnswer(dict(probe.point), value, upstream, probe.backward(upstream))


def _fault(model: RemoteObject, right: _RightAnswer | None, inputs: Inputs) -> tuple[str, str]:
    """Return the wrong method, forward or backward, and a sentence if the right answer is known."""
    if right is None:
        return "backward", ""
    ours = Probe(model, [inputs])
    _same_point(ours, right.point)
    try:
        ours.move(right.point)
        value = ours.look()
        if _same(value, right.value):
            return "backward", "forward is right; backward is wrong"
        claimed = ours.backward(right.upstream)
    except (CheckFailed, SubmissionFault, ValueError):
        return "backward", ""
    if all(_same(claimed[name], gradient) for name, gradient in right.gradients.items()):
        return "forward", BACKWARD_IS_RIGHT
    return "forward", "both are wrong: correct forward first, then backward, its derivative"


def _same_point(ours: Probe, point: Point) -> None:
    """Fail where calls have added, removed or reshaped parameters: the reference has none such."""
    for name, value in ours.point.items():
        expected = point.get(name)
        if expected is None or value.shape != expected.shape:
            wanted = "none" if expected is None else f"{expected.shape}"
            raise CheckFailed(
                f"forward and backward may not add or reshape parameters: {shown(name, MAX_NAME)} "
                f"has shape {value.shape} after them, expected {wanted}",
                about=ours.call_of_forward,
                fact=Fact("parameters: changed by calls", wanted, str(value.shape)),
            )


def _same(actual: Array, expected: Array, within: float = SAME) -> bool:
    if actual.shape != expected.shape:
        return False
    size = float(np.abs(expected).max(initial=0.0))
    return bool(np.abs(actual - expected).max(initial=0.0) <= within * size)


def _sentences(found: Disagreement, fault: str) -> tuple[str, ...]:
    first, *others = found.names
    lines = [f"backward is not the derivative of forward: the gradient of {first} is wrong"]
    if fault:
        lines.append(fault)
    if found.worst is not None:
        claimed, measured = found.worst.claimed, found.worst.measured
        ratio = f" (ratio {claimed / measured:.4g})" if measured else ""
        lines.append(
            f"worst at {list(found.worst.index)}: numerical derivative {measured:.6g}, "
            f"backward returned {claimed:.6g}{ratio}"
        )
        every = f", all by the factor {found.ratio:.6g}" if _is_one_factor(found) else ""
        lines.append(f"{found.wrong} of {found.asked} entries are wrong{every}")
    if others:
        lines.append(f"also wrong: {', '.join(others)}")
    return tuple(lines)


def _is_one_factor(found: Disagreement) -> bool:
    """Return whether several entries are wrong by one factor."""
    return found.ratio is not None and found.wrong > 1
