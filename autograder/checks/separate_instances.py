"""Instances of one class that are used in turn: each keeps its own state and its own results."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from itertools import chain, zip_longest
from typing import Any

import numpy as np

from autograder.checks.equality import RTOL, CheckFailed, equal
from autograder.sandbox.session.calls import RemoteCall
from autograder.sandbox.session.faults import Crashed
from autograder.sandbox.session.requests import (
    Call,
    Get,
    OverwriteResult,
    RemoteModule,
    RemoteObject,
    assign,
    session_behind,
    session_of,
)
from autograder.sandbox.wire import map_leaves

#: Sums that cancel may differ by so much.
ATOL = 1e-12


class SharedState(CheckFailed):
    """State or a result that is not an instance's own: the message says what to do."""


@dataclass(frozen=True)
class InstanceCalls:
    """What one instance is used for.

    Args:
        make: builds a new instance; all that it builds answer alike.
        calls: of its methods, in order: each a name, and the arguments after it.
        keeps: attributes that are read after all calls.
    """

    make: Callable[[], RemoteObject]
    calls: Sequence[tuple[Any, ...]]
    keeps: Sequence[str] = ()


def passes(
    build: Callable[[int], RemoteObject],
    seed: int,
    parameters: dict[str, Any],
    inputs: tuple[Any, ...],
    upstream: Any,
    keeps: Sequence[str],
) -> InstanceCalls:
    """Return a pass forward and back of new models, in float64 as they are built from a `seed`.

    The attributes in `keeps` are read as well as `gradients`.
    """
    values, inputs, upstream = map_leaves(_in_float64, (parameters, inputs, upstream))

    def make() -> RemoteObject:
        model = build(seed)
        if values:
            assign(model, values)
        return model

    return InstanceCalls(
        make, [("forward", *inputs), ("backward", upstream)], [*keeps, "gradients"]
    )


def _in_float64(leaf: Any) -> Any:
    return leaf.astype(float) if isinstance(leaf, np.ndarray) and leaf.dtype.kind == "f" else leaf


@dataclass(frozen=True)
class _Answer:
    """What a call returned or an attribute held, and the call behind it."""

    name: str
    value: Any
    call: RemoteCall


def used_in_turn(
    owner: RemoteModule | RemoteObject, first: InstanceCalls, second: InstanceCalls
) -> None:
    """Require that neither of two instances changes the answers of the other one.

    All results are read after the last call. So an array that a later call fills again shows, too.

    Args:
        owner: the submission, or an object of it.

    Raises:
        SharedState: a second instance, or a later call of the same one, changes an answer.
    """
    with session_behind(owner).unrecorded():
        alone = [_answers(use)[0] for use in (first, second)]
        for use, expected in zip((first, second), alone, strict=True):
            _results_stay(use, expected)
        try:
            in_turn = _answers(first, second)
        except Crashed as fault:
            call = RemoteCall(fault.method, fault.call)
            raise _shared(call, f"{fault.method} then fails: {fault.message}") from None
        for before, now in zip(chain(*alone), chain(*in_turn), strict=True):
            try:
                equal(now.value, before.value, before.name, rtol=RTOL, atol=ATOL)
            except CheckFailed as difference:
                raise _shared(now.call, difference.message, *difference.details) from None


def _shared(call: RemoteCall, *details: str) -> SharedState:
    kind = call.method.partition(".")[0]
    return SharedState(
        f"a second {kind} changed the state of the first one: keep what later calls need on self "
        "(self.x = ...), not on the class or in the module",
        *details,
        about=call,
        fact="state shared by instances",
    )


def _answers(*uses: InstanceCalls) -> list[list[_Answer]]:
    """Return the answers of a new instance for each of `uses`, whose calls are made in turn."""
    models = [use.make() for use in uses]
    own = [
        [(number, step) for step in _steps(use, model)]
        for number, (use, model) in enumerate(zip(uses, models, strict=True))
    ]
    in_turn = [step for step in chain(*zip_longest(*own)) if step is not None]
    session, _ = session_of(models[0])
    outcomes = session.run([step for _, step in in_turn])
    answers: list[list[_Answer]] = [[] for _ in uses]
    for (number, step), outcome, call in zip(in_turn, outcomes, session.calls.made, strict=True):
        what = f"self.{step.name}" if isinstance(step, Get) else call.method
        answers[number].append(_Answer(what, outcome.value, call))
    return answers


def _steps(use: InstanceCalls, model: RemoteObject) -> list[Call | Get]:
    _, handle = session_of(model)
    calls = [Call(handle, name, tuple(args)) for name, *args in use.calls]
    return [*calls, *(Get(handle, name) for name in use.keeps)]


def _results_stay(use: InstanceCalls, expected: Sequence[_Answer]) -> None:
    """Require that later calls leave the `expected` answers of the calls of `use` as they were."""
    model = use.make()
    session, _ = session_of(model)
    calls = _steps(replace(use, keeps=()), model)
    later = map(OverwriteResult, range(len(calls), 2 * len(calls)))
    outcomes = session.run([*calls, *calls, *later])[: len(calls)]
    made = session.calls.made
    for outcome, answer, call in zip(outcomes, expected, made, strict=False):
        try:
            equal(outcome.value, answer.value, answer.name, rtol=RTOL, atol=ATOL)
        except CheckFailed:
            raise kept_result(answer.name, call) from None


def kept_result(name: str, about: object) -> SharedState:
    """Return the failure of `name`, whose result is the array that an earlier call returned."""
    return SharedState(
        f"a later call of {name} changes what an earlier one returned: return a new array in each "
        "call, not an array that is kept and filled again",
        about=about,
        fact="result kept for later calls",
    )
