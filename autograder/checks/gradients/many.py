"""Gradients of a large layer, many times: fast by formulas, and too slow by differences.

Differences of `forward` give the gradient of any layer without a derivation, precise enough for any
comparison of values. They need a call of `forward` for each parameter; complex steps do as well. So
a layer of some 10,000 parameters goes forward and back many times in one request, whose limit of
processor time is that of one call.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from autograder.checks.equality import RTOL, equal, same_names
from autograder.checks.failures import expect
from autograder.isolation.host.faults import TimedOut
from autograder.isolation.host.remote import RemoteObject, session_of
from autograder.isolation.host.requests import Call, Get, Outcome, Step
from autograder.isolation.values import map_leaves

if TYPE_CHECKING:
    from autograder.checks.gradients.probe import Inputs
    from autograder.checks.paired_models import PairedModels


def many_gradients(
    pair: PairedModels, inputs: Inputs, rng: np.random.Generator, passes: int, atol: float
) -> None:
    """Require right gradients of `passes` passes, within the limit of one call.

    Where the time is up, no check in which this `backward` answers earns points: see
    `autograder.judging.rules`.

    Args:
        inputs: arguments of `forward`: real numbers are drawn for each pass, ids are permuted.
        atol: of the sums, for gradients that are 0 but for rounding.

    Raises:
        CheckFailed: the sums of the gradients, or what `backward` returns, are wrong.
        TimedOut: with a sentence about differences.
    """
    drawn = [tuple(redrawn(value, rng) for value in inputs) for _ in range(passes)]
    output = pair.reference.forward(*inputs)
    upstream = [redrawn(output, rng) for _ in range(passes)]
    theirs = _passes(pair.reference, drawn, upstream)
    ours = _in_time(pair, drawn, upstream)
    for got, wanted in zip(ours[2:-1:2], theirs[2:-1:2], strict=True):
        equal(got.value, wanted.value, "the gradient that backward returns", rtol=RTOL)
    _same_sums(ours[-1].value, theirs[-1].value, f"after {passes} backward passes", atol)


def redrawn(value: Any, rng: np.random.Generator) -> Any:
    """Return other values of the same form: normal real numbers, and the same ids in a new order.

    Args:
        value: an argument or a result of `forward`.
    """

    def other(leaf: Any) -> Any:
        if not isinstance(leaf, np.ndarray):
            return leaf
        is_real = leaf.dtype.kind == "f"
        return rng.normal(size=leaf.shape) if is_real else rng.permuted(leaf, axis=-1)

    return map_leaves(other, value)


def _passes(model: RemoteObject, drawn: Sequence[Inputs], upstream: Sequence[Any]) -> list[Outcome]:
    """Return the outcomes of all passes and the gradients after them, in one exchange."""
    session, handle = session_of(model)
    steps: list[Step] = [Call(handle, "zero_gradients")]
    for inputs, grad in zip(drawn, upstream, strict=True):
        steps += [Call(handle, "forward", inputs), Call(handle, "backward", (grad,))]
    return session.run([*steps, Get(handle, "gradients")])


def _in_time(pair: PairedModels, drawn: Sequence[Inputs], upstream: Sequence[Any]) -> list[Outcome]:
    """Return the outcomes of the submission's passes; note where they take too long."""
    calls = session_of(pair.student)[0].calls
    try:
        return _passes(pair.student, drawn, upstream)
    except TimedOut as fault:
        if not fault.stalled:
            calls.outlasted.add(calls.named("backward").method)
            fault.message += (
                f" for {len(drawn)} passes forward and back: backward has to compute all "
                "gradients in one pass, without calls of forward for single parameters"
            )
        raise


def _same_sums(ours: Any, theirs: dict[str, Any], when: str, atol: float) -> None:
    """Require equal gradients, which have added up."""
    expect(isinstance(ours, dict), "gradients should be a dict of arrays", fact="gradients: type")
    same_names(ours, theirs, "gradients")
    for name, value in theirs.items():
        equal(ours[name], value, f"gradients['{name}'] {when}", rtol=RTOL, atol=atol)
