"""Every model of the exercises with arguments and inputs, for all tests that compare forms.

The first word of a case is the exercise that teaches the model.
"""

import inspect

import numpy as np
import pytest

from framework.data.vocabulary import Vocabulary
from framework.models.language_models import build_language_model

rng = np.random.default_rng(7)
Z = np.concatenate([rng.normal(scale=2.0, size=6), [-1e3, -40, -0.9, 0.9, 40, 1e3]]).reshape(1, -1)
X, H_0 = rng.normal(size=(3, 7, 4)), rng.normal(size=(3, 5))
IDS = np.array([[1, 4, 4, 3, 2], [3, 1, 0, 0, 0], [0, 0, 0, 0, 0], [5, 5, 5, 1, 0]])
TEXT = np.array([[1, 4, 4, 0, 2], [0, 3, 0, 0, 5]])
CONDITION = rng.normal(size=(4, 2))
LONG = rng.integers(7, size=(6, 23))
WORDS = np.sort(rng.integers(8, size=(3, 4, 5)), axis=2)[..., ::-1].copy()
WORDS[1, 2:] = 0
TIES = rng.integers(-2, 3, size=(3, 7, 2)).astype(float)
MASK = np.arange(7) < np.array([[7], [2], [4]])
GAPS = rng.random((3, 7)) < 0.6
WRITTEN = Vocabulary(["key", "keys", "of", "cabinets"])
ENCODER = {"embedding_size": 2, "maps": [2, 3], "widths": [1, 3], "highway_layers": 1}
DEEP = {"layer": "lstm", "layers": 3}
RNN, LSTM, AFFINE = ("rnn", 4, 5), ("lstm", 4, 5), ("affine", 4, 4)
VECTORS = rng.normal(size=(6, 4))
SOURCE, BEFORE = rng.integers(7, size=(4, 5)), rng.integers(6, size=(4, 3))

