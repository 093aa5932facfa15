"""Every model on tensors beside its NumPy form, over one catalogue of cases."""

import numpy as np
import pytest
from model_catalogue import (
    AFFINE,
    LANGUAGE_MODELS,
    MODELS,
    RNN,
    TEXT,
    VECTORS,
    WORDS,
    X,
    given,
    named,
)
from model_catalogue import built as built_on

import framework.arrays
from framework.errors import UsageError
from framework.interfaces import read_text
from framework.providers.backends import Backend
from framework.providers.loaded_plugins import Plugins

pytest.importorskip("torch", reason="the torch backend needs the extra `torch`")

REGISTRY = Plugins().registry
PROVIDERS = ("numpy", "torch")
rng = np.random.default_rng(8)


def built(provider, name, *sizes, **settings):
    backend = Backend(REGISTRY, provider)
    return built_on(backend, name, *sizes, **settings), backend.arrays


def close(arrays, actual, expected, near):
    if isinstance(expected, tuple):
        for part, other in zip(actual, expected, strict=True):
            close(arrays, part, other, near)
    elif expected is None:
        assert actual is None
    else:
        result = arrays.to_numpy(actual)
        assert result.dtype == expected.dtype
        np.testing.assert_allclose(result, expected, **near)


@pytest.mark.parametrize("dtype", ["float64", "float32"])
@pytest.mark.parametrize(
    ("name", "sizes", "settings", "inputs"), [*map(named, MODELS + LANGUAGE_MODELS)]
)
def test_both_forms_agree(name, sizes, settings, inputs, dtype):
    (theirs, numpy), (ours, arrays) = (built(p, name, *sizes, **settings) for p in PROVIDERS)
    near = {"rtol": 1e-8, "atol": 1e-10} if dtype == "float64" else {"rtol": 1e-2, "atol": 1e-3}
    assert list(ours.parameters) == list(theirs.parameters)
    for key, value in theirs.parameters.items():
        np.testing.assert_array_equal(arrays.to_numpy(ours.parameters[key]), value)
        changed = value + rng.normal(scale=0.1, size=value.shape)
        theirs.parameters[key][...] = changed
        arrays.assign(ours.parameters, key, changed)
    theirs.astype(dtype)
    ours.astype(dtype)
    for _ in range(2):  # the gradients of both passes add up
        expected = theirs.forward(*given(numpy, inputs, dtype))
        close(arrays, ours.forward(*given(arrays, inputs, dtype)), expected, near)
        grad = np.random.default_rng(5).normal(size=expected.shape).astype(dtype)
        grads = theirs.backward(grad)
        close(arrays, ours.backward(arrays.from_numpy(grad)), grads, near)
        for key in ("state", "running_mean", "running_variance"):
            close(arrays, getattr(ours, key, None), getattr(theirs, key, None), near)
    for key, gradient in theirs.gradients.items():
        close(arrays, ours.gradients[key], gradient, near)
    held = list(ours.gradients.values())
    ours.zero_gradients()
    assert not any(arrays.to_numpy(gradient).any() for gradient in held)
    theirs.eval()
    ours.eval()
    expected = theirs.forward(*given(numpy, inputs, dtype))
    close(arrays, ours.forward(*given(arrays, inputs, dtype)), expected, near)


def are_ids(value):
    return isinstance(value, np.ndarray) and value.dtype.kind == "i"


WITH_IDS = [case for case in MODELS + LANGUAGE_MODELS if any(map(are_ids, case[-1]))]


@pytest.fixture
def ids_of_a_gpu(monkeypatch):
    """Check ids as on a GPU: those that an operation has returned are not checked."""
    from plugins.torch_backend import arrays

    def check_ids(ids, size):
        if arrays._remembered(ids) is not None:
            framework.arrays.check_ids(ids, size)

    monkeypatch.setattr(arrays, "check_ids", check_ids)


