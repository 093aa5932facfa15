"""The fast n-gram models beside the solution; `test_every_exercise` grades them by its checks."""

import numpy as np

from plugins.networks.language_models import ngram
from solutions.language_models.ngram import ngram as counted


def test_fifty_thousand_words_and_five_of_them_have_keys_of_64_bits():
    tokens = np.random.default_rng(0).integers(50_000, size=200, dtype=np.int32)
    fast_form, solution = ngram.NgramLM(50_000, 5), counted.NgramLM(50_000, 5)
    fast_form.fit(tokens)
    solution.fit(tokens)
    for result, expected in zip(fast_form.ngrams(5), solution.ngrams(5), strict=True):
        np.testing.assert_array_equal(result, expected)
