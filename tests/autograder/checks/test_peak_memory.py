"""The peak of the bytes that a pass allocates."""

import tracemalloc
from types import SimpleNamespace

import numpy as np
import pytest

from autograder.checks import measured_passes
from autograder.sandbox.session.faults import Crashed
from autograder.sandbox.session.inline import InlineSession
from autograder.sandbox.session.requests import RemoteModule
from autograder.sandbox.session.session import Transcript
from framework.interfaces import Model

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


@pytest.fixture
def model(remote):
    return remote(Wasteful=Wasteful).Wasteful()


def test_the_largest_number_of_bytes_at_one_moment(model):
    x = np.arange(3.0)
    passes = measured_passes(model, x, upstream=x + 1)
    np.testing.assert_array_equal(passes.output, x)
    np.testing.assert_array_equal(passes.gradients, x + 1)
    assert 24 * MEBIBYTE <= passes.peak < 25 * MEBIBYTE


def test_inputs_and_earlier_passes_do_not_count(model):
    x = np.ones(4 * MEBIBYTE)  # 32 MiB
    small = np.ones(2)
    measured_passes(model, x[:MEBIBYTE], upstream=x)
    assert measured_passes(model, small, upstream=small).peak < 25 * MEBIBYTE


def test_nothing_is_counted_after_a_call_that_fails(model):
    with pytest.raises(Crashed, match="no gradient"):
        measured_passes(model, np.ones(2), upstream=np.zeros(2))
    assert not tracemalloc.is_tracing()


def test_the_passes_are_in_no_transcript(model):
    session = model._session
    session.transcript = Transcript()
    measured_passes(model, np.ones(2), upstream=np.ones(2))
    assert session.transcript.exchanges == []


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
