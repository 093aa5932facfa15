"""Providers answer as submissions do, in this process: as copies, by handle, with faults."""

import sys
import types

import numpy as np
import pytest

from autograder.sandbox.session.faults import Crashed, NotWritten
from autograder.sandbox.session.inline import InlineSession, ProviderModule
from autograder.sandbox.session.requests import RemoteModule, RemoteObject, assign
from autograder.sandbox.wire import WireError
from framework.interfaces import Model, NumpyArrays
from framework.models.parts import part
from framework.providers.registry import Implementation, Registry


class Net(Model):
    """Scales by a part of another name."""

    def __init__(self, size=2):
        super().__init__()
        self.add_parameter("w", np.ones(size))
        self.inner = part("inner")

    def forward(self, x, scale=1.0):
        return self.parameters["w"] * x * self.inner(scale)

    def backward(self, grad_output):
        raise NotImplementedError


class OneWayArrays(NumpyArrays):
    """Its vectors of three cannot be written to."""

    def assign(self, natives, name, array):
        if array.size == 3:
            raise NotImplementedError("read-only")
        super().assign(natives, name, array)


def interrupted(*args):
    raise KeyboardInterrupt


@pytest.fixture
def session(monkeypatch):
    module = types.ModuleType("some_provider")
    module.Net = Net
    module.echo = lambda value: value
    module.interrupted = interrupted
    module.Uncopied = type("Uncopied", (), {"__getattribute__": interrupted})
    module.label = lambda number: "noun phrase"
    monkeypatch.setitem(sys.modules, "some_provider", module)
    registry, names = Registry(), {"Other": "other"}
    for task in ("Net", "echo", "label", "interrupted", "Uncopied"):
        kind, names[task] = "model" if task == "Net" else "function", task.lower()
        registry.add(Implementation(kind, names[task], "mine", f"some_provider:{task}"))
    provider = ProviderModule(registry, "mine", names)
    return InlineSession(provider, OneWayArrays(), lambda name: lambda scale: 10 * scale)


@pytest.fixture
def module(session):
    return RemoteModule(session)


def test_a_model_is_built_and_used(module):
    net = module.Net(3)
    assert repr(net) == "<remote Net>"
    np.testing.assert_array_equal(net.forward(np.ones(3), scale=2.0), np.full(3, 20.0))
    assert set(net.parameters) == {"w"}


def test_what_is_read_is_a_copy(module):
    net = module.Net(2)
    net.parameters["w"][:] = 9
    np.testing.assert_array_equal(net.parameters["w"], np.ones(2))


def test_equal_answers_of_two_calls_are_distinguished(session, module):
    first, second = (module.label(number) for number in (1, 2))
    assert session.calls.behind(first).text == "label(1)"
    assert session.calls.behind(second).text == "label(2)"


def test_a_missing_method_of_the_arrays_is_no_task_that_is_not_written(module):
    with pytest.raises(
        Crashed, match=r"OneWayArrays.assign raised NotImplementedError\('read-only'"
    ):
        assign(module.Net(3), {"w": np.ones(3)})


@pytest.mark.parametrize("name", ["interrupted", "Uncopied"])
def test_an_interrupt_ends_the_grader_and_is_no_fault_of_the_provider(module, name):
    with pytest.raises(KeyboardInterrupt):
        getattr(module, name)()


def test_an_object_with_arguments_after_the_call_keeps_both(module):
    outcome = module.Net.outcome(np.int64(2), after=True)
    assert isinstance(outcome.value, RemoteObject)
    assert len(outcome.args) == 1


def test_faults_name_the_call(module):
    net = module.Net(2)
    with pytest.raises(NotWritten) as caught:
        net.backward(np.ones(2))
    assert caught.value.call == "backward(float64 (2,)) of Net(2)"
    with pytest.raises(Crashed, match="TypeError") as crashed:
        net.forward(1, 2, 3)
    assert crashed.value.raised == "TypeError"


def test_what_is_not_offered(module):
    with pytest.raises(NotWritten, match="'mine' offers no Other"):
        module.Other(1)


def test_a_new_check_forgets_the_objects_of_the_last(session, module):
    net = module.Net(2)
    session.begin()
    with pytest.raises(Crashed, match="KeyError"):
        net.parameters  # noqa: B018 - reading it asks the session


def test_private_names_are_not_asked_for(module):
    with pytest.raises(AttributeError):
        module._secret  # noqa: B018
    with pytest.raises(AttributeError):
        module.Net(2).__array__  # noqa: B018 - NumPy asks every object for it


def test_an_argument_that_cannot_be_sent_is_ours(module):
    with pytest.raises(WireError):
        module.echo(object())