@pytest.mark.usefixtures("ids_of_a_gpu")
@pytest.mark.parametrize("bad", [-1, 1000])
@pytest.mark.parametrize(("name", "sizes", "settings", "inputs"), [*map(named, WITH_IDS)])
def test_ids_are_checked_before_any_operation_on_them(name, sizes, settings, inputs, bad):
    for k, value in enumerate(inputs):
        if are_ids(value):
            ids = value.copy()
            ids.flat[0] = bad
            model, arrays = built("torch", name, *sizes, **settings)
            with pytest.raises(IndexError, match=rf"these lie in .*{bad}"):
                model.forward(*given(arrays, (*inputs[:k], ids, *inputs[k + 1 :])))


@pytest.mark.usefixtures("ids_of_a_gpu")
@pytest.mark.parametrize("bad", [-1, 1000])
@pytest.mark.parametrize(("name", "sizes", "settings", "inputs"), [*map(named, LANGUAGE_MODELS)])
def test_a_word_is_checked_before_any_operation_on_it(name, sizes, settings, inputs, bad):
    ids, *condition = inputs
    model, arrays = built("torch", name, *sizes, **settings)
    model.forward(*given(arrays, inputs))
    state = model.initial_state(len(ids), *given(arrays, tuple(condition)))
    words = arrays.from_numpy(np.full(len(ids), bad))
    with pytest.raises(IndexError, match=rf"these lie in .*{bad}"):
        model.next_log_probabilities(words, state)


@pytest.mark.parametrize(("name", "sizes", "settings", "inputs"), [*map(named, LANGUAGE_MODELS)])
def test_words_and_parts_of_a_text_get_the_scores_of_the_whole(name, sizes, settings, inputs):
    for provider in PROVIDERS:
        whole, arrays = built(provider, name, *sizes, **settings)
        model, _ = built(provider, name, *sizes, **settings)  # it has not read the whole
        ids, *condition = inputs
        scores = arrays.to_numpy(whole.forward(*given(arrays, inputs)))
        expected = scores - np.log(np.exp(scores).sum(axis=-1, keepdims=True))
        state = model.initial_state(len(ids), *given(arrays, tuple(condition)))
        for t, column in enumerate(ids.T):
            result, state = model.next_log_probabilities(arrays.from_numpy(column), state)
            np.testing.assert_allclose(arrays.to_numpy(result), expected[:, t], rtol=1e-8)
        start = model.initial_state(len(ids), *given(arrays, tuple(condition)))
        half = ids.shape[1] // 2
        first, state = read_text(model, arrays.from_numpy(ids[:, :half]), start)
        second, _ = read_text(model, arrays.from_numpy(ids[:, half:]), state)
        for t, result in enumerate(first + second):
            np.testing.assert_allclose(arrays.to_numpy(result), expected[:, t], rtol=1e-8)


