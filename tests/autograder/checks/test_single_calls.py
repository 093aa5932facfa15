"""Checks of single calls: agreement, exceptions, and what a caller does to its arrays."""

import numpy as np
import pytest

from autograder.checks import (
    CheckFailed,
    after_call,
    agrees,
    equal,
    moves_the_callers_array,
    refuses,
    returns_new_arrays,
)
from autograder.sandbox.session.faults import Crashed, NotWritten

X = np.arange(6.0).reshape(2, 3)


def failure(function, *args, **kwargs):
    """What a check says that fails: its sentence and its details."""
    with pytest.raises(CheckFailed) as caught:
        function(*args, **kwargs)
    return [caught.value.message, *caught.value.details]


def view(x):
    return x[:1]


def same(x):
    return x


def in_place(x):
    x -= 1
    return x + 1


def test_agrees_returns_the_submissions_value(remote):
    modules = remote(f=lambda x: x.astype(x.dtype) * 2), remote(f=lambda x: x + x)
    np.testing.assert_array_equal(agrees(*modules, "f", X), 2 * X)


@pytest.mark.parametrize(
    ("name", "function", "line"),
    [
        (
            "changes",
            in_place,
            "f changes argument 1: after the call, it must hold exactly the values that it had "
            "before",
        ),
        (
            "same",
            same,
            "f returns the memory of argument 1 (the same array or a view of it): "
            "return a new array",
        ),
    ],
)
def test_arguments_are_left_alone(remote, name, function, line):
    modules = remote(f=function), remote(f=lambda x: x.copy())
    assert failure(agrees, *modules, "f", X) == [line]


def test_a_view_of_an_argument_is_noticed(remote):
    modules = remote(f=view), remote(f=lambda x: x[:1].copy())
    assert "returns the memory of argument 1" in failure(agrees, *modules, "f", X)[0]


def test_the_memory_of_a_named_argument(remote):
    modules = remote(f=lambda *, table: table), remote(f=lambda *, table: table.copy())
    assert "the memory of table (" in failure(agrees, *modules, "f", table=X)[0]


def test_after_call_gives_the_arguments_as_they_are_now(remote):
    module = remote(f=in_place)
    (changed,) = after_call(module, "f", X)
    np.testing.assert_array_equal(changed, X - 1)


def raises(error):
    def function(x):
        raise error

    return function


def test_refuses_what_should_be_refused(remote):
    module = remote(f=raises(ValueError("no")), g=raises(KeyError("k")), h=lambda x: x * 1)
    refuses(module, "f", X)
    refuses(module, "g", X, error=("IndexError", "KeyError"))
    assert failure(refuses, module, "g", X) == [
        "g should raise ValueError here, but raised KeyError"
    ]
    assert failure(refuses, module, "h", X, error=("ValueError", "IndexError")) == [
        "h should raise ValueError or IndexError here, but returned float64 (2, 3)"
    ]


def test_not_written_is_no_refusal(remote):
    with pytest.raises(NotWritten):
        refuses(remote(f=raises(NotImplementedError())), "f", X, error=("NotImplementedError",))


def test_a_crash_in_agrees_stays_a_crash(remote):
    modules = remote(f=raises(ZeroDivisionError("1/0"))), remote(f=same)
    with pytest.raises(Crashed, match="ZeroDivisionError: 1/0"):
        agrees(*modules, "f", X)


def slopes(f, x):
    """Return the numerical gradient of f, moving `x` itself."""
    found = np.zeros_like(x)
    for i in range(len(x)):
        kept = x[i]
        x[i] = kept + 1e-5
        above = f(x)
        x[i] = kept - 1e-5
        found[i] = (above - f(x)) / 2e-5
        x[i] = kept
    return found


@pytest.mark.parametrize(
    ("function", "factor"), [(slopes, 2), (lambda f, x: slopes(f, x.copy()), 1)]
)
def test_a_copy_that_is_moved_shows(remote, function, factor):
    x = np.arange(1.0, 4.0)
    found, after = moves_the_callers_array(remote(f=function), "f", x)
    equal(found, factor * x, "the gradient", rtol=1e-6)
    equal(after, x, "x afterwards")


def test_a_function_that_returns_the_same_array_again_fails(remote):
    same = np.zeros(2)
    module = remote(new=np.zeros, same=lambda n: same)
    returns_new_arrays(module, "new", 2, expected=np.zeros(2))
    with pytest.raises(CheckFailed, match="same returns something else after the caller"):
        returns_new_arrays(module, "same", 2, expected=np.zeros(2))
