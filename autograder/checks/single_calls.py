"""Checks of single functions and methods: agreement, exceptions, arrays of the caller, and memory.

The worker counts the memory of a pass, and code in the worker can change what is counted. So a
check also runs a longer text under the limit `memory` of ``exercise.toml``, which the system keeps.
"""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np

from autograder.checks.equality import RTOL, CheckFailed, equal, expect, leaves_arguments_alone
from autograder.checks.separate_instances import kept_result
from autograder.sandbox.session.calls import value_text
from autograder.sandbox.session.faults import Crashed
from autograder.sandbox.session.requests import (
    Call,
    CallAgain,
    CountMemory,
    Get,
    Hold,
    OverwriteResult,
    PeakMemory,
    RemoteModule,
    RemoteObject,
    Step,
    full_name,
    session_behind,
    session_of,
    unwrap,
)
from autograder.sandbox.session.session import Session
from autograder.sandbox.wire import Result, leaves, map_leaves


def agrees(
    submission: RemoteModule,
    reference: RemoteModule,
    name: str,
    *args: Any,
    rtol: float = RTOL,
    atol: float = 0.0,
    **kwargs: Any,
) -> Any:
    """Call `name` of both with the same arguments and compare; returns the submission's value.

    Value, shape and dtype must agree; the arguments must be unchanged, and the result must not
    share their memory. Where nothing is drawn and no object is among the arguments, a second call
    with the very same arguments must agree as well, and later calls must leave its result.
    """
    expected = getattr(reference, name)(*args, **kwargs)
    outcome = getattr(submission, name).outcome(*args, **kwargs)
    session = session_behind(submission)
    parts = session.calls.names.parts(full_name(submission, name), expected)
    equal(outcome.value, expected, name, rtol=rtol, atol=atol, names=parts)
    leaves_arguments_alone(outcome, submission, name, name)
    plain = np.ndarray | np.generic | int | float | complex | str | None
    is_plain = all(isinstance(leaf, plain) for _, leaf in leaves([*args, *kwargs.values()]))
    if isinstance(submission, RemoteModule) and is_plain:  # calls with such arguments are equal
        what = f"{name}, called again with the same arguments"
        again, later, _ = session.run([CallAgain(), CallAgain(), OverwriteResult(1)])
        try:
            equal(again.value, expected, what, rtol=rtol, atol=atol)
        except CheckFailed:
            equal(getattr(submission, name).again(), expected, what, rtol=rtol, atol=atol)
            raise kept_result(name, later.value) from None
    return outcome.value


def after_call(owner: Any, name: str, *args: Any, **kwargs: Any) -> tuple[Any, ...]:
    """Call method `name` of `owner`; returns the arguments as they are afterwards."""
    arguments: tuple[Any, ...] = getattr(owner, name).arguments_after(*args, **kwargs)
    return arguments


def refuses(
    owner: Any, name: str, *args: Any, error: tuple[str, ...] = ("ValueError",), **kwargs: Any
) -> None:
    """Require that a call of `name` of `owner` raises one of the exceptions named in `error`.

    Such a check counts only if the same method has returned anywhere in the exercise: see
    `autograder.judging.rules`.
    """
    wanted = " or ".join(error)
    try:
        value = getattr(owner, name)(*args, **kwargs)
    except Crashed as fault:
        if fault.raised in error:
            session_behind(owner).calls.refused.add(fault.method)
            return
        got = f"raised {fault.raised}" if fault.raised else fault.message
        message = f"{name} should raise {wanted} here, but {got}"
        raise CheckFailed(message, fact=f"{name}: no {wanted}") from None
    message = f"{name} should raise {wanted} here, but returned {value_text(value)}"
    raise CheckFailed(message, about=unwrap(value), fact=f"{name}: no {wanted}")


def without_warning(owner: RemoteModule | RemoteObject, name: str, *args: Any) -> Any:
    """Call `name` of `owner` and return its value; the check fails if NumPy warns.

    Python shows a warning once for each line of code, so this belongs in the first check that can
    cause it.
    """
    session = session_behind(owner)
    before = len(session.printed(keep=True))
    value = getattr(owner, name)(*args)
    for line in session.printed(keep=True)[before:].splitlines():
        _, is_warning, text = line.partition("RuntimeWarning: ")
        expect(not is_warning, f"{name} causes a warning: {text}", about=value)
    return value


