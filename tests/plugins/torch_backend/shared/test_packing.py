"""Recurrent layers under a mask: packed words give what single steps give."""

import numpy as np
import pytest
from built_on import on_tensors

torch = pytest.importorskip("torch", reason="the torch backend needs the extra `torch`")

from plugins.networks.gated_rnns.bidirectional import Bidirectional  # noqa: E402
from plugins.torch_backend.arrays import TorchArrays, host_values  # noqa: E402
from plugins.torch_backend.gated_rnns.gru import GRU  # noqa: E402
from plugins.torch_backend.gated_rnns.lstm import LSTM  # noqa: E402
from plugins.torch_backend.language_models.rnn import RNN  # noqa: E402
from plugins.torch_backend.shared import packing, recurrent_layer  # noqa: E402

LAYERS = {"rnn": (RNN, {}), "lstm": (LSTM, {}), "gru": (GRU, {"reset_after": True})}
MASKS = {
    "right": [[1, 1, 0, 0], [1, 1, 1, 1], [1, 0, 0, 0]],
    "left": [[0, 0, 1, 1], [1, 1, 1, 1], [0, 0, 0, 1]],
    "both": [[0, 1, 1, 0], [1, 0, 0, 0], [0, 0, 1, 1]],
    "empty": [[0, 0, 0, 0], [1, 1, 0, 0], [0, 1, 0, 0]],
    "equal": [[1, 1, 1, 0], [1, 1, 1, 0], [1, 1, 1, 0]],
}
GAPS = [[1, 0, 1, 0], [1, 1, 1, 1], [1, 0, 0, 0]]


def layer_of(name, directions=1):
    cls, options = LAYERS[name]
    rng = np.random.default_rng(2)
    layers = [on_tensors(cls, 3, 5, rng=rng, **options) for _ in range(directions)]
    for layer in layers:
        for value in layer.parameters.values():
            value.copy_(torch.from_numpy(rng.normal(size=tuple(value.shape))))
    return layers[0] if directions == 1 else on_tensors(Bidirectional, *layers)


def flat(value):
    return [item for part in value for item in flat(part)] if isinstance(value, tuple) else [value]


def results(layer, mask):
    """Output, last state and all gradients, with respect to a random first state too."""
    rng = np.random.default_rng(5)
    x = torch.from_numpy(rng.normal(size=(3, 4, 3)))

    def drawn(state):
        if isinstance(state, tuple):
            return tuple(drawn(part) for part in state)
        return torch.from_numpy(rng.normal(size=tuple(state.shape)))

    y = layer.forward(x, drawn(layer.initial_state(3)), torch.tensor(mask, dtype=torch.bool))
    layer.zero_gradients()
    returned = layer.backward(torch.from_numpy(rng.normal(size=tuple(y.shape))))
    return [y, *flat(layer.state), *flat(returned), *layer.gradients.values()]


@pytest.fixture
def calls(monkeypatch):
    """The calls of packed kernels; the GRU has its own steps on a CPU, which are faster."""
    monkeypatch.setattr(GRU, "kernel_devices", ("cpu",))
    result, real = [], packing.packed_steps

    def counted(*args):
        result.append(args)
        return real(*args)

    for module in ("gated_rnns.lstm", "gated_rnns.gru", "language_models.rnn"):
        monkeypatch.setattr(f"plugins.torch_backend.{module}.packed_steps", counted)
    return result


@pytest.mark.parametrize("directions", [1, 2])
@pytest.mark.parametrize("mask", MASKS.values(), ids=MASKS)
@pytest.mark.parametrize("name", LAYERS)
def test_packed_words_give_what_single_steps_give(name, mask, directions, calls, monkeypatch):
    packed = results(layer_of(name, directions), mask)
    assert len(calls) == directions
    monkeypatch.setattr(recurrent_layer, "packing", lambda mask: None)
    stepwise = results(layer_of(name, directions), mask)
    assert len(calls) == directions
    for item, other in zip(packed, stepwise, strict=True):
        np.testing.assert_allclose(item, other, rtol=1e-12, atol=1e-14)


@pytest.mark.parametrize("name", LAYERS)
@pytest.mark.parametrize("mask", [GAPS, np.zeros((3, 4)).tolist(), np.ones((3, 4)).tolist()])
def test_gaps_go_step_by_step_and_full_texts_need_no_packing(name, mask, calls):
    results(layer_of(name), mask)
    assert not calls


def test_a_step_of_a_tagger_reads_no_lengths_from_the_device(monkeypatch, calls, backends):
    ids = TorchArrays().from_numpy(np.array([[3, 4, 0], [5, 0, 0]]))

    def read(tensor):
        raise AssertionError("a tensor is read on the host")

    monkeypatch.setattr(torch.Tensor, "cpu", read)
    sizes = (9, 3, 4, 2, "lstm")
    tagger = backends("torch").build(
        "recurrent_tagger", *sizes, kind="model", rng=np.random.default_rng(0)
    )
    tagger.backward(torch.ones_like(tagger.forward(ids)))
    assert len(calls) == 2
    mask = TorchArrays().words(ids)
    assert packing.packing(TorchArrays().flip(mask, 1)) is not None
    with pytest.raises(AssertionError, match="is read"):
        host_values(mask + 0)


def test_values_of_a_changed_tensor_are_read_again():
    ids = TorchArrays().from_numpy(np.array([[3, 4], [5, 0]]))
    ids[0, 1] = 0
    assert host_values(ids).tolist() == [[3, 0], [5, 0]]
    mask = TorchArrays().words(ids)
    before = packing.packing(mask)
    mask[1] = True
    assert packing.packing(mask).batch_sizes.tolist() == [2, 1]
    assert before.batch_sizes.tolist() == [2]
