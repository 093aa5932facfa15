"""The numbers in the READMEs and figures of the unit on gated recurrent networks."""

import importlib.util

import numpy as np
import pytest
from repository import ROOT

from docs.figures import gated_rnns
from framework.models.parts import parts_from
from framework.providers.loaded_plugins import Plugins
from solutions.gated_rnns.stacked.stacked import Stacked
from solutions.gated_rnns.vanishing_gradients.vanishing_gradients import descend
from solutions.language_models.rnn.rnn import RNN

EXERCISES = ROOT / "exercises" / "gated_rnns"


def readme(exercise):
    """The text of an exercise, on one line."""
    return " ".join((EXERCISES / exercise / "README.md").read_text("utf-8").split())


def checks_of(exercise):
    """The module of the public checks of an exercise."""
    file = EXERCISES / exercise / f"test_{exercise}.py"
    spec = importlib.util.spec_from_file_location(file.stem, file)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_the_path_at_the_cliff():
    """The norm grows at the cliff; the next update leads to a small norm and twice the loss."""
    cliff = checks_of("vanishing_gradients").cliff
    with parts_from(lambda name: Plugins().registry.get(name, "numpy")):
        path = descend(lambda theta: cliff(theta)[1], np.array([5.0, -2.2]), 1.0, 60)
    losses, gradients = zip(*map(cliff, path), strict=True)
    norms = np.linalg.norm(gradients, axis=1)
    top = int(norms.argmax())
    text = readme("vanishing_gradients")
    assert f"from {norms[top - 1]:.2f} to {norms[top]:.1f} in one step" in text
    assert f"the norm is {norms[top + 1]:.3f}" in text
    assert losses[top + 1] == pytest.approx(2 * losses[top - 1], rel=0.15)
    assert "the loss is twice as large" in text
    assert losses[-1] == pytest.approx(losses[top + 1], rel=0.15)


def test_how_far_gradients_are_apart_with_one_matrix_and_with_many():
    """Over 39 steps, the logarithm deviates about four times as much with the same matrix."""
    rng, H, steps = np.random.default_rng(0), 4, 39
    logs = {"same": [], "other": []}
    for _ in range(300):
        W = rng.normal(scale=H**-0.5, size=(steps, H, H))
        for name, matrices in (("same", W[:1].repeat(steps, axis=0)), ("other", W)):
            grad = np.ones(H)
            for matrix in matrices:
                grad = matrix @ grad
            logs[name].append(np.log(np.linalg.norm(grad)))
    assert 3.5 < np.std(logs["same"]) / np.std(logs["other"]) < 5.5
    assert "deviates about four times as much" in readme("vanishing_gradients")


@pytest.mark.parametrize(
    ("skip", "shown", "least", "most"),
    [
        (None, "1/80 of the norm without connections", 1 / 110, 1 / 60),
        ("residual", "twice the norm with skip connections", 1.6, 2.4),
        ("dense", "1/5 of the norm with dense connections", 1 / 6, 1 / 4),
    ],
)
def test_the_gradient_that_reaches_the_lowest_of_eight_layers(skip, shown, least, most):
    assert shown in readme("stacked")
    rng, depth, size, logs = np.random.default_rng(0), 8, 16, []
    for _ in range(60):
        sizes = [size * layer if skip == "dense" else size for layer in range(1, depth + 1)]
        model = Stacked([RNN(width, size, rng=rng) for width in sizes], skip)
        for name, value in model.parameters.items():
            scale = 0.5 * len(value) ** -0.5 if value.ndim == 2 else 0
            model.parameters[name][...] = rng.normal(scale=scale, size=value.shape)
        grad = np.zeros((4, 10, size))
        grad[:, -1] = rng.normal(size=(4, size))
        model.forward(rng.normal(size=(4, 10, size)))
        model.backward(grad)
        lowest, highest = (np.linalg.norm(model.gradients[f"layer_{i}.b"]) for i in (1, depth))
        logs.append(np.log(lowest / highest))
    assert least < np.exp(np.mean(logs)) < most


def test_the_gate_of_a_new_highway_layer():
    """t near σ(−2) keeps 88 % of x; half of it in each of ten layers leaves a thousandth."""
    t, text = 1 / (1 + np.exp(2)), readme("shortcuts")
    assert f"σ(−2) = {t:.2f}, and y keeps {100 * (1 - t):.0f} % of x" in text
    assert pytest.approx(1 / 1000, rel=0.03) == 0.5**10


def test_best_tags_of_both_readers():
    """Phrases of four words have one or two intensifiers; half of those are guessed."""
    share = 1 - 0.5 * np.mean([1, 2]) / 4
    assert f"{100 * share:g} %" in readme("rnn_tagger")


def test_bars_of_the_gradient_on_its_way_back():
    svg = gated_rnns.vanishing().svg()
    for steps in range(5):
        assert f">{0.5**steps:.2g}<" in svg