def returns_new_arrays(
    owner: RemoteModule | RemoteObject, name: str, *args: Any, expected: Any, **kwargs: Any
) -> None:
    """Check that `name` of `owner` returns `expected`, in an array of its own in each call.

    The caller may change its last result, and a later call leaves it as it was.
    """
    equal(getattr(owner, name)(*args, **kwargs), expected, name)
    session, handle = session_behind(owner), None if isinstance(owner, RemoteModule) else owner
    call = Call(unwrap(handle), name, map_leaves(unwrap, args), kwargs)
    again = session.run([call, OverwriteResult(0), call])[2].value
    try:
        equal(again, expected, name)
    except CheckFailed:
        raise CheckFailed(
            f"{name} returns something else after the caller has changed its last result: "
            "return a new array in each call",
            about=again,
            fact=f"{name}: result shares memory with the last one",
        ) from None
    first, _, _ = session.run([call, call, OverwriteResult(1)])
    try:
        equal(first.value, expected, name)
    except CheckFailed:
        raise kept_result(name, session.calls.named(name)) from None


def returns_a_float(owner: RemoteModule | RemoteObject, name: str, *args: Any) -> None:
    """Check that `name` of `owner` returns a Python float; NumPy's float64 is one, too."""
    session = session_behind(owner)
    call = Call(None if isinstance(owner, RemoteModule) else session_of(owner)[1], name, args)
    value = session.run([call])[0].value
    try:
        session.run([call, Get(Result(0), "is_integer"), Get(Result(0), "hex")])
    except Crashed:
        message = f"{name} should return a Python float, not {value_text(value)}"
        raise CheckFailed(message, about=value, fact=f"{name}: no float") from None


def changes_in_place(model: RemoteObject, method: str) -> None:
    """Check that `method` changes the arrays of the parameters and puts no new ones there."""
    why = "change the one that is there ([...] = ...), because a network and an optimizer hold it"
    keeps_arrays(model, "parameters", [Call(session_of(model)[1], method)], method, why)


def keeps_arrays(
    model: RemoteObject, attribute: str, steps: list[Step], name: str, why: str
) -> None:
    """Check that the arrays of `attribute` before `steps` are its arrays after them.

    Arrays without operations in place, as those of JAX, may be new ones. The message ends with
    `why`.
    """
    session, handle = session_of(model)
    arrays = Get(handle, attribute)
    copy = Call(Result(0), "copy")  # a dict of its own, with the very same arrays
    _, held, *_, current = session.run([arrays, copy, *steps, arrays])
    call = session.calls.named(name.rpartition(".")[2])
    for key, value in current.value.items():
        array = [arrays, Call(Result(0), "__getitem__", (key,)), Get(Result(1), "__iadd__")]
        expect(
            np.array_equal(held.value[key], value, equal_nan=True)
            or _has_no_attribute(session, array),
            f"{name} puts a new array into {attribute}['{key}']: {why}",
            about=call,
            fact=f"new array of {attribute}",
        )


def arrays_are_fixed(owner: RemoteObject, array: Any) -> bool:
    """Return whether the code of `owner` gets `array` without operations in place, as with JAX."""
    return _has_no_attribute(session_behind(owner), [Hold(array), Get(Result(0), "__iadd__")])


def _has_no_attribute(session: Session, steps: list[Step]) -> bool:
    try:
        session.run(steps)
    except Crashed as fault:
        return fault.raised == "AttributeError"
    return False


def moves_the_callers_array(module: RemoteModule, name: str, x: Any) -> tuple[Any, Any]:
    """Return ``name(f, x)`` for an `f` that reads the very array x, so that f(x) = x · x.

    f is the method ``dot`` of x: a copy that is moved in place of x changes only one of the two
    factors.

    Args:
        name: a function of f and x that returns an array like x, and restores x.
        x: `(D,)`, of which the code under test gets its own array.

    Returns: the result, and x after the call.
    """
    product, call = Get(Result(0), "dot"), Call(None, name, (Result(1), Result(0)))
    held, _, result = session_behind(module).run([Hold(x), product, call])
    return result.value, held.value


class MeasuredPasses(NamedTuple):
    """What `forward` and `backward` returned, and what they allocated.

    Attributes:
        output: of `forward`.
        gradients: what `backward` returned.
        peak: the largest number of bytes that were allocated at one moment, inputs not counted;
            None for a backend whose arrays are not NumPy's: they are not counted.
    """

    output: Any
    gradients: Any
    peak: int | None


def measured_passes(model: RemoteObject, *inputs: Any, upstream: Any) -> MeasuredPasses:
    """Call `forward` and `backward` of `model` once, and measure what they allocate.

    Args:
        inputs: arguments of `forward`.
        upstream: the gradient that `backward` is given.
    """
    session, handle = session_of(model)
    calls = [Call(handle, "forward", inputs), Call(handle, "backward", (upstream,))]
    with session.unrecorded():  # two right models need not allocate the same number of bytes
        _, output, gradients, peak = session.run([CountMemory(), *calls, PeakMemory()])
    bytes_counted = peak.value if type(peak.value) is int and peak.value >= 0 else None
    return MeasuredPasses(output.value, gradients.value, bytes_counted)
