"""The numbers in READMEs on recurrent networks are those of the solutions."""

import re

import numpy as np
import pytest
from repository import ROOT

from framework.models.parts import parts_from
from solutions.language_models.conditional_lm.conditional_lm import ConditionalLM
from solutions.language_models.rnn.rnn import RNN
from solutions.language_models.rnn_lm.rnn_lm import RecurrentLM
from solutions.language_models.sentence_encoder.sentence_encoder import SentenceEncoder

EXERCISES = ROOT / "exercises"


@pytest.fixture
def rng():
    return np.random.default_rng(0)


def example(path):
    """The worked example of a README."""
    text = (EXERCISES / path / "README.md").read_text(encoding="utf-8")
    heading = re.search("^## (An example to check by hand|A worked example)$", text, re.MULTILINE)
    return text[heading.end() :].split("\n## ")[0]


def shows(text, values):
    """Every one of `values` is printed in `text`, rounded to four digits."""
    for value in np.ravel(values):
        written = f"{value:.4f}".replace("-", "−")
        assert written in text, f"{written} is missing"


def set_parameters(model, **values):
    for name, value in values.items():
        model.parameters[name.replace("cell_", "cell.")][...] = value


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


def test_sentence_encoder(rng):
    text = example("language_models/sentence_encoder")
    rnn = RNN(1, 1, rng=rng)
    ids = np.array([[1, 2, 1]])
    for pooling in ("final", "max"):
        with parts_from({"rnn": RNN}.__getitem__):
            model = SentenceEncoder(3, 1, 1, 2, pooling, rng=rng)
        for part, prefix in ((model, "cell_"), (rnn, "")):
            set_parameters(part, **{f"{prefix}W_x": 0.5, f"{prefix}W_h": 0.8, f"{prefix}b": 0.1})
        set_parameters(model, embedding=[[9], [1], [-2]], U=[[1, -1]], b_2=0)
        model.forward(ids)
        model.backward(np.array([[1.0, 0.0]]))
        shows(text, model.gradients["embedding"][1])
    h = rnn.forward(model.parameters["embedding"][ids])
    shows(text, [*h.ravel(), 1 - h[0, 0, 0] ** 2])
    grad_x, _ = rnn.backward(np.array([[[0.0], [0.0], [1.0]]]))  # "final": at the last step alone
    shows(text, grad_x)


def test_conditional_lm(rng):
    text = example("language_models/conditional_lm")
    with parts_from({"rnn": RNN}.__getitem__):
        model = ConditionalLM(3, 1, 1, 1, rng=rng)
    set_parameters(model, embedding=[[0], [1], [-2]], cell_W_x=0.5, cell_W_h=0.8, cell_b=0.1)
    set_parameters(model, U=[[1, 0, -1]], b_2=[0, 0.2, 0], W_0=0.5, W_c=0.4)
    for c in (-1.0, 0.0, 1.0):
        h = model.forward(np.array([[1]]), np.array([[c]]))[0, 0, 0]
        shows(text, h)
    h_0 = np.tanh(0.5)
    grad_z = 1 - h**2
    shows(text, [h_0, np.arctanh(h), grad_z, 0.5 * grad_z, 0.8 * grad_z])
    through_e, through_h_0 = 0.4 * 0.5 * grad_z, 0.5 * (1 - h_0**2) * 0.8 * grad_z
    shows(text, [through_e, through_h_0])
    grad_c = model.backward(np.array([[[1.0, 0.0, 0.0]]]))
    np.testing.assert_allclose(grad_c, through_e + through_h_0)
