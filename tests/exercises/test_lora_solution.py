"""What the README of lora says of the check that tunes a network."""

import math
import runpy

import numpy as np
from repository import ROOT

from framework.models.parts import part
from framework.training.loss_and_optimizers import Adam, SoftmaxCrossEntropy

CHECKS = runpy.run_path(str(ROOT / "exercises/transformers/lora/test_lora.py"))
UNITS, CLASSES, RENAMED = CHECKS["UNITS"], CHECKS["CLASSES"], CHECKS["RENAMED"]


def test_the_share_that_no_classifier_exceeds():
    """The nearest mean is the best guess: its own noise is greater than that of the others."""
    z, distance = np.linspace(-10, 14, 20_001), CHECKS["DISTANCE"]
    below = np.array([0.5 + 0.5 * math.erf(x / 2**0.5) for x in z])
    density = np.exp(-((z - distance) ** 2) / 2) / (2 * np.pi) ** 0.5
    best = float((density * below ** (CLASSES - 1)).sum() * (z[1] - z[0]))
    assert f"{100 * best:.2f}" == "98.97"
    task = CHECKS["Task"](np.random.default_rng(0))
    inputs, labels = task.draw(20_000, np.arange(CLASSES))
    result = ((inputs @ task.means.T).argmax(axis=1) == labels).mean()
    assert abs(result - best) < 0.004


def trained(rank, names, rng):
    """Return the share of right labels before tuning and after it, with LoRA of this rank."""
    task = CHECKS["Task"](rng)
    network = {"b": np.zeros(UNITS), "c": np.zeros(CLASSES)}
    network |= {"W": UNITS**-0.5 * rng.normal(size=(UNITS, UNITS))}
    network |= {"U": UNITS**-0.5 * rng.normal(size=(UNITS, CLASSES))}
    network = CHECKS["tuned"](network, task, np.arange(CLASSES), 300)
    tested, layer = task.draw(4000, names), part("affine")(UNITS, UNITS, rng=rng)
    for name in "Wb":
        layer.parameters[name][...] = network[name]
    model, adam, loss = part("lora")(layer, rank, rank, rng=rng), Adam(), SoftmaxCrossEntropy()
    before = CHECKS["share_of_right"](network, *tested)
    for step in range(CHECKS["STEPS"]):
        adam.learning_rate = CHECKS["RATE"] * (1 - step / CHECKS["STEPS"])
        x, labels = task.draw(CHECKS["BATCH"], names)
        h = np.tanh(model.forward(x))
        loss.forward(CHECKS["output_of"](network, h), labels)
        model.zero_gradients()
        model.backward((loss.backward() @ network["U"].T) * (1 - h**2))
        adam.step(model.parameters, model.gradients)
    model.merge()
    return before, CHECKS["share_of_right"](network | {"W": layer.parameters["W"]}, *tested)


def test_a_change_of_rank_two_needs_rank_two():
    before, after = trained(1, RENAMED, np.random.default_rng(0))
    assert 0.63 < before < 0.69
    assert after > 0.97
    two_pairs = np.array([1, 0, 3, 2, 4, 5])
    assert trained(2, two_pairs, np.random.default_rng(0))[1] > 0.97
    assert trained(1, two_pairs, np.random.default_rng(0))[1] < 0.94


def test_the_numbers_of_parameters():
    of_all = UNITS * UNITS + UNITS + UNITS * CLASSES + CLASSES
    assert (of_all, CHECKS["RANK"] * 2 * UNITS) == (17_286, 512)
    assert 512 / of_all < 0.03
