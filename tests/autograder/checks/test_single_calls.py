"""Checks of single calls: agreement, exceptions, and what a caller does to its arrays."""

import tracemalloc
from types import SimpleNamespace

import numpy as np
import pytest
from check_failures import failure

from autograder.checks import (
    after_call,
    agrees,
    equal,
    measured_passes,
    moves_the_callers_array,
    refuses,
    returns_new_arrays,
)
from autograder.sandbox.session.faults import Crashed, NotWritten
from autograder.sandbox.session.inline import InlineSession
from autograder.sandbox.session.requests import RemoteModule
from autograder.sandbox.session.session import Transcript
from framework.interfaces import Model

X = np.arange(6.0).reshape(2, 3)


def same(x):
    return x


def in_place(x):
    x -= 1
    return x + 1


def test_agrees_returns_the_submissions_value(remote):
    modules = remote(f=lambda x: x.astype(x.dtype) * 2), remote(f=lambda x: x + x)
    np.testing.assert_array_equal(agrees(*modules, "f", X), 2 * X)


@pytest.mark.parametrize(
    ("function", "reference", "line"),
    [
        (
            in_place,
            np.copy,
            "f changes argument 1: after the call, it must hold exactly the values that it had "
            "before",
        ),
        (
            same,
            np.copy,
            "f returns the memory of argument 1 (the same array or a view of it): "
            "return a new array",
        ),
        (lambda x: x[:1], lambda x: x[:1].copy(), "f returns the memory of argument 1 ("),
    ],
)
def test_arguments_are_left_alone(remote, function, reference, line):
    (told,) = failure(agrees, remote(f=function), remote(f=reference), "f", X)
    assert told.startswith(line)
    keyword = remote(f=lambda *, x: x), remote(f=lambda *, x: x.copy())
    assert "the memory of x (" in failure(agrees, *keyword, "f", x=X)[0]


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


def test_crashes_stay_crashes(remote):
    with pytest.raises(NotWritten):
        refuses(remote(f=raises(NotImplementedError())), "f", X, error=("NotImplementedError",))
    modules = remote(f=raises(ZeroDivisionError("1/0"))), remote(f=same)
    with pytest.raises(Crashed, match="ZeroDivisionError: 1/0"):
        agrees(*modules, "f", X)


def slopes(f, x):
    """Return the numerical gradient of f, moving `x` itself."""
    result = np.zeros_like(x)
    for i in range(len(x)):
        kept = x[i]
        x[i] = kept + 1e-5
        above = f(x)
        x[i] = kept - 1e-5
        result[i] = (above - f(x)) / 2e-5
        x[i] = kept
    return result


@pytest.mark.parametrize(
    ("function", "factor"), [(slopes, 2), (lambda f, x: slopes(f, x.copy()), 1)]
)
def test_a_copy_that_is_moved_shows(remote, function, factor):
    x = np.arange(1.0, 4.0)
    result, after = moves_the_callers_array(remote(f=function), "f", x)
    equal(result, factor * x, "the gradient", rtol=1e-6)
    equal(after, x, "x afterwards")


class Doubling:
    """Doubles, in an array of its own or not."""

    def __init__(self):
        self.out, self.known = np.empty(2), np.full(2, 2.0)

    def anew(self, x):
        return 2 * x

    def into(self, x):
        return np.multiply(x, 2, out=self.out)

    def again(self, x):
        return self.known


@pytest.mark.parametrize(
    ("name", "line"),
    [
        ("into", "a later call of into changes what an earlier one returned"),
        ("again", "again returns something else after the caller has changed its last result"),
    ],
)
def test_a_result_that_is_kept_fails(remote, name, line):
    options = {"expected": np.full(2, 2.0)}
    module = remote(Doubling=Doubling, **{name: getattr(Doubling(), name)})
    for owner in (module, module.Doubling()):
        assert failure(returns_new_arrays, owner, name, np.ones(2), **options)[0].startswith(line)
    returns_new_arrays(module.Doubling(), "anew", np.ones(2), **options)


MEBIBYTE = 1 << 20


class Wasteful(Model):
    """Needs 8 MiB in `forward`, and 24 MiB of them at one moment in `backward`."""

    def forward(self, x):
        return np.ones(MEBIBYTE)[: len(x)] * x

    def backward(self, grad_output):
        if not grad_output.any():
            raise ValueError("no gradient")
        kept = [np.ones(MEBIBYTE) for _ in range(3)]
        return grad_output * kept[0][0]


def test_the_largest_number_of_bytes_at_one_moment(remote):
    model = remote(Wasteful=Wasteful).Wasteful()
    model._session.transcript = Transcript()
    large, x = np.ones(4 * MEBIBYTE), np.arange(3.0)  # 32 MiB
    measured_passes(model, large[:MEBIBYTE], upstream=large)
    passes = measured_passes(model, x, upstream=x + 1)
    np.testing.assert_array_equal(passes.output, x)
    np.testing.assert_array_equal(passes.gradients, x + 1)
    assert 24 * MEBIBYTE <= passes.peak < 25 * MEBIBYTE  # without inputs and earlier passes
    with pytest.raises(Crashed, match="no gradient"):
        measured_passes(model, np.ones(2), upstream=np.zeros(2))
    assert not tracemalloc.is_tracing()
    assert model._session.transcript.exchanges == []


def test_arrays_of_another_library_are_not_counted():
    pytest.importorskip("torch", reason="the torch backend needs the extra `torch`")
    from plugins.torch_backend.arrays import TorchArrays

    class Doubling(Model):
        def forward(self, x):
            return 2 * x

        backward = forward

    session = InlineSession(SimpleNamespace(attribute=lambda name: Doubling), TorchArrays(), None)
    passes = measured_passes(RemoteModule(session).Doubling(), np.ones(2), upstream=np.ones(2))
    assert passes.peak is None
    assert passes.output.tolist() == [2, 2]
