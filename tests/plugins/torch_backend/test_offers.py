"""The torch backend registers names alone, and each of them can be loaded."""

import subprocess
import sys
from pathlib import Path

import pytest

import plugins.torch_backend as backend
from framework.course.catalogue import Catalogue, active_course
from framework.providers.loaded_plugins import Plugins
from framework.providers.registry import Registry

OFFERED = backend.register_implementations(active_course())

#: What a course without exercises is offered.
EXTRAS = backend.register_implementations(Catalogue(Path("without exercises")))


def test_it_offers_what_the_reference_offers():
    """Same names and kinds; schedules know no arrays, and come from the reference.

    Only tensors have an accelerator. The tape of `autograd` is of NumPy arrays alone.
    """
    registry = Plugins(blocked=["torch_backend"]).registry
    theirs = {(entry.kind, entry.name) for entry in registry if entry.provider == "numpy"}
    without_arrays = {("schedule", name) for name in ("constant", "linear_decay", "plateau")}
    tape = {("function", name) for name in ("sum_to", "tape", "value")}
    assert {(entry.kind, entry.name) for entry in OFFERED} == {
        *(theirs - without_arrays - tape),
        ("accelerator", "accelerator"),
    }
    assert {entry.provider for entry in OFFERED} == {"torch"}


def test_registering_does_not_import_torch():
    code = (
        "import sys; from framework.course.catalogue import active_course; "
        "import plugins.torch_backend as backend; "
        "backend.register_implementations(active_course()); sys.exit('torch' in sys.modules)"
    )
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


@pytest.mark.parametrize("entry", [*OFFERED, *EXTRAS], ids=lambda entry: entry.target)
def test_every_name_loads_as_its_kind(entry):
    pytest.importorskip("torch", reason="the torch backend needs the extra `torch`")
    registry = Registry()
    registry.add(entry)
    assert callable(registry.get(entry.name, "torch", kind=entry.kind))
