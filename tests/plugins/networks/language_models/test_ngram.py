"""The fast n-gram models say what the solutions say, which count tuples in dictionaries."""

import numpy as np
import pytest

from framework.models.parts import parts_from
from plugins.networks.language_models import kneser_ney, ngram
from solutions.language_models.kneser_ney import kneser_ney as counted_kneser_ney
from solutions.language_models.ngram import ngram as counted

V, END = 40, 0
PARTS = {
    "ngram_lm": counted.NgramLM,
    "kneser_ney_discounts": counted_kneser_ney.kneser_ney_discounts,
}
MODELS = [
    (ngram, counted, "NgramLM", ()),
    (ngram, counted, "AddDelta", (0.2,)),
    (ngram, counted, "Backoff", ("stupid",)),
    (ngram, counted, "Backoff", ("interpolated",)),
    (kneser_ney, counted_kneser_ney, "KneserNey", ()),
]


@pytest.fixture(params=[1, 2, 4], ids="order {}".format)
def order(request):
    return request.param


@pytest.mark.parametrize(("fast_form", "solution", "name", "args"), MODELS)
def test_a_text_gets_the_same_log_probabilities(fast_form, solution, name, args, order):
    rng = np.random.default_rng(order)
    tokens, new = rng.geometric(0.15, size=(2, 600)) % V
    with parts_from(PARTS.__getitem__):
        models = [
            getattr(module, name)(V, order, *args, end=END) for module in (fast_form, solution)
        ]
        for model in models:
            model.fit(tokens)
    found, expected = (model.log_probabilities(new) for model in models)
    np.testing.assert_allclose(found, expected, rtol=1e-12)
    read = new[:20].reshape(2, 10)
    found, expected = (model.forward(read) for model in models)
    np.testing.assert_allclose(found, expected, rtol=1e-12)
    np.testing.assert_array_equal(models[0].state, models[1].state)


def test_fifty_thousand_words_and_five_of_them_have_keys_of_64_bits():
    tokens = np.random.default_rng(0).integers(50_000, size=200, dtype=np.int32)
    fast_form, solution = ngram.NgramLM(50_000, 5), counted.NgramLM(50_000, 5)
    fast_form.fit(tokens)
    solution.fit(tokens)
    for found, expected in zip(fast_form.ngrams(5), solution.ngrams(5), strict=True):
        np.testing.assert_array_equal(found, expected)