ONES = np.ones
Q, K, V = ONES((2, 3, 4)), ONES((2, 5, 4)), ONES((2, 5, 1))
#: Exercise, name, sizes, settings, what a forward is given or None, and the message.
REFUSED = [
    ("backpropagation", "window_scorer", (5, 3), {}, (ONES((2, 4)),), r"\(N, 5\), .* \(2, 4\)"),
    ("neuron", "affine", (2, 5), {}, (ONES((4, 3)),), r"shape \(4, 3\), but input_size is 2"),
    ("rnn", "rnn", (2, 3), {"truncation": 0}, None, "at least 1, but got 0"),
    ("rnn", "rnn", (2, 3), {}, (ONES((1, 2, 4)),), "4 features per step, but input_size is 2"),
    ("shortcuts", "residual", (("affine", 4, 1),), {}, (ONES((2, 4)),), r"makes \(2, 1\) of"),
    ("shortcuts", "highway", (4,), {}, (ONES((2, 3)),), "3 features, but the layer's size is 4"),
    ("stacked", "stacked", ([],), {}, None, "one layer at least"),
    ("stacked", "stacked", ([RNN], "skip"), {}, None, "not 'skip'"),
    ("stacked", "stacked", ([RNN],), {}, (X, ()), "zip"),
    ("conv1d", "conv1d", (2, 3, 4), {"padding": 1}, (ONES((1, 1, 2)),), "1 words with padding 1 "),
    ("conv1d", "conv1d", (2, 3, 4), {}, (ONES((1, 5, 3)),), r"\(N, T, 2\), but has \(1, 5, 3\)"),
    ("conv1d", "conv1d", (2, 3, 4), {"stride": 0}, None, "stride=0"),
    ("conv1d", "pointwise_conv", (2, 3), {}, (ONES((5, 2)),), r"\(N, T, 2\), but has \(5, 2\)"),
    ("pooling", "local_max_pool", (2, 3), {}, None, "stride=3 and size=2"),
    ("pooling", "k_max_pool", (0,), {}, None, "at least 1, but got 0"),
    ("pooling", "max_over_time", (), {}, (ONES((2, 0, 3)),), r"T ≥ 1, but has \(2, 0, 3\)"),
    ("pooling", "max_over_time", (), {}, (X, ONES((3, 3))), r"\(3, 7\), but has \(3, 3\)"),
    ("batch_norm", "batch_norm1d", (3,), {}, (ONES((1, 1, 3)),), r"a batch of 1 rows .* eval\(\)"),
    ("batch_norm", "batch_norm1d", (3,), {}, (ONES((4, 2)),), r"or \(N, T, 3\), but is \(4, 2\)"),
    ("batch_norm", "batch_norm1d", (3,), {"momentum": 1.5}, None, "momentum .* 1.5"),
    ("batch_norm", "batch_norm1d", (3,), {"epsilon": 0}, None, "epsilon .* 0"),
    ("qrnn", "qrnn", (2, 3, 0), {}, None, "width is at least 1, but got 0"),
    ("qrnn", "qrnn", (2, 3, 2, "of"), {}, None, "but got 'of'"),
    ("qrnn", "qrnn", (2, 3), {}, (ONES((1, 1, 3)),), "3 features per step, but input_size is 2"),
    ("bag_of_vectors", "deep_averaging_network", (6, 4, [], 2), {"keep_probability": 0}, None,
     r"\(0, 1\], but got 0"),
    ("deep_text_cnn", "deep_text_cnn", (7, 3, 20, 8, 1), {}, None, "one of 9, 17, 29, 49, .* 8"),
    ("deep_text_cnn", "deep_text_cnn", (7, 3, 0), {}, None, "length is at least 1"),
    *(
        ("highway_char_cnn", "character_word_encoder", (8, 2, 3), {"widths": widths}, None,
         "widths are different positive numbers")
        for widths in ([], [0, 2], [2, 2])
    ),
    ("highway_char_cnn", "character_word_encoder", (8, 2, [3, 4]), {}, None, "2 numbers for 3 wid"),
    ("highway_char_cnn", "character_word_encoder", (8, 2, 3), {}, (WORDS[0, 0],), r"\(M, L\) or"),
    ("highway_char_cnn", "character_tagger", (8, 2, 3, 4), {}, (WORDS[0],), r"but have \(4, 5\)"),
    ("model_comparison", "sequence_classifier", (6, 3, 4, 2, "rnn", "sum"), {}, None, "'sum'"),
    ("model_comparison", "sequence_classifier", (6, 3, 4, 2, "conv1d", "max", 2), {}, None, "odd"),
    ("sentence_encoder", "sentence_encoder", (6, 3, 4, 2, "min"), {}, None, "mean, but got 'min'"),
    ("conv_seq2seq", "convolutional_encoder", (5, 2, 2, 1), {}, None, "width are at least 2"),
    ("transformer_lm", "transformer_lm", (6, 4, 2, 0), {}, None, "at least 1, but are 0"),
    ("transformer_lm", "transformer_lm", (6, 4, 3), {}, None, "heads is 3 and features is 4"),
    ("transformer_lm", "transformer_lm", (6, 4, 2, 1, 1), {}, None, "at least 2, but is 1"),
    ("transformer_lm", "transformer_lm", (6, 4, 2, 1, 4), {}, (TEXT,), "5 tokens, .* context is 4"),
    ("transformer_lm", "transformer_lm", (6, 4, 2, 1), {}, (TEXT, TEXT), "`step` continues"),
    ("text_cnn", "text_cnn", (6, 4, 5, 3), {"channels": "static"}, None, "'static' needs vectors"),
    ("text_cnn", "text_cnn", (6, 4, 5, 3), {"channels": "frozen"}, None, "both, but got 'frozen'"),
    ("text_cnn", "text_cnn", (6, 4, 5, 3), {"widths": ()}, None, "one width or more"),
    ("text_cnn", "text_cnn", (6, 4, 5, 3), {"max_norm": 0}, None, "is positive, but got 0"),
    ("text_cnn", "text_cnn", (6, 4, 5, 3), {"vectors": ONES((5, 4))}, None,
     r"shape \(6, 4\), but has \(5, 4\)"),
    *(
        ("layer_norm", name, *case)
        for name in ("layer_norm", "rms_norm")
        for case in (
            ((3,), {}, (ONES((4, 2)),), r"x should be \(\.\.\., 3\), but is \(4, 2\)"),
            ((3,), {}, (ONES(()),), r"x should be \(\.\.\., 3\), but is \(\)"),
            ((3, 0), {}, None, "epsilon should be positive, but is 0"),
            ((0,), {}, None, "features should be at least 1, but are 0"),
        )
    ),
    ("positions", "learned_positions", (3, 2), {}, (ONES((1, 2, 2)), 2),
     "last word has the position 3, but 3 have a vector"),
    ("positions", "learned_positions", (3, 2), {}, (ONES((1, 2, 3)),), r"T, 2\), .* \(1, 2, 3\)"),
    ("positions", "rotary", (2,), {}, (ONES((1, 2, 2)), -1), "at least 0, but is -1"),
    ("positions", "rotary", (3,), {}, None, "d should be even and at least 2, but is 3"),
    ("lora", "lora", (AFFINE, 0, 1.0), {}, None, r"from 1 to 4 for W \(4, 4\), but is 0"),
    ("lora", "lora", (AFFINE, 5, 1.0), {}, None, r"from 1 to 4 for W \(4, 4\), but is 5"),
    ("lora", "lora", (AFFINE, 1, 0.0), {}, None, "alpha should be positive, but is 0"),
    ("lora", "lora", (AFFINE, 1, 1.0), {}, (ONES((2, 3)),), r"4\), but is \(2, 3\)"),
    ("multi_head_attention", "multi_head_attention", (8, 3), {}, None, "features is 8"),
    ("multi_head_attention", "multi_head_attention", (8, 4), {"key_value_heads": 3}, None,
     "key_value_heads should divide heads, but key_value_heads is 3 and heads is 4"),
    ("multi_head_attention", "multi_head_attention", (8, 4), {}, (ONES((3, 0, 8)),),
     r"x should be \(N, T, 8\) with T ≥ 1, but is \(3, 0, 8\)"),
    ("multi_head_attention", "multi_head_attention", (8, 4), {},
     (ONES((3, 6, 8)), ONES((2, 6), bool)), r"\(3, 6\) or \(3, 6, 6\), but has \(2, 6\)"),
    ("transformer_block", "transformer_block", (8, 2), {"norm": "both"}, None, "not 'both'"),
    ("transformer_block", "transformer_block", (8, 2), {"keep_probability": 0.0}, None,
     r"keep_probability lies in \(0, 1\], but got 0"),
    ("transformer_block", "transformer_block", (8, 2), {"key_value_heads": 3}, None,
     "key_value_heads is 3 and heads is 2"),
    ("transformer_block", "feed_forward", (3,), {}, (ONES((4, 2)),), r"\(4, 2\)"),
    ("induction", "attention_only_transformer", (5, 4, 2, 0), {}, None, "are 0"),
    ("induction", "attention_only_transformer", (5, 4), {}, (TEXT[0, :3],), r"but are \(3,\)"),
    ("masked_lm", "masked_lm", (6, 5, 4, 2, 1), {}, (TEXT, TEXT), r"bool \(2, 5\), but is int64"),
    ("blockwise_attention", "blockwise_attention", (0,), {}, None, "at least 1, but is 0"),
    *(
        ("blockwise_attention", "blockwise_attention", (2,), {"causal": True}, inputs, message)
        for inputs, message in (
            ((K, Q, V[:, :3]), "at most one query per key, but 5 are for 3"),
            ((Q, K, V, ONES((2, 3), bool)), r"mask should have \(2, 5\), but has \(2, 3\)"),
            ((Q, K[..., :2], V), r"\(2, 5, 2\)"),
            ((Q, K, V[:, 1:]), r"\(2, 4, 1\)"),
            ((Q[0], K, V), r"\(3, 4\)"),
        )
    ),
    *(
        ("attention", "bilinear_attention", (4, 4), {}, inputs, message)
        for inputs, message in (
            ((Q, K, V, ONES((2, 3), bool)), r"\(2, 5\) or \(2, 3, 5\), but has \(2, 3\)"),
            ((Q, K[:, :0], V[:, :0]), "K ≥ 1"),
            ((Q, K, V[:, :3]), r"values .*\(2, 3, 1\)"),
            ((Q[0], K, V), "queries, keys and values should"),
            ((Q[..., :1], K, V), "queries should have 4 features, but have 1"),
            ((Q, K[..., :3], V), "keys should have 4 features, but have 3"),
        )
    ),
    ("attentive_translator", "transformer_translator", (9, 8, 6, 4, 2), {}, None,
     "heads should divide features, but heads is 4 and features is 6"),
    ("attentive_translator", "transformer_translator", (9, 8, 6, 2, 0), {}, None,
     "layers should be at least 1, but are 0"),
    ("attentive_translator", "transformer_translator", (9, 8, 6, 2), {"keep_probability": 0}, None,
     r"keep_probability lies in \(0, 1\], but got 0"),
]  # fmt: skip


