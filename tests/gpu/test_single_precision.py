"""Every model of the provider `torch` in float32, beside the NumPy form in float64.

TF32, which keeps 11 of the 24 bits, is off. On the CPU a sample runs; ``pytest -m slow`` runs all.
"""

from dataclasses import dataclass

import numpy as np
import pytest
from devices import on_devices, without_tf32

from framework.providers.backends import Backend
from framework.providers.plugins import Plugins

#: Greatest difference of an output, divided by the greatest entry of the array.
FORWARD = 2e-5
#: Greatest difference of a gradient, divided by the greatest entry of the array.
BACKWARD = 1e-4
#: A smaller array, as of gradients that cancel out, is measured by this share of the greatest one.
SMALL = 1e-3

draw = np.random.default_rng(7)
X = draw.normal(size=(3, 6, 4))
MASK = np.arange(6) < np.array([[6], [2], [4]])
IDS = np.array([[1, 4, 4, 5, 2, 3], [5, 3, 0, 0, 0, 0], [2, 1, 3, 4, 0, 0]])
CHARACTERS = draw.integers(1, 6, size=(2, 3, 5))


@dataclass(frozen=True)
class Case:
    """A model: arguments, keyword arguments and inputs; `parts` are its first arguments."""

    args: tuple = ()
    options: tuple = ()
    inputs: tuple = (X,)
    parts: tuple = ()
    in_list: bool = False
    kind: str = "model"
    has_rng: bool = True


def lm(*args, inputs=(IDS,)):
    return Case(args, inputs=inputs, kind="language_model")


def plain(*args, inputs=(X,)):
    return Case(args, inputs=inputs, has_rng=False)


RNN, LSTM = ("rnn", (4, 4)), ("lstm", (4, 4))
CASES = {
    **{name: plain() for name in ("sigmoid", "tanh", "hard_tanh", "soft_sign", "relu")},
    "leaky_relu": plain(),
    "affine": Case((4, 5)),
    "pointwise_conv": Case((4, 5)),
    "conv1d": Case((4, 5, 3), (("padding", 1),)),
    "conv_block": Case((4, 5)),
    "batch_norm1d": plain(4),
    "max_over_time": plain(inputs=(X, MASK)),
    "average_over_time": plain(inputs=(X, MASK)),
    "local_max_pool": plain(2, 2),
    "k_max_pool": plain(2),
    "dropout": Case((0.5,)),
    "variational_dropout": Case((0.5,)),
    "drop_connect": Case((4, 5, 0.5)),
    "rnn": Case((4, 5), inputs=(X, None, MASK)),
    "lstm": Case((4, 5), inputs=(X, None, MASK)),
    "gru": Case((4, 5), inputs=(X, None, MASK)),
    "qrnn": Case((4, 5, 2, "ifo"), inputs=(X, None, MASK)),
    "bidirectional": Case(parts=(RNN, LSTM), inputs=(X, None, MASK), has_rng=False),
    "stacked": Case(parts=(LSTM, RNN), in_list=True, has_rng=False),
    "recurrent_dropout": Case((0.5, "weights"), parts=(LSTM,), inputs=(X, None, MASK)),
    "residual": Case(parts=(("affine", (4, 4)),), has_rng=False),
    "dense_connection": Case(parts=(("affine", (4, 4)),), has_rng=False),
    "highway": Case((4,)),
    "dot_product_attention": Case(inputs=(X, X, X, MASK), has_rng=False),
    "bilinear_attention": Case((4, 4), inputs=(X, X, X, MASK)),
    "additive_attention": Case((4, 4, 3), inputs=(X, X, X, MASK)),
    "window_scorer": Case((4, 5), inputs=(X[:, 0],)),
    "window_classifier": Case((6, 4, 1, 5, 3), inputs=(IDS[:, :3],)),
    "deep_averaging_network": Case((6, 4, [5], 3), inputs=(IDS,)),
    "text_cnn": Case((6, 4, 5, 3), inputs=(IDS,)),
    "deep_text_cnn": Case((6, 3, 16, 9, 4), (("hidden_size", 5), ("k", 1)), (IDS,)),
    "sentence_encoder": Case((6, 4, 5, 3, "max", "lstm"), inputs=(IDS,)),
    "sequence_classifier": Case((6, 4, 5, 3, "qrnn"), inputs=(IDS,)),
    "recurrent_tagger": Case((6, 4, 5, 3, "lstm"), inputs=(IDS,)),
    "character_word_encoder": Case((6, 4, 5), inputs=(CHARACTERS,)),
    "character_tagger": Case((6, 4, 5, 3), inputs=(CHARACTERS,)),
    "convolutional_encoder": Case((6, 4, 5, 6), inputs=(IDS,)),
    "convolutional_translator": Case((6, 6, 4, 5, 6), inputs=(IDS, IDS)),
    "bidirectional_encoder": Case((6, 4, 5), inputs=(IDS,)),
    "attentive_translator": Case((6, 6, 4, 5), inputs=(IDS, IDS)),
    "skip_gram": Case((6, 4), inputs=(IDS[0],)),
    "recurrent_lm": lm(6, 4, 5, "lstm"),
    "gated_lm": lm(6, 4, 5, "gru", 2),
    "window_lm": lm(6, 4, 5),
    "conditional_lm": lm(6, 4, 4, 5, inputs=(IDS, X[:, 0])),
    "attentive_decoder": lm(6, 4, 4, 5, inputs=(IDS, X, MASK)),
}
#: Models without a forward and backward of arrays: counts, a loss with its own gradient, and steps,
#: whose `backward` also takes what `forward` returned.
OTHERS = {"glo_ve", "add_delta", "backoff", "kneser_ney", "ngram_lm", "cbow"} | {
    *("rnn_step", "lstm_step", "gru_step", "reset_after_step"),
}
SAMPLE = ("lstm", "recurrent_tagger", "batch_norm1d", "recurrent_lm")


