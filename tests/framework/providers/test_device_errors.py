"""Errors of a GPU and its driver say what to do, wherever they come from."""

import sys
import tomllib

import pytest
from repository import text_of
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


KINDS = {kind.__name__: kind for kind in (RuntimeError, OutOfMemoryError, AcceleratorError)}
CASES = tomllib.loads(text_of("training/device_errors.toml"))
ERRORS = {name: KINDS[case["kind"]](case["message"]) for name, case in CASES.items()}


@pytest.mark.parametrize("name", ERRORS)
def test_an_error_of_a_device_says_what_happened_and_what_to_do(name):
    error, said = ERRORS[name], CASES[name]["said"]
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
        raise ERRORS["memory"]

    monkeypatch.setattr(Learner, "step", step)
    with pytest.raises(DeviceError, match=r"smaller `--batch-size`.*`--resume` continues from"):
        train("language_model", "m")
    assert (spec / "m.last").exists()


@pytest.mark.parametrize(("module", "name"), [(cli, "gradus"), (grade_cli, "grade")])
def test_both_commands_end_without_a_traceback(module, name, monkeypatch, capsys):
    def fail(*args, **named):
        raise ERRORS["driver"]

    monkeypatch.setattr(TyperCommand if module is grade_cli else cli.Root, "main", fail)
    monkeypatch.setattr(sys, "argv", [name, "list"])
    monkeypatch.setattr(grade_cli, "end_process", sys.exit)  # this process goes on
    with pytest.raises(SystemExit) as ended:
        module.main()
    assert ended.value.code == 2
    shown = capsys.readouterr().err
    assert shown.startswith(f"{name}: the driver of the GPU is missing or too old")
    assert "Traceback" not in shown