@pytest.mark.parametrize("provider", PROVIDERS)
@pytest.mark.parametrize(
    ("name", "sizes", "settings", "inputs", "message"),
    [pytest.param(*case[1:], id=f"{case[0]}-{case[1]}-{case[-1]}") for case in REFUSED],
)
def test_what_does_not_fit_is_refused(name, sizes, settings, inputs, message, provider):
    if inputs is None:
        with pytest.raises(UsageError, match=f"ValueError: .*{message}"):
            built(provider, name, *sizes, **settings)
    else:
        model, arrays = built(provider, name, *sizes, **settings)
        with pytest.raises(ValueError, match=message):
            model.forward(*given(arrays, inputs))


def has_words(case):
    """A skip-gram in NumPy takes -1 for its last word."""
    return case[4][0].dtype.kind == "i" and case[1] != "skip_gram"


@pytest.mark.parametrize("provider", PROVIDERS)
@pytest.mark.parametrize(
    ("name", "sizes", "settings", "inputs"),
    [*map(named, filter(has_words, MODELS + LANGUAGE_MODELS))],
)
def test_ids_without_a_row_are_an_index_error(name, sizes, settings, inputs, provider):
    model, arrays = built(provider, name, *sizes, **settings)
    ids, *others = inputs
    for changed in (ids + 8, ids - 1):
        with pytest.raises(IndexError):
            model.forward(arrays.from_numpy(changed), *given(arrays, tuple(others)))


@pytest.mark.parametrize("name", ["rnn", "affine", "conv1d"])
def test_backward_needs_a_forward(name):
    model, arrays = built("torch", name, 2, 3, *([1] if name == "conv1d" else []))
    with pytest.raises(UsageError, match=r"\.backward needs a forward"):
        model.backward(arrays.from_numpy(ONES((1, 1, 3))))


@pytest.mark.parametrize("provider", PROVIDERS)
def test_word_vectors_are_taken_over_and_weights_bounded(provider):
    given_vectors = {"vectors": VECTORS, "channels": "both", "max_norm": 0.7}
    model, arrays = built(provider, "text_cnn", 6, 4, 5, 3, **given_vectors)
    model.constrain()
    assert np.linalg.norm(arrays.to_numpy(model.parameters["W"]), axis=0).max() <= 0.7 * 1.000001
    for table in (model.static, model.parameters["embedding"]):
        np.testing.assert_array_equal(arrays.to_numpy(table), VECTORS)
