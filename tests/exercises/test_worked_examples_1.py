"""The tables in the READMEs of activations and optimizers are those of the solutions."""

import importlib
import re
from pathlib import Path

import numpy as np
from repository import ROOT

EXERCISES = ["neural_networks/activations", "neural_networks/optimizers", "word_vectors/word2vec"]


def readme(path: str) -> Path:
    return ROOT / "exercises" / path / "README.md"


def solution(path: str):
    return importlib.import_module(".".join(["solutions", *path.split("/"), Path(path).name]))


def rows(path: str, header: str) -> dict[str, list[str]]:
    """First cell -> the other cells of the table that starts with the line `header`."""
    lines = readme(path).read_text(encoding="utf-8").split(f"{header}\n", 1)[1].splitlines()[1:]
    table = {}
    for line in lines:
        if not line.startswith("|"):
            break
        first, *others = (cell.strip() for cell in line.strip("|").split("|"))
        table[first] = others
    return table


def shown(cell: str) -> tuple[float, float]:
    """The number in a cell and half a unit of its last digit."""
    text = cell.replace("−", "-")
    digits = len(text.split(".")[1]) if "." in text else 0
    return float(text), 0.5 * 10.0**-digits + 1e-12


def test_table_of_activation_values():
    header = "| f | f(−2) | f(−0.5) | f(0) | f(1) | f'(−2) | f'(−0.5) | f'(0) | f'(1) |"
    table = rows(EXERCISES[0], header)
    z = np.array([-2.0, -0.5, 0.0, 1.0])
    assert len(table) == 6
    for name, cells in table.items():
        model = getattr(solution(EXERCISES[0]), name.strip("`"))()
        values = [*model.forward(z), *model.backward(np.ones(4))]
        for value, cell in zip(values, cells, strict=True):
            number, half_a_digit = shown(cell)
            assert abs(value - number) <= half_a_digit, (name, cell, value)


def test_table_of_optimizer_steps():
    table = rows(EXERCISES[1], "| class | after g = 2 | after g = −1 |")
    assert len(table) == 6
    for name, cells in table.items():
        [class_name] = re.findall(r"`(\w+)`", name)
        options = {"bias_correction": False} if "without" in name else {}
        optimizer = getattr(solution(EXERCISES[1]), class_name)(0.1, **options)
        x = {"x": np.array([1.0])}
        for gradient, cell in zip((2.0, -1.0), cells, strict=True):
            optimizer.step(x, {"x": np.array([gradient])})
            number, half_a_digit = shown(cell)
            assert abs(x["x"][0] - number) <= half_a_digit, (name, cell, x)


def test_solutions_stay_silent_at_extreme_inputs():
    """Warnings are errors here: neither ±1000 nor scores of ±1e4 may overflow."""
    z = np.array([-1e200, -1e3, 0.0, 1e3, 1e200])
    for name in ("Sigmoid", "Tanh", "HardTanh", "SoftSign", "ReLU", "LeakyReLU"):
        model = getattr(solution(EXERCISES[0]), name)()
        assert np.isfinite(model.forward(z)).all()
        assert np.isfinite(model.backward(np.ones(5))).all()
    a = solution("neural_networks/neuron").sigmoid(np.array([-1e308, -700.0, 0.0, 700.0, 1e308]))
    assert (np.diff(a) >= 0).all() and a[1] > 0
    word2vec = solution(EXERCISES[2])
    assert np.isfinite(word2vec.softmax(np.array([1e4, -1e4]))).all()
    loss, *gradients = word2vec.naive_softmax(np.ones(1), 1, np.array([[1e4], [-1e4]]))
    assert loss == 2e4
    assert all(np.isfinite(gradient).all() for gradient in gradients)
