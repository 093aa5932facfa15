"""The experiments on lecture 11, on small sizes."""

from functools import partial

import numpy as np
import pytest
from derivatives import assert_gradients_are_slopes

from plugins.lectures.experiments import (
    dropout,
    forget_gates,
    halving,
    joined_vectors,
    learning_rates,
    quasi_recurrent,
)
from plugins.lectures.experiments.classification import Training
from plugins.lectures.experiments.experiment import Measured, Setting, higher
from plugins.lectures.experiments.layered import Layered
from plugins.lectures.languages.suffix_tagging import SuffixTagging

QUICK = Training(epochs=1, batch_size=20, rate=0.01)


def run(module, backend, monkeypatch, repeats=2, **sizes):
    """Run the experiment of `module` with these sizes; return values by name, and its claims."""
    for name, value in sizes.items():
        monkeypatch.setattr(module, name, value)
    with backend.in_force():
        result = module.run(Setting(backend, repeats=repeats))
    assert all(len(item.values) == repeats for item in result.measured)
    return {(item.name, item.unit): item.values for item in result.measured}, result


@pytest.mark.parametrize(
    ("one", "other", "holds"),
    [
        ((3.0, 3.1), (1.0, 1.1), True),
        ((1.0, 1.1), (3.0, 3.1), False),
        ((1.0, 3.0), (0.9, 2.0), None),
        ((9.0,), (1.0, 1.1), None),
    ],
)
def test_a_difference_counts_if_it_is_more_than_chance(one, other, holds):
    claim = higher("It is higher.", Measured("a", one, "%"), Measured("b", other, "%"))
    assert claim.holds is holds
    assert claim.numbers.startswith(f"a: {one[0]:.3g} to ")


@pytest.mark.parametrize(
    ("gains", "holds"),
    [((2.5, 3.5), True), ((1.0, 5.0), False), ((3.0, 5.0), None), ((3.0,), None)],
)
def test_the_size_of_a_gain_is_decided_if_all_repeats_agree(gains, holds):
    assert dropout._worth(Measured("gain", gains, "%")).holds is holds


def test_dropout_gains_what_it_adds(backend, monkeypatch):
    result, _ = run(dropout, backend, monkeypatch, TRAIN=30, TEST=50, TRAINING=QUICK)
    without, with_dropout, gain = result.values()
    np.testing.assert_allclose(gain, np.subtract(with_dropout, without))


def test_learning_rates_that_learn_are_counted(backend, monkeypatch):
    sizes = {"RATES": (1e-9, 0.3, 1e9), "STEPS": 100, "TEST": 300}
    result, all_found = run(learning_rates, backend, monkeypatch, **sizes)
    assert result["rates of 3 that learn, plain", ""] == (1.0, 1.0)
    assert result["rates of 3 that learn, batch normalization", ""] == (1.0, 1.0)
    assert max(result["plain, rate 1e+09", "%"]) < learning_rates.LEARNED
    assert all_found.claims[0].holds is None


@pytest.mark.parametrize("way", halving.WAYS)
def test_each_way_halves_the_length(backend, way):
    rng = np.random.default_rng(0)
    with backend.in_force():
        layer = halving.halving(Setting(backend), way, 3, 8, rng)
        assert layer.forward(rng.normal(size=(2, 16, 3))).shape == (2, 8, 3)


def test_networks_that_differ_in_halving_alone_are_compared(backend, monkeypatch):
    result, all_found = run(halving, backend, monkeypatch, TRAIN=40, TEST=30, TRAINING=QUICK)
    assert [name for name, _ in result] == list(halving.WAYS)
    assert len(all_found.claims) == 2
    with backend.in_force():
        for way in halving.WAYS:
            model = Layered(halving.layers(Setting(backend), way, 5, np.random.default_rng(0)))
            widths = [W.shape[0] for W in model.parameters.values() if W.ndim == 3]
            assert widths == [3] * (12 if way == halving.WAYS[2] else 9)


def sentences(count):
    """Return encoded sentences, the language, and the number of words with a vector."""
    language = SuffixTagging(words=2)
    drawn = language.sample(count, rng=np.random.default_rng(1))
    words = sorted({word for item in drawn for word in item.words})[:5]
    return joined_vectors.encoded(drawn, words, language), language, len(words) + 1


