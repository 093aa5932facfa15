"""The numbers in the READMEs of rnn and rnn_lm are those of the solutions."""

import numpy as np
import pytest
from repository import ROOT

from framework.models.parts import parts_from
from solutions.language_models.rnn.rnn import RNN
from solutions.language_models.rnn_lm.rnn_lm import RecurrentLM

EXERCISES = ROOT / "exercises"


@pytest.fixture
def rng():
    return np.random.default_rng(0)


def example(path):
    """The section of a README that is to be checked by hand."""
    text = (EXERCISES / path / "README.md").read_text(encoding="utf-8")
    return text.split("## An example to check by hand")[1].split("\n## ")[0]


def shows(text, values):
    """Every one of `values` is printed in `text`, rounded to four digits."""
    for value in np.ravel(values):
        written = f"{value:.4f}".replace("-", "−")
        assert written in text, f"{written} is missing"


def set_parameters(model, **values):
    for name, value in values.items():
        model.parameters[name.replace("cell_", "cell.")][...] = value


def test_rnn(rng):
    text = example("language_models/rnn")
    model = RNN(1, 1, rng=rng)
    set_parameters(model, W_x=0.5, W_h=0.8, b=0.1)
    h = model.forward(np.array([[[1.0], [-2.0]]]), np.array([[0.5]]))
    grad_x, grad_h_0 = model.backward(np.array([[[0.0], [1.0]]]))
    grad_a, h_before, x = grad_x[0] / 0.5, np.array([[0.5], h[0, 0]]), np.array([[1.0], [-2.0]])
    for values in (np.arctanh(h), h, grad_x, grad_h_0, *model.gradients.values()):
        shows(text, values)
    for values in (grad_a, h_before * grad_a, x * grad_a):
        shows(text, values)


def test_rnn_lm(rng):
    text = example("language_models/rnn_lm")
    with parts_from({"rnn": RNN}.__getitem__):
        model = RecurrentLM(3, 1, 1, rng=rng)
    set_parameters(model, embedding=[[0], [1], [-2]], cell_W_x=0.5, cell_W_h=0.8, cell_b=0.1)
    set_parameters(model, U=[[1, 0, -1]], b_2=[0, 0.2, 0])
    logits = model.forward(np.array([[1, 2, 1]]))[0]
    y_hat = np.exp(logits) / np.exp(logits).sum(axis=1, keepdims=True)
    losses = -np.log(y_hat[[0, 1, 2], [2, 1, 0]])
    for values in (logits[:, [0, 2]], y_hat, losses, losses.mean(), np.exp(losses.mean())):
        shows(text, values)

    grad_logits = ((y_hat - np.eye(3)[[2, 1, 0]]) / 3)[None]
    model.backward(grad_logits)
    shows(text, model.gradients["embedding"][1:])
    assert model.gradients["embedding"][0] == 0
    grad_e, _ = model.cell.backward(grad_logits @ model.parameters["U"].T)
    shows(text, grad_e)
