"""What a run gets on which device and with which options."""

import numpy as np
import pytest

torch = pytest.importorskip("torch", reason="the torch backend needs the extra `torch`")

from framework.providers.backends import Backend  # noqa: E402
from framework.providers.loaded_plugins import Plugins  # noqa: E402
from framework.training.accelerator import accelerator_of  # noqa: E402
from framework.training.training_options import LearningOptions  # noqa: E402
from plugins.torch_backend.acceleration import accelerator as module  # noqa: E402
from plugins.torch_backend.acceleration.graphs import RepeatedStep, refusal  # noqa: E402
from plugins.torch_backend.arrays import DeviceGenerator  # noqa: E402

CPU = torch.device("cpu")


def accelerator(**options):
    return accelerator_of(Backend(Plugins().registry, "torch"), LearningOptions(**options))


def step(batch):
    raise AssertionError("not called")


@pytest.fixture
def gpu(monkeypatch):
    """A GPU by name."""
    monkeypatch.setattr(module, "current_device", lambda: torch.device("cuda"))
    monkeypatch.setattr(module, "SideStream", lambda device: "a side stream")
    monkeypatch.setattr(module, "moved_ahead", lambda batches, stream: (batches, stream))


def test_a_cpu_takes_batches_and_steps_as_they_are():
    batches = iter([1])
    assert accelerator().moved_ahead(batches) is batches
    assert accelerator().repeated(step, None, DeviceGenerator(0, CPU)) is step
    assert accelerator().notes() == []


def test_a_gpu_gets_batches_ahead_and_recorded_steps(gpu):
    batches, rng = iter([1]), DeviceGenerator(0, CPU)
    result = accelerator()
    assert result.moved_ahead(batches) == (batches, "a side stream")
    repeated = result.repeated(step, None, rng)
    assert isinstance(repeated, RepeatedStep)
    assert repeated._recorder._generator is rng.on_device
    assert result.notes() == []  # no step yet


def test_masks_of_another_generator_are_never_recorded(gpu):
    assert accelerator().repeated(step, None, np.random.default_rng(0)) is step


@pytest.mark.parametrize(
    ("options", "device", "reason"),
    [
        ({}, "cuda", ""),
        ({"compile": True}, None, ""),
        ({"graphs": False}, "cuda", "`--no-graphs` was given"),
        ({"deterministic": True}, "cuda", "with `--deterministic` all steps"),
    ],
)
def test_options_reach_the_recorded_steps(gpu, options, device, reason):
    repeated = accelerator(**options).repeated(step, None, DeviceGenerator(0, CPU))
    assert repeated._device == device
    assert refusal(repeated._start).startswith(reason)
    assert bool(refusal(repeated._start)) == bool(reason)
