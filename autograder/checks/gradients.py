"""Checks of gradients against differences of forward, and passes of a layer in one request.

**Differences.** Let L = Σ u∘f(θ, x) with a random upstream gradient u. All parameters θ and all
real inputs x move together along two random directions: a dozen calls of the model instead of two
for every entry. Where a direction disagrees, each array is moved alone, and then the entries of the
worst array, to name an entry. `autograder.checks.numerical_gradients` derives how seldom a right
gradient is refused and a wrong gradient passes. Source: notes part III, section 2.1.

**Many times.** Differences of `forward` give the gradient of any layer without a derivation,
precise enough for any comparison of values. They need a call of `forward` for each parameter;
complex steps do as well. So a layer of some 10,000 parameters goes forward and back many times in
one request, whose limit of processor time is that of one call.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from autograder.checks.equality import (
    MAX_NAME,
    RTOL,
    CheckFailed,
    worst,
)
from autograder.checks.gradient_probe import PARAMETER, Inputs, Probe
from autograder.checks.gradient_search import Disagreement, UndecidedError, disagreement
from autograder.checks.numerical_gradients import Array, Claim, Point
from autograder.results.report import Fact
from autograder.sandbox.session.faults import SubmissionFault
from autograder.sandbox.session.process import shown
from autograder.sandbox.session.requests import (
    Call,
    Get,
    Observe,
    Outcome,
    RemoteObject,
    Step,
    session_of,
    wrap,
)
from autograder.sandbox.wire import map_leaves

#: At a kink the point moves this far, as a share of each array's size, and is asked again.
SIDESTEP = 1e-2
ATTEMPTS = 4
#: A derivative this small beside the largest one is zero but for rounding: a sum that cancels.
ROUNDING = 1e-12
#: Two forward passes whose values are this close are the same.
SAME = 1e-9
#: The sizes of other numbers that show whether `forward` reads an array at all.
SIZES = (1.0, 10.0, 100.0)


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
    right = None
    if reference is not None:  # always at the same point, so that its answer can be recorded
        right = _claim(Probe(reference, uses[-1:]), np.random.default_rng(0))
    wrong = _first_decided(Probe(model, uses, reference), rng)
    fault = _fault(Probe(model, uses[-1:], reference), right, wrong) if right is not None else ""
    if wrong is not None:
        raise CheckFailed(
            *_sentences(wrong, fault),
            about=session_of(model)[0].calls.named("backward"),
            fact=_fact(wrong),
        )


def _fault(ours: Probe, right: Claim, wrong: Disagreement | None) -> str:
    """Return that forward is right, if that is known; a wrong forward fails the check.

    The derivative of a wrong forward is no standard for backward. Without a `wrong` gradient,
    `ours` has right derivatives.
    """
    _same_point(ours, right.point)
    ours.move(right.point)
    try:
        value = ours.look()
        claimed = ours.backward(np.random.default_rng(0).normal(size=value.size))
    except (CheckFailed, SubmissionFault, ValueError):
        if wrong is None:
            raise
        return ""
    largest = max((np.abs(slope).max(initial=0) for slope in right.gradients.values()), default=0)
    for name, slope in right.gradients.items():
        is_still = not np.any(claimed[name])
        if wrong is not None:
            worst = wrong.worst if name == wrong.names[0] else None
            is_still = worst is not None and worst.measured == 0
        if is_still and np.any(np.abs(slope) > ROUNDING * largest) and _is_unread(ours, name):
            raise CheckFailed(
                f"forward does not depend on {name}: if {name} changes, the result stays the same",
                about=ours.call_of_forward,
                fact=f"forward: does not depend on {name}",
            )
    if _same(value, right.value, RTOL if wrong is None else SAME):
        return "forward is right; backward is wrong"
    is_right = all(_same(claimed[name], gradient) for name, gradient in right.gradients.items())
    of_backward = "right for the expected forward" if is_right else "wrong as well"
    of_backward = "the derivative of this forward" if wrong is None else of_backward
    raise _wrong_forward(ours, value, right, f"backward is {of_backward}")


def _is_unread(ours: Probe, name: str) -> bool:
    """Return whether forward gives the same values for other numbers in the array `name`.

    A derivative of 0 says less: of one entry, or of numbers that a ReLU has set to 0.
    """
    value, rng = ours.look(), np.random.default_rng(0)
    others = ours([{name: size * redrawn(ours.point[name], rng)} for size in SIZES])
    return all(np.array_equal(other, value) for other in others)


def _fact(wrong: Disagreement) -> Fact:
    """Return what is wrong in backward, in the form of a comparison of gradients."""
    name, worst = wrong.names[0], wrong.worst
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


def _wrong_forward(ours: Probe, value: Array, right: Claim, of_backward: str) -> CheckFailed:
    """Return the failure of a check in which `forward` gives another `value` than expected."""
    details = [f"correct forward first; {of_backward}"]
    fact = Fact("forward: values")
    if value.shape == right.value.shape:
        wrong = np.asarray(value != right.value)
        line, fact = worst(fact.what, value, right.value, wrong)
        details.insert(0, line)
    message = "forward is wrong: its result is not the expected one"
    return CheckFailed(message, *details, about=ours.call_of_forward, fact=fact)


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


def _sentences(wrong: Disagreement, fault: str) -> tuple[str, ...]:
    first, *others = wrong.names
    lines = [f"backward is not the derivative of forward: the gradient of {first} is wrong"]
    lines += [fault] * bool(fault)
    if wrong.worst is not None:
        claimed, measured = wrong.worst.claimed, wrong.worst.measured
        ratio = f" (ratio {claimed / measured:.4g})" if measured else ""
        lines.append(
            f"worst at {list(wrong.index)}: numerical derivative {measured:.6g}, "
            f"backward returned {claimed:.6g}{ratio}"
        )
        is_one_factor = wrong.ratio is not None and wrong.wrong > 1
        every = f", all by the factor {wrong.ratio:.6g}" if is_one_factor else ""
        lines.append(f"{wrong.wrong} of {wrong.asked} entries are wrong{every}")
    if others:
        lines.append(f"also wrong: {', '.join(others)}")
    return tuple(lines)


def redrawn(value: Any, rng: np.random.Generator) -> Any:
    """Return other values of the same form: real numbers, the same ids in a new order.

    Real numbers that are at least 0, such as counts, stay so. The numbers are multiples of 1/128
    between −2 and 2, none of them 0: in the recordings of kits they take little space.
    """

    def other(leaf: Any) -> Any:
        if not isinstance(leaf, np.ndarray):
            return leaf
        if leaf.dtype.kind != "f":
            return rng.permuted(leaf, axis=-1)
        drawn = (rng.integers(-128, 128, size=leaf.shape) + 0.5) / 64
        return np.abs(drawn) if leaf.size and leaf.min() >= 0 else drawn

    return map_leaves(other, value)


def many_passes(
    model: RemoteObject, drawn: Sequence[Inputs], upstream: Sequence[Any]
) -> list[Outcome]:
    """Return the outcomes of all passes and the gradients after them, in one exchange."""
    session, handle = session_of(model)
    steps: list[Step] = [Call(handle, "zero_gradients")]
    for inputs, grad in zip(drawn, upstream, strict=True):
        steps += [Call(handle, "forward", inputs), Call(handle, "backward", (grad,))]
    return session.run([*steps, Get(handle, "gradients")])


def observed_passes(
    model: RemoteObject, inputs: tuple[Any, ...], upstream: Any
) -> tuple[Outcome, Outcome, Outcome]:
    """Return the outcomes of `forward`, `backward` and the gradients after them, from one request.

    The arguments of both are observed after it: `backward` may change the arrays that `forward` was
    given.
    """
    session, handle = session_of(model)
    zero, gradients = Call(handle, "zero_gradients"), Get(handle, "gradients")
    forward, backward = Call(handle, "forward", inputs), Call(handle, "backward", (upstream,))
    observing = [Observe(2), Observe(1, sharing=False)]
    outcomes = session.run([zero, forward, backward, *observing, gradients])
    return wrap(session, outcomes[1]), wrap(session, outcomes[2]), outcomes[-1]


def after_backward(
    model: RemoteObject, keeps: Sequence[str], forward: list[Step], upstream: Any
) -> dict[str, Any]:
    """Return what `backward` returns, the gradients and the attributes after it, by name."""
    session, handle = session_of(model)
    names = ["the gradient that backward returns", *(f"self.{name}" for name in keeps)]
    kept = [Get(handle, name) for name in (*keeps, "gradients")]
    steps = [Call(handle, "zero_gradients"), *forward, Call(handle, "backward", (upstream,)), *kept]
    *values, gradients = [outcome.value for outcome in session.run(steps)[-len(names) - 1 :]]
    named = {f"gradients['{name}']": value for name, value in gradients.items()}
    return {**dict(zip(names, values, strict=True)), **named}