#: Exercise, name, sizes, settings, and the inputs of a forward. A tuple of sizes is a layer.
MODELS = [
    *(("activations", n, (), {}, (Z,)) for n in ("sigmoid", "tanh", "hard_tanh", "soft_sign")),
    *(("activations", n, (), {}, (Z,)) for n in ("relu", "leaky_relu")),
    ("activations", "leaky_relu", (0.3,), {}, (Z,)),
    ("neuron", "affine", (4, 5), {}, (X,)),
    ("backpropagation", "window_scorer", (4, 3), {}, (X[0],)),
    ("backpropagation", "window_scorer", (4, 3, "tanh"), {}, (X[0],)),
    ("window_classifier", "window_classifier", (7, 3, 1, 4, 2), {}, (IDS[:, :3],)),
    ("word2vec", "skip_gram", (6, 4), {}, (IDS.ravel(),)),
    *(
        ("rnn", "rnn", (4, 5), {"truncation": steps}, (X, H_0, mask))
        for steps in (None, 1, 3, 9)
        for mask in (None, MASK)
    ),
    ("lstm", "lstm", (4, 5), {}, (X, (H_0, -H_0), GAPS)),
    ("gru", "gru", (4, 5), {}, (X, H_0, GAPS)),
    ("gru", "gru", (4, 5), {"reset_after": True}, (X, H_0, MASK)),
    ("shortcuts", "residual", (AFFINE,), {}, (X,)),
    ("shortcuts", "dense_connection", (AFFINE,), {}, (X,)),
    ("shortcuts", "highway", (4,), {}, (X,)),
    ("bidirectional", "bidirectional", (LSTM, ("rnn", 4, 2)), {}, (X, None, MASK)),
    *(
        ("stacked", "stacked", ([RNN, ("lstm", wide, 5)], kind), {}, (X, None, mask))
        for kind, wide in ((None, 5), ("residual", 5), ("dense", 9))
        for mask in (None, MASK)
    ),
    *(
        ("stacked", "recurrent_dropout", ((cell, 4, 5), 0.5, drop), {}, (X, None, MASK))
        for cell in ("rnn", "lstm", "gru")
        for drop in ("inputs", "weights")
    ),
    ("rnn_tagger", "recurrent_tagger", (7, 3, 4, 5), {}, (IDS,)),
    ("rnn_tagger", "recurrent_tagger", (7, 3, 4, 5, "lstm", False), {}, (IDS,)),
    *(
        ("conv1d", "conv1d", (4, 3, width), {"padding": p, "stride": s, "dilation": d}, (X,))
        for width, p, s, d in [(1, 0, 1, 1), (2, 1, 1, 2), (3, 2, 3, 1), (4, 3, 2, 3), (3, 5, 5, 4)]
    ),
    ("conv1d", "pointwise_conv", (4, 3), {}, (X,)),
    *(
        ("pooling", name, sizes, {}, (TIES, mask))
        for name, all_sizes in {
            "max_over_time": [()],
            "average_over_time": [()],
            "local_max_pool": [(1, 1), (2, 2), (3, 1), (3, 2), (9, 4)],
            "k_max_pool": [(1,), (3,), (9,)],
        }.items()
        for sizes in all_sizes
        for mask in (None, MASK, GAPS)
    ),
    *(
        ("batch_norm", "batch_norm1d", (4,), settings, (x,))
        for settings in ({}, {"momentum": 1.0}, {"momentum": 0.0, "epsilon": 0.5})
        for x in (X, X[0])
    ),
    *(
        ("qrnn", "qrnn", (4, 5, width, kind), {}, (X, None, mask))
        for width, mask in ((1, GAPS), (2, None), (4, MASK))
        for kind in ("f", "fo", "ifo")
    ),
    ("bag_of_vectors", "deep_averaging_network", (6, 4, [], 3), {}, (IDS,)),
    ("bag_of_vectors", "deep_averaging_network", (6, 4, [7, 5], 3), {}, (IDS,)),
    *(
        (
            "deep_text_cnn",
            "deep_text_cnn",
            (7, 3, 20, depth, 2),
            {"hidden_size": 5, "k": 2} | how,
            (LONG,),
        )
        for depth in (9, 17)
        for how in ({}, {"shortcut": True})
    ),
    ("highway_char_cnn", "character_word_encoder", (8, 2, 3), {}, (WORDS,)),
    *(
        ("highway_char_cnn", "character_word_encoder", sizes, settings, (WORDS,))
        for sizes, settings in (
            ((8, 2, [1, 4]), {"widths": [6, 1], "highway_layers": 0}),
            ((8, 1, 2), {"widths": [2], "highway_layers": 3}),
        )
    ),
    ("highway_char_cnn", "character_tagger", (8, 2, 3, 4), {}, (WORDS,)),
    ("highway_char_cnn", "character_tagger", (8, 2, 3, 4, 2), {"widths": [1, 2]}, (WORDS,)),
    *(
        ("model_comparison", "sequence_classifier", (6, 3, 4, 2, encoder, kind), {}, (IDS,))
        for encoder in ("conv1d", "rnn", "lstm", "gru", "qrnn")
        for kind in ("max", "mean", "last")
    ),
    *(
        ("sentence_encoder", "sentence_encoder", (6, 3, 4, 2, kind, cell), {}, (IDS,))
        for cell in ("rnn", "lstm", "gru")
        for kind in ("final", "max", "mean")
    ),
    *(("model_comparison", "transformer_layer", (4, size), {}, (X,)) for size in (3, 4)),
    *(
        ("text_cnn", "text_cnn", (6, 4, 5, 3), settings, (IDS,))
        for settings in (
            {"widths": (1, 3, 3)},
            {"vectors": VECTORS},
            {"vectors": VECTORS, "channels": "static"},
            {"vectors": VECTORS, "channels": "both", "keep_probability": 1.0},
            {"keep_probability": 1.0},
        )
    ),
    *(("dropout", n, (0.5,), {}, (X,)) for n in ("dropout", "variational_dropout")),
    ("dropout", "drop_connect", (4, 5, 0.5), {}, (X,)),
    *(
        ("layer_norm", name, sizes, {}, (x,))
        for name in ("layer_norm", "rms_norm")
        for sizes, x in (((4, 0.5), X[0, 0]), ((4,), X))
    ),
    ("positions", "learned_positions", (7, 4), {}, (X,)),
    ("positions", "rotary", (4,), {}, (X,)),
    *(
        ("multi_head_attention", "multi_head_attention", (4, 2), settings, (X, mask))
        for settings, mask in (
            ({}, MASK),
            ({"causal": True}, None),
            ({"causal": True, "key_value_heads": 1}, MASK),
            ({"key_value_heads": 1}, GAPS[:, :, None] & GAPS[:, None]),
        )
    ),
    ("transformer_block", "gelu", (), {}, (X,)),
    ("transformer_block", "feed_forward", (4, 5), {}, (X,)),
    *(
        ("transformer_block", "transformer_block", (4, 2), settings, (X, MASK))
        for settings in (
            {"causal": True, "keep_probability": 0.5},
            {"norm": "post", "hidden": 5, "key_value_heads": 1},
        )
    ),
    ("masked_lm", "transformer_encoder", (6, 5, 4, 2, 2), {}, (IDS,)),
    ("masked_lm", "masked_lm", (6, 5, 4, 2, 1), {}, (IDS, IDS > 2)),
    ("fine_tuning", "text_classifier", (6, 5, 4, 2, 1, 3), {}, (IDS,)),
    *(
        ("attention", name, sizes, {}, (X[:, :5], X, X[..., :3], mask))
        for name, sizes in (
            ("dot_product_attention", ()),
            ("bilinear_attention", (4, 4)),
            ("additive_attention", (4, 4, 3)),
        )
        for mask in (None, MASK, GAPS[:, :5, None] & GAPS[:, None])
    ),
    *(
        ("blockwise_attention", "blockwise_attention", (3,), {"causal": c}, (X, X, X, MASK))
        for c in (False, True)
    ),
    ("lora", "lora", (AFFINE, 2, 3.0), {}, (X,)),
    *(
        ("induction", "attention_only_transformer", (6, 4, *n), {}, (TEXT,))
        for n in ((2, 1), (1, 2))
    ),
    ("deep_text_cnn", "conv_block", (4, 5), {}, (X,)),
    ("conv_seq2seq", "convolutional_encoder", (7, 3, 5, 6), {}, (SOURCE,)),
    *(
        ("conv_seq2seq", "convolutional_translator", (7, 6, 3, 5, 6), {"cell": c}, (SOURCE, BEFORE))
        for c in ("rnn", "lstm")
    ),
    ("attentive_translator", "bidirectional_encoder", (7, 3, 4), {}, (SOURCE,)),
    *(
        ("attentive_translator", "attentive_translator", (7, 6, 3, 4, c), {}, (SOURCE, BEFORE))
        for c in ("rnn", "lstm")
    ),
    *(
        ("attentive_translator", "transformer_translator", (7, 6, 4, *n), how, (SOURCE, BEFORE))
        for n, how in (((2, 1), {"keep_probability": 0.5}), ((1, 2), {"hidden": 3}))
    ),
]
LANGUAGE_MODELS = [
    ("rnn_lm", "recurrent_lm", (6, 3, 4), {}, (TEXT,)),
    ("rnn_lm", "recurrent_lm", (6, 3, 4, "qrnn"), {}, (TEXT,)),
    *(
        ("stacked", "recurrent_lm", (7, 3, 4, DEEP | {"skip": skip}), {}, (TEXT,))
        for skip in ("none", "residual", "dense", "highway")
    ),
    *(
        ("highway_char_cnn", name, (), {"hidden_size": 4, "characters": ENCODER} | cell, (TEXT,))
        for name, cell in (
            ("recurrent_lm", {}),
            ("recurrent_lm", {"cell": {"layer": "lstm", "layers": 2}}),
            ("gated_lm", {}),
        )
    ),
    ("window_lm", "window_lm", (7, 3, 4), {}, (TEXT,)),
    ("window_lm", "window_lm", (7, 3, 4, 1), {"direct": True}, (TEXT,)),
    ("window_lm", "window_lm", (7, 3, 4, 3), {"direct": True}, (TEXT,)),
    *(
        ("gated_lm", "gated_lm", (6, 3, 4, cell, layers), {}, (TEXT,))
        for cell, layers in (("lstm", 1), ("lstm", 3), ("gru", 2), ("rnn", 2))
    ),
    *(
        ("transformer_lm", "transformer_lm", (6, 4, heads, layers, context), {}, (TEXT,))
        for heads, layers, context in ((2, 1, 5), (1, 3, 9))
    ),
    *(
        ("conditional_lm", "conditional_lm", (6, 2, 3, 4, cell), {}, (IDS, CONDITION))
        for cell in ("rnn", "lstm", "gru")
    ),
    ("attentive_translator", "attentive_decoder", (6, 4, 3, 4), {}, (TEXT, X[:2], MASK[:2])),
]