def built(backend, name, case):
    rng = np.random.default_rng(3)
    parts = [backend.build(part, *args, kind="model", rng=rng) for part, args in case.parts]
    given = ([parts] if case.in_list else parts) + list(case.args)
    options = {**dict(case.options), **({"rng": rng} if case.has_rng else {})}
    model = backend.build(name, *given, kind=case.kind, **options)
    if "dropout" in name or name in ("text_cnn",):
        model.eval()
    return model


def passed(backend, name, case, dtype):
    """The output and all gradients of a forward and a backward, as NumPy arrays by name."""
    model, arrays = built(backend, name, case), backend.arrays
    model.astype(dtype)
    inputs = [
        value if value is None else arrays.from_numpy(np.asarray(value, kept(value, dtype)))
        for value in case.inputs
    ]
    while inputs and inputs[-1] is None:
        inputs.pop()
    output = model.forward(*inputs)
    upstream = np.random.default_rng(5).normal(size=tuple(output.shape)).astype(dtype)
    model.zero_gradients()
    returned = model.backward(arrays.from_numpy(upstream))
    given = returned[0] if isinstance(returned, tuple) else returned
    found = {"output": output, **model.gradients}
    if given is not None:
        found["input"] = given
    return {name: arrays.to_numpy(value) for name, value in found.items()}


def kept(value, dtype):
    """Ids and masks keep their type."""
    return dtype if np.asarray(value).dtype == float else None


@on_devices(CASES, SAMPLE)
def test_float32_is_near_float64(name, device):
    compare(name, device)


def compare(name, device):
    """Compare float32 of torch on `device` with float64 of NumPy."""
    case, registry = CASES[name], Plugins().registry
    expected = passed(Backend(registry, "numpy"), name, case, "float64")
    with without_tf32():
        found = passed(Backend(registry, "torch", device=device), name, case, "float32")
    assert found.keys() == expected.keys()
    greatest = max(np.abs(value).max() for value in expected.values())
    for key, value in expected.items():
        assert found[key].dtype == np.float32
        error = np.abs(found[key] - value).max() / max(np.abs(value).max(), SMALL * greatest)
        limit = FORWARD if key == "output" else BACKWARD
        assert error <= limit, f"{key} of {name}: relative error {error:.1e}, limit {limit:.1e}"


def test_every_model_of_the_provider_is_compared():
    backend = Backend(Plugins().registry, "torch")
    offered = {
        one.name for kind in ("model", "language_model") for one in backend.implementations(kind)
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
