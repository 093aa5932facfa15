"""Every model of the provider `torch` in float32, beside the NumPy form in float64.

TF32, which keeps 11 of the 24 bits, is off. On the CPU a sample runs; ``pytest -m slow`` runs all.
"""

import numpy as np
import pytest
from devices import on_devices
from model_catalogue import LANGUAGE_MODELS, MODELS, built, given

from framework.providers.backends import Backend
from framework.providers.loaded_plugins import Plugins

#: Greatest difference of an output, divided by the greatest entry of the array.
FORWARD = 2e-5
#: Greatest difference of a gradient, divided by the greatest entry of the array.
BACKWARD = 1e-4
#: A smaller array, as of gradients that cancel out, is measured by this share of the greatest one.
SMALL = 1e-3

#: One case of each model: the last one, as those with a mask come last.
CASES = {case[1]: case[1:] for case in MODELS + LANGUAGE_MODELS}
#: Models without a forward and backward of arrays: counts, a loss with its own gradient, and steps,
#: whose `backward` also takes what `forward` returned.
OTHERS = {"glo_ve", "add_delta", "backoff", "kneser_ney", "ngram_lm", "cbow"} | {
    *("rnn_step", "lstm_step", "gru_step", "reset_after_step"),
}
SAMPLE = ("lstm", "recurrent_tagger", "batch_norm1d", "recurrent_lm")


def passed(backend, case, dtype):
    """The output and all gradients of a forward and a backward, as NumPy arrays by name."""
    name, sizes, settings, inputs = case
    model, arrays = built(backend, name, *sizes, **settings), backend.arrays
    model.astype(dtype)
    if "dropout" in name:
        model.eval()
    output = model.forward(*given(arrays, inputs, dtype))
    upstream = np.random.default_rng(5).normal(size=tuple(output.shape)).astype(dtype)
    model.zero_gradients()
    returned = model.backward(arrays.from_numpy(upstream))
    first = returned[0] if isinstance(returned, tuple) else returned
    result = {"output": output, **model.gradients} | ({} if first is None else {"input": first})
    return {key: arrays.to_numpy(value) for key, value in result.items()}


@on_devices(CASES, SAMPLE)
def test_float32_is_near_float64(name, device):
    compare(name, device)


def compare(name, device):
    """Compare float32 of torch on `device` with float64 of NumPy."""
    case, registry = CASES[name], Plugins().registry
    expected = passed(Backend(registry, "numpy"), case, "float64")
    backend = Backend(registry, "torch", device=device)
    backend.arrays.use_full_precision()
    result = passed(backend, case, "float32")
    assert result.keys() == expected.keys()
    greatest = max(np.abs(value).max() for value in expected.values())
    for key, value in expected.items():
        assert result[key].dtype == np.float32
        error = np.abs(result[key] - value).max() / max(np.abs(value).max(), SMALL * greatest)
        limit = FORWARD if key == "output" else BACKWARD
        assert error <= limit, f"{key} of {name}: relative error {error:.1e}, limit {limit:.1e}"


def test_every_model_of_the_provider_is_compared():
    backend = Backend(Plugins().registry, "torch")
    offered = {
        implementation.name
        for kind in ("model", "language_model")
        for implementation in backend.implementations(kind)
    }
    assert offered - OTHERS == CASES.keys()


def test_a_wrong_bit_is_seen(monkeypatch):
    """The comparison fails if products keep only the 11 bits of TF32."""
    from plugins.torch_backend.shared import recurrent_layer

    real = recurrent_layer.RecurrentLayer.forward
    monkeypatch.setattr(
        recurrent_layer.RecurrentLayer,
        "forward",
        lambda layer, x, *rest: real(layer, (x.half().to(x.dtype)), *rest),
    )
    with pytest.raises(AssertionError, match="of lstm: relative error"):
        compare("lstm", "cpu")