def named(case):
    exercise, name, sizes, settings, inputs = case
    shown = [value for value in settings.values() if not isinstance(value, np.ndarray)]
    text = "-".join(map(str, (name, *sizes, *shown, len(inputs))))
    return pytest.param(*case[1:], id=f"{exercise}-{text}")


def built(backend, name, *sizes, **settings):
    """Build a model on the arrays of `backend`; the same seed gives all the same start."""
    rng = np.random.default_rng(3)
    if "characters" in settings:
        described = {"vocabulary_size": len(WRITTEN), **settings}
        return build_language_model(backend, name, WRITTEN, described, rng)
    sizes = [_layers(backend, size) for size in sizes]
    is_left_to_right = name.endswith(("_lm", "_decoder")) and name != "masked_lm"
    kind = "language_model" if is_left_to_right else "model"
    if "rng" in inspect.signature(backend.function(name, kind)).parameters:
        settings["rng"] = rng
    return backend.build(name, *sizes, kind=kind, **settings)


def _layers(backend, size):
    if isinstance(size, list):
        return [_layers(backend, part) for part in size]
    return built(backend, *size) if isinstance(size, tuple) else size


def given(arrays, values, dtype="float64"):
    """Hand over a tree of NumPy arrays, numbers in `dtype`; single numbers stay."""
    if isinstance(values, tuple):
        return tuple(given(arrays, value, dtype) for value in values)
    if values is None or isinstance(values, int):
        return values
    return arrays.from_numpy(values.astype(dtype) if values.dtype.kind == "f" else values)
