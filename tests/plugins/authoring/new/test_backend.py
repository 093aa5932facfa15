"""`gradus new backend` writes a backend that works."""

import sys

import pytest
from programs import completed
from typer.testing import CliRunner

from framework.cli import app
from framework.errors import ConflictError
from framework.providers.backends import Backend
from framework.providers.loaded_plugins import Plugins
from plugins.authoring.new.new_plugin import write_plugin


@pytest.fixture
def folder(tmp_path):
    write_plugin("tensor-box", tmp_path / "tensor-box", "backend")
    return tmp_path / "tensor-box"


@pytest.mark.timeout(300)
def test_its_own_tests_pass(folder):
    command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "tests"]
    done = completed(*command, cwd=folder)
    assert "7 passed" in done.stdout, done.stdout + done.stderr


def test_shared_networks_are_built_from_its_layers(folder):
    backend = Backend(Plugins(options=[str(folder)]).registry, "tensor-box")
    rng = backend.arrays.generator(0)
    model = backend.build("window_classifier", 9, 2, 1, 3, 4, kind="model", rng=rng)
    assert tuple(model.parameters["embedding"].shape) == (9, 2)
    assert backend.taken == dict.fromkeys(("window_classifier", "affine", "tanh"), "tensor-box")


def test_the_command_says_what_to_try(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    result = CliRunner().invoke(app, ["new", "backend", "crates"])
    assert result.exit_code == 0
    assert "wrote crates/crates/arrays.py" in result.output
    assert "grade neuron --provider crates --plugin ./crates" in result.output


def test_the_name_of_a_backend_that_exists_is_refused(tmp_path):
    with pytest.raises(ConflictError, match="'jax' is built in"):
        write_plugin("jax", tmp_path / "jax", "backend")