def test_scores_of_joined_vectors_are_a_convolution_over_both(backend):
    texts, language, vocabulary = sentences(3)
    rng = np.random.default_rng(0)
    with backend.in_force():
        sizes = (vocabulary, len(language.characters))
        model = joined_vectors.JoinedTagger(Setting(backend), *sizes, rng=rng)
        scores = model.forward(texts.words, texts.characters)
        parts = (model.of_words, texts.words), (model.of_characters, texts.characters)
        vectors = np.concatenate([part.layers[0].forward(x) for part, x in parts], axis=2)
        outputs = [part.layers[1].parameters for part, _ in parts]
        joined = backend.build("conv1d", vectors.shape[2], 5, 3, padding=1, rng=rng, kind="model")
    joined.parameters["W"][...] = np.concatenate([output["W"] for output in outputs], axis=1)
    joined.parameters["b"][...] = sum(output["b"] for output in outputs)
    np.testing.assert_allclose(scores, joined.forward(vectors), rtol=1e-10)


def test_both_kinds_of_vectors_get_the_gradient_of_the_sum(backend):
    texts, language, vocabulary = sentences(2)
    rng = np.random.default_rng(0)
    with backend.in_force():
        sizes = (vocabulary, len(language.characters))
        model = joined_vectors.JoinedTagger(Setting(backend), *sizes, rng=rng)
    given = texts.words, texts.characters
    upstream = rng.normal(size=model.forward(*given).shape)
    model.backward(upstream)
    assert_gradients_are_slopes(model, lambda: model.forward(*given) * upstream, rng)


def test_taggers_of_each_kind_are_tested_on_both_kinds_of_words(backend, monkeypatch):
    result, _ = run(joined_vectors, backend, monkeypatch, TRAIN=20, TEST=10, EPOCHS=1)
    assert [name for name, _ in result] == [
        f"{kind}, {test}"
        for kind in joined_vectors.INPUTS
        for test in ("new sentences", "unseen stems")
    ]


def test_unknown_words_have_one_vector():
    texts, _, vocabulary = sentences(6)
    assert texts.words.shape[2] == vocabulary == 6
    assert (texts.words.sum(axis=2) == 1).all()
    assert texts.words[..., 0].any()


def test_quasi_recurrent_models_are_compared(backend, monkeypatch):
    sizes = {"TRAIN": 900, "TEST": 100, "EPOCHS": 1}
    result, _ = run(quasi_recurrent, backend, monkeypatch, **sizes)
    cells = tuple(quasi_recurrent.CELLS)
    assert list(result) == [(cell, unit) for unit in ("perplexity", "seconds") for cell in cells]
    assert min(result["lstm", "perplexity"]) > 1


def test_the_worse_model_has_the_higher_perplexity():
    def trained(*perplexities):
        return tuple(quasi_recurrent._Trained(p, 1.0) for p in perplexities)

    def held(shallow, deep, lstm):
        values = (trained(*shallow), trained(*deep), trained(*lstm))
        result = dict(zip(quasi_recurrent.CELLS, values, strict=True))
        return [claim.holds for claim in quasi_recurrent.claims(result)]

    assert held((4.0, 4.1), (2.0, 2.1), (2.0, 2.1)) == [False, True, None]
    assert held((2.0, 2.1), (2.0, 2.1), (4.0, 4.1)) == [True, None, None]


def test_forget_gates_are_those_of_the_recurrence(backend):
    build = partial(backend.build, rng=np.random.default_rng(0), kind="model")
    with backend.in_force():
        model = build("sequence_classifier", 7, 4, 3, 2, "qrnn", "last")
    ids = np.array([[3, 1, 5, 2], [2, 6, 0, 0]])
    model.parameters["encoder.b"][:3] = 9.0  # z is about 1: c_t = f c_{t-1} + 1 - f
    model.parameters["encoder.W"][:, :, :3] = 0.0
    gates = forget_gates.forget_gates(model.parameters, ids)
    model.forward(ids)
    h, c, _ = model.encoder.state
    state = np.zeros((2, 3))
    for f in gates.swapaxes(0, 1):
        state = f * state + (1 - f) * np.tanh(9.0)
    np.testing.assert_allclose(state[0], c[0], rtol=1e-6)
    assert h.shape == c.shape


def test_gates_of_a_text_are_a_picture(backend, monkeypatch):
    sizes = {"TRAIN": 40, "TEST": 20, "TRAINING": QUICK}
    result, all_found = run(forget_gates, backend, monkeypatch, **sizes)
    assert [unit for _, unit in result] == ["%", "of 1", "of 1"]
    chart = all_found.charts["forget-gates"]
    words = chart.title.split()
    assert words[:2].count("the") == 1
    mean, least, largest = chart.lines
    assert len(mean.x) == len(words)
    order = zip(least.y, mean.y, largest.y, strict=True)
    assert all(low <= middle <= high for low, middle, high in order)
