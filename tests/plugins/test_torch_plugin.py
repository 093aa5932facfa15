"""The torch backend registers names alone, and each of them can be loaded."""

import subprocess
import sys

import pytest

import plugins.numpy_reference as reference
import plugins.torch_backend as backend
from framework.providers.registry import Registry


def test_it_offers_what_the_reference_offers():
    """Same names, same kinds: whoever swaps the backend misses nothing."""
    theirs = {(entry.kind, entry.name) for entry in reference.register_implementations()}
    assert {(entry.kind, entry.name) for entry in backend.register_implementations()} == theirs
    assert {entry.provider for entry in backend.register_implementations()} == {"torch"}


def test_registering_does_not_import_torch():
    code = (
        "import sys, plugins.torch_backend as backend; backend.register_implementations(); "
        "sys.exit('torch' in sys.modules)"
    )
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


@pytest.mark.parametrize("entry", backend.register_implementations(), ids=lambda e: e.key)
def test_every_name_loads_as_its_kind(entry):
    pytest.importorskip("torch", reason="the torch backend needs the extra `torch`")
    registry = Registry()
    registry.add(entry)
    assert callable(registry.get(entry.name, "torch", kind=entry.kind))
