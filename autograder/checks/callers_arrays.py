"""Does the code under test leave its caller's arrays to the caller? Asked by behaviour.

What a caller does to a result must not reach what comes later: a layer that returns a view of what
`backward` needs computes wrong gradients as soon as the caller changes the result in place. A
Python float and an array without axes cross to the grader alike, so their methods tell them apart.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from autograder.checks.equality import equal
from autograder.checks.failures import CheckFailed, expect
from autograder.isolation.host.describe import value_text
from autograder.isolation.host.faults import Crashed
from autograder.isolation.host.remote import RemoteModule, RemoteObject, session_behind, session_of
from autograder.isolation.host.requests import Call, Get, Hold, OverwriteResult, Step
from autograder.isolation.wire import Result


def result_is_the_callers(
    model: RemoteObject, inputs: tuple[Any, ...], upstream: Any, keeps: Sequence[str] = ()
) -> None:
    """Check that changing the result of `forward` changes neither `backward` nor `keeps`.

    Nothing may be drawn in `forward`: it is called with and without the change.

    Raises:
        CheckFailed: names what changes.
    """
    as_returned = _afterwards(model, inputs, upstream, keeps, changed=False)
    found = _afterwards(model, inputs, upstream, keeps, changed=True)
    for what, expected in as_returned.items():
        try:
            equal(found[what], expected, what)
        except CheckFailed:
            session, _ = session_of(model)
            raise CheckFailed(
                f"{what} is another one after the caller has changed what forward returned: "
                "return a copy, and keep your own array for later calls",
                about=session.calls.named("forward"),
                fact="forward: result shares memory with what is kept",
            ) from None


def _afterwards(
    model: RemoteObject, inputs: tuple[Any, ...], upstream: Any, keeps: Sequence[str], changed: bool
) -> dict[str, Any]:
    """Return what `backward` returns, the gradients and the attributes after it, by name."""
    session, handle = session_of(model)
    steps: list[Step] = [Call(handle, "zero_gradients"), Call(handle, "forward", inputs)]
    steps += [OverwriteResult(1)] if changed else []
    names = ["the gradient that backward returns", *(f"self.{name}" for name in keeps)]
    steps += [Call(handle, "backward", (upstream,)), *(Get(handle, name) for name in keeps)]
    outcomes = session.run([*steps, Get(handle, "gradients")])
    values = [outcome.value for outcome in outcomes[-len(names) - 1 :]]
    gradients = {f"gradients['{name}']": value for name, value in values.pop().items()}
    return {**dict(zip(names, values, strict=True)), **gradients}


def returns_new_arrays(module: RemoteModule, name: str, *args: Any, expected: Any) -> None:
    """Check that `name` returns `expected`, also after the caller has changed its last result.

    Raises:
        CheckFailed: it does not.
    """
    equal(getattr(module, name)(*args), expected, f"{name}({', '.join(map(str, args))})")
    session, call = session_behind(module), Call(None, name, args)
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


def returns_a_float(owner: RemoteModule | RemoteObject, name: str, *args: Any) -> None:
    """Check that `name` of `owner` returns a Python float; NumPy's float64 is one, too.

    Raises:
        CheckFailed: it does not.
    """
    session = session_behind(owner)
    handle = None if isinstance(owner, RemoteModule) else session_of(owner)[1]
    value = session.run([Call(handle, name, args)])[0].value
    try:
        session.run([Call(handle, name, args), Get(Result(0), "is_integer"), Get(Result(0), "hex")])
    except Crashed:
        message = f"{name} should return a Python float, not {value_text(value)}"
        raise CheckFailed(message, about=value, fact=f"{name}: no float") from None


def changes_in_place(model: RemoteObject, method: str) -> None:
    """Check that `method` changes the arrays of the parameters and puts no new ones there.

    Raises:
        CheckFailed: names the array.
    """
    session, handle = session_of(model)
    outcomes = session.run(
        [
            Get(handle, "parameters"),
            Call(Result(0), "copy"),  # a dict of its own, with the very same arrays
            Call(handle, method),
            Get(handle, "parameters"),
        ]
    )
    held = outcomes[1].value
    for name, value in outcomes[3].value.items():
        expect(
            np.array_equal(held[name], value, equal_nan=True),
            f"{method} puts a new array into parameters['{name}']: change the one that is there "
            "([...] = ...), because a network and an optimizer hold it",
            about=session.calls.named(method),
            fact="new array of parameters",
        )


def moves_the_callers_array(module: RemoteModule, name: str, x: Any) -> tuple[Any, Any]:
    """Return ``name(f, x)`` for an `f` that reads the very array x, so that f(x) = x · x.

    f is the method ``dot`` of x: a copy that is moved in place of x changes only one of the two
    factors.

    Args:
        name: a function of f and x that returns an array like x, and restores x.
        x: `(D,)`, of which the code under test gets its own array.

    Returns:
        the result, and x after the call.
    """
    session = session_behind(module)
    found = session.run([Hold(x), Get(Result(0), "dot"), Call(None, name, (Result(1), Result(0)))])
    return found[2].value, found[0].value
