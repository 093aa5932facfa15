"""The plugin of `docs/plugins.md` trains with its own loss, penalty, optimizer and cell."""

import re
import shlex

import numpy as np
import pytest
from gradus_command import gradus
from repository import ROOT

from autograder.checks.numerical_gradients import numerical_gradient
from framework.errors import UsageError
from framework.providers.backends import Backend
from framework.providers.loaded_plugins import Plugins
from framework.training.checkpoints import load_checkpoint

FILE = ROOT / "docs" / "examples" / "plugins" / "own_training.py"
(COMMAND,) = re.findall(
    r"^    gradus (train .*own_training\.py.*)$",
    (ROOT / "docs/plugins.md").read_text("utf-8"),
    re.MULTILINE,
)
SHORT = ("--corpus", "text.txt", "--batch-size", 2, "--hidden-size", 4, "--embedding-size", 3)


@pytest.fixture(autouse=True)
def folder(tmp_path, monkeypatch):
    """A small text in the working directory."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "text.txt").write_text("a b c d\nd c a b\n" * 20, encoding="utf-8")
    return tmp_path


@pytest.fixture
def backend():
    return Backend(Plugins([str(FILE)]).registry, "numpy", provider="week3")


def train(*options, epochs=2):
    command = shlex.split(COMMAND.replace(FILE.name, str(FILE)))
    return gradus(*command, *SHORT, "--out", "m", "--epochs", epochs, *options)


def test_the_command_of_the_page_trains_with_all_four_parts():
    shown = train()
    (parts,) = (line for line in shown.splitlines() if line.startswith("from week3: "))
    assert {"elastic", "label_smoothing", "leaky_rnn", "lion"} <= set(re.findall(r"\w+", parts))
    saved = load_checkpoint("m")
    assert saved.arguments["cell"] == "leaky_rnn"
    named = {name: saved.training[name] for name in ("loss", "penalty", "optimizer")}
    assert named == {
        "loss": "label_smoothing:epsilon=0.1",
        "penalty": "elastic:strength=1e-5",
        "optimizer": "lion:beta=0.9",
    }
    assert any(name.startswith("m/") for name in saved.optimizer)
    first, second = re.findall(r"^epoch .*loss ([\d.]+)   penalty [\d.]+", shown, re.MULTILINE)
    assert float(second) < float(first)
    assert "perplexity" in gradus("evaluate", "m", "--plugin", FILE, "--provider", "week3")


def test_a_run_is_resumed_with_the_same_parts_alone(folder):
    train()
    whole = (folder / "m").read_bytes()
    train(epochs=1)
    with pytest.raises(UsageError, match="its penalty is elastic:strength=1e-5, but this run has"):
        train("--penalty", "elastic:strength=2e-5", "--resume")
    train("--resume")
    assert (folder / "m").read_bytes() == whole


def test_a_part_of_the_plugin_is_chosen_by_its_provider(folder):
    gradus("train", "rnn_lm", *SHORT, "--epochs", 1, "--out", "m", "--plugin", FILE,
           "--loss", "label_smoothing@week3:epsilon=0.2")  # fmt: skip
    assert load_checkpoint("m").training["loss"] == "label_smoothing@week3:epsilon=0.2"


def test_its_parts_compute_and_their_gradients_are_derivatives(backend):
    assert gradus("check", "--plugin", FILE) == f"{FILE.stem}: sound\n"
    rng = np.random.default_rng(0)
    cell = backend.build("leaky_rnn", 3, 4, kind="model", rng=rng)
    x, start, upstream = (rng.normal(size=s) for s in ((2, 5, 3), (2, 4), (2, 5, 4)))
    mask = np.array([[1, 1, 1, 1, 1], [1, 1, 1, 0, 0]], dtype=bool)

    def value(point):
        for name, array in cell.parameters.items():
            array[...] = point[name]
        return (cell.forward(point["x"], point["start"], mask) * upstream).sum()

    point = {name: array.copy() for name, array in cell.parameters.items()}
    point |= {"x": x, "start": start}
    measured = numerical_gradient(value, point)
    value(point)
    grad_x, grad_start = cell.backward(upstream)
    for name, gradient in {**cell.gradients, "x": grad_x, "start": grad_start}.items():
        np.testing.assert_allclose(gradient, measured[name], rtol=1e-5, atol=1e-8)
    assert np.array_equal(cell.forward(x, start, mask)[1, 2], cell.state[1])
