"""The sentence encoder and the conditional model on tensors, compared with the NumPy forms."""

import numpy as np
import pytest
from agreement import close, same_gradients
from built_on import arrays_of

from framework.models.parts import parts_from

torch = pytest.importorskip("torch", reason="the torch backend needs the extra `torch`")

from plugins.networks.language_models import conditional_lm, sentence_encoder  # noqa: E402
from plugins.torch_backend.convolution import pooling  # noqa: E402
from plugins.torch_backend.gated_rnns import gru, lstm  # noqa: E402
from plugins.torch_backend.language_models import rnn  # noqa: E402
from plugins.torch_backend.neural_networks.neuron import Affine  # noqa: E402
from solutions.gated_rnns.gru import gru as numpy_gru  # noqa: E402
from solutions.gated_rnns.lstm import lstm as numpy_lstm  # noqa: E402
from solutions.language_models.conditional_lm import conditional_lm as numpy_lm  # noqa: E402
from solutions.language_models.rnn import rnn as numpy_rnn  # noqa: E402
from solutions.language_models.sentence_encoder import (  # noqa: E402
    sentence_encoder as numpy_encoder,
)
from solutions.neural_networks.neuron.neuron import sigmoid  # noqa: E402

CELLS = {
    "numpy": {
        "rnn": numpy_rnn.RNN,
        "lstm": numpy_lstm.LSTM,
        "gru": numpy_gru.GRU,
        "sigmoid_function": sigmoid,
    },
    "torch": {
        "rnn": rnn.RNN,
        "lstm": lstm.LSTM,
        "gru": gru.GRU,
        "affine": Affine,
        "max_over_time": pooling.MaxOverTime,
        "average_over_time": pooling.AverageOverTime,
    },
}
ENCODERS = {"numpy": numpy_encoder.SentenceEncoder, "torch": sentence_encoder.SentenceEncoder}
MODELS = {"numpy": numpy_lm.ConditionalLM, "torch": conditional_lm.ConditionalLM}
IDS = np.array([[1, 4, 4, 3, 2], [3, 1, 0, 0, 0], [0, 0, 0, 0, 0], [5, 5, 5, 1, 0]])
CONDITION = np.random.default_rng(7).normal(size=(4, 2))


def built(classes, *args):
    """A model of NumPy's and torch's own, which the same rng gives the same start."""
    for provider in ("numpy", "torch"):
        with parts_from(CELLS[provider].__getitem__), arrays_of(provider):
            yield classes[provider](*args, rng=np.random.default_rng(3))


@pytest.mark.parametrize("cell", ["rnn", "lstm", "gru"])
@pytest.mark.parametrize("pooling", ["final", "max", "mean"])
def test_encoders_agree(pooling, cell):
    theirs, ours = built(ENCODERS, 6, 3, 4, 2, pooling, cell)
    logits = theirs.forward(IDS)
    close(ours.forward(torch.tensor(IDS)), logits)
    close(ours.encode(torch.tensor(IDS)), theirs.encode(IDS))
    grad = np.random.default_rng(5).normal(size=logits.shape)
    theirs.backward(grad)
    assert ours.backward(torch.tensor(grad)) is None
    same_gradients(ours, theirs)


@pytest.mark.parametrize("cell", ["rnn", "lstm", "gru"])
@pytest.mark.parametrize("is_later_piece", [False, True])
def test_conditional_models_agree(is_later_piece, cell):
    theirs, ours = built(MODELS, 6, 2, 3, 4, cell)
    state = ()
    if is_later_piece:
        theirs.forward(IDS, CONDITION)
        ours.forward(torch.tensor(IDS), torch.tensor(CONDITION))
        state = (theirs.state,)
    logits = theirs.forward(IDS, CONDITION, *state)
    close(
        ours.forward(torch.tensor(IDS), torch.tensor(CONDITION), *([ours.state] if state else [])),
        logits,
    )
    close(ours.state, theirs.state)
    grad = np.random.default_rng(5).normal(size=logits.shape)
    close(ours.backward(torch.tensor(grad)), theirs.backward(grad))
    same_gradients(ours, theirs)
    assert bool(ours.gradients["W_0"].any()) != is_later_piece


@pytest.mark.parametrize("cell", ["rnn", "lstm"])
def test_conditional_models_agree_step_by_step(cell):
    theirs, ours = built(MODELS, 6, 2, 3, 4, cell)
    expected = theirs.initial_state(4, CONDITION)
    state = ours.initial_state(4, torch.tensor(CONDITION))
    close(ours.initial_state(4), theirs.initial_state(4))
    for column in IDS.T:
        close(state, expected)
        found, state = ours.next_log_probabilities(torch.tensor(column), state)
        log_probabilities, expected = theirs.next_log_probabilities(column, expected)
        close(found, log_probabilities)


@pytest.mark.parametrize("provider", ["numpy", "torch"])
def test_what_does_not_fit_is_refused(provider):
    with parts_from(CELLS[provider].__getitem__), arrays_of(provider):
        rng = np.random.default_rng(0)
        with pytest.raises(ValueError, match="final, max, mean, but got 'min'"):
            ENCODERS[provider](6, 3, 4, 2, "min", rng=rng)
        model = MODELS[provider](6, 2, 3, 4, rng=rng)
    with pytest.raises(ValueError, match=r"of 4 texts is \(4, 2\), not \(1, 2\)"):
        model.initial_state(4, CONDITION[:1])
