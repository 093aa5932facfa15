"""The reference offers the slice, and everything it names can be loaded."""

import subprocess
import sys

import pytest

from framework.providers.registry import Registry
from plugins.numpy_reference import register_implementations

OFFERED = list(register_implementations())


@pytest.mark.parametrize("implementation", OFFERED, ids=lambda entry: entry.key)
def test_every_target_offers_what_its_kind_promises(implementation):
    registry = Registry()
    registry.add(implementation)
    registry.load(implementation)


def test_it_offers_the_parts_that_commands_ask_for_by_name():
    keys = {entry.key for entry in OFFERED}
    assert {f"{name}@numpy" for name in ("arrays", "softmax_cross_entropy", "adam")} <= keys
    assert {"recurrent_lm@numpy", "rnn@numpy", "deep_averaging_network@numpy"} <= keys


def test_registering_imports_no_solution():
    code = (
        "import sys, plugins.numpy_reference as p; p.register_implementations(); "
        "print([m for m in sys.modules if m.startswith(('solutions', 'torch', "
        "'plugins.numpy_reference.'))])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
