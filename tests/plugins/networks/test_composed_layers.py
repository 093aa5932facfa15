"""Bidirectional and stacked layers on tensors, compared with the NumPy forms."""

import numpy as np
import pytest
from agreement import close, same_gradients
from built_on import arrays_of, on_tensors

torch = pytest.importorskip("torch", reason="the torch backend needs the extra `torch`")

from plugins.networks.gated_rnns import bidirectional, stacked  # noqa: E402
from plugins.torch_backend.gated_rnns import lstm  # noqa: E402
from plugins.torch_backend.language_models import rnn  # noqa: E402
from solutions.gated_rnns.bidirectional import bidirectional as numpy_bidirectional  # noqa: E402
from solutions.gated_rnns.lstm import lstm as numpy_lstm  # noqa: E402
from solutions.gated_rnns.stacked import stacked as numpy_stacked  # noqa: E402
from solutions.language_models.rnn import rnn as numpy_rnn  # noqa: E402

MODULES = {
    "numpy": (numpy_rnn, numpy_lstm, numpy_bidirectional, numpy_stacked),
    "torch": (rnn, lstm, bidirectional, stacked),
}
X = np.random.default_rng(7).normal(size=(3, 6, 4))
MASK = np.arange(6) < np.array([[6], [2], [4]])
KINDS = ("bidirectional", None, "residual", "dense")


def built(provider, kind):
    """An LSTM and RNNs, side by side or on top of each other."""
    rnns, lstms, both, stack = MODULES[provider]
    rng = np.random.default_rng(3)
    with arrays_of(provider):
        if kind == "bidirectional":
            return both.Bidirectional(lstms.LSTM(4, 5, rng=rng), rnns.RNN(4, 2, rng=rng))
        wide = 9 if kind == "dense" else 5
        layers = [rnns.RNN(4, 5, rng=rng), lstms.LSTM(wide, 5, rng=rng)]
        return stack.Stacked(layers, kind)


@pytest.mark.parametrize("mask", [None, MASK], ids=["all", "mask"])
@pytest.mark.parametrize("kind", KINDS)
def test_forward_and_backward_agree(kind, mask):
    theirs, ours = built("numpy", kind), built("torch", kind)
    y = theirs.forward(X, None, mask)
    close(ours.forward(torch.tensor(X), None, mask), y)
    close(ours.state, theirs.state)
    close(ours.initial_state(3), theirs.initial_state(3))
    grad = np.random.default_rng(5).normal(size=y.shape)
    close(ours.backward(torch.tensor(grad)), theirs.backward(grad))
    same_gradients(ours, theirs)


def test_what_is_no_stack_and_no_pair():
    layer = on_tensors(rnn.RNN, 4, 4, rng=np.random.default_rng(0))
    with pytest.raises(ValueError, match="one layer at least"):
        stacked.Stacked([])
    with pytest.raises(ValueError, match="one layer stands in two places"):
        stacked.Stacked([layer, layer])
    with pytest.raises(ValueError, match="not 'skip'"):
        stacked.Stacked([layer], "skip")
    with pytest.raises(ValueError, match="each needs weights of its own"):
        bidirectional.Bidirectional(layer, layer)
    with pytest.raises(ValueError, match="zip"):
        stacked.Stacked([layer]).forward(torch.tensor(X), ())
