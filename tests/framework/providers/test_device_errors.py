"""Errors of a GPU and its driver say what to do, wherever they come from."""

import sys

import pytest
from small_runs import copy_corpora, train
from typer.core import TyperCommand

from autograder import cli as grade_cli
from framework import cli
from framework.errors import DeviceError
from framework.providers.device_errors import device_error, explained_device_errors
from framework.training.loops import Learner


class OutOfMemoryError(RuntimeError):
    """Has the name of torch's error, and its base class."""


class AcceleratorError(RuntimeError):
    """Torch raises such errors for the codes of the CUDA library."""


ERRORS = {
    "memory": (
        OutOfMemoryError("CUDA: Tried to allocate 2.00 GiB. GPU 0 has a total of 15.00 GiB"),
        r"no memory left \(CUDA: Tried to allocate 2.00 GiB.*\): use a smaller `--batch-size`",
    ),
    "library": (
        RuntimeError("cuDNN error: CUDNN_STATUS_ALLOC_FAILED"),
        "no memory left .*`--precision bfloat16`",
    ),
    "driver": (
        RuntimeError("CUDA driver version is insufficient for CUDA runtime version"),
        "too old for this torch .*`nvidia-smi` shows its version",
    ),
    "no driver": (
        RuntimeError("Found no NVIDIA driver on your system. Please check ..."),
        "missing or too old .*`--device cpu` needs none",
    ),
    "kernel": (
        AcceleratorError("CUDA error: no kernel image is available for execution on the device\nx"),
        r"no code for this GPU \(CUDA error: no kernel image .* device\): install a build",
    ),
    "assert": (
        AcceleratorError("CUDA error: device-side assert triggered\nCUDA kernel errors might be"),
        "such as an id without a row .*`--device cpu` names the operation",
    ),
    "fault": (
        AcceleratorError("CUDA error: an illegal memory access was encountered"),
        "stopped at a fault .*CUDA_LAUNCH_BLOCKING=1",
    ),
    "deterministic": (
        RuntimeError("cumsum_cuda_kernel does not have a deterministic implementation, but you"),
        "leave `--deterministic` out",
    ),
}


@pytest.mark.parametrize(("error", "said"), ERRORS.values(), ids=ERRORS)
def test_an_error_of_a_device_says_what_happened_and_what_to_do(error, said):
    with pytest.raises(DeviceError, match=said) as raised, explained_device_errors("Go on"):
        raise error
    assert raised.value.exit_code == 2
    assert raised.value.__cause__ is error
    assert str(raised.value).endswith(". Go on")


@pytest.mark.parametrize("error", [RuntimeError("shapes differ"), ValueError("out of memory")])
def test_other_errors_stay_as_they_are(error):
    assert device_error(error) is None
    with pytest.raises(type(error)) as raised, explained_device_errors():
        raise error
    assert raised.value is error


def test_a_step_without_memory_ends_the_run_with_advice(spec, monkeypatch):
    copy_corpora(spec)

    def step(learner, batch):
        raise ERRORS["memory"][0]

    monkeypatch.setattr(Learner, "step", step)
    with pytest.raises(DeviceError, match=r"smaller `--batch-size`.*`--resume` continues from"):
        train("language_model", "m")
    assert (spec / "m.last").exists()


@pytest.mark.parametrize(("module", "name"), [(cli, "gradus"), (grade_cli, "grade")])
def test_both_commands_end_without_a_traceback(module, name, monkeypatch, capsys):
    def fail(*args, **named):
        raise ERRORS["driver"][0]

    monkeypatch.setattr(TyperCommand if module is grade_cli else cli.Root, "main", fail)
    monkeypatch.setattr(sys, "argv", [name, "list"])
    monkeypatch.setattr(grade_cli, "end_process", sys.exit)  # this process goes on
    with pytest.raises(SystemExit) as ended:
        module.main()
    assert ended.value.code == 2
    shown = capsys.readouterr().err
    assert shown.startswith(f"{name}: the driver of the GPU is missing or too old")
    assert "Traceback" not in shown
