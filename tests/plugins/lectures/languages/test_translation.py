"""Two toy languages: every sentence has one translation, and the order of words differs."""

import numpy as np
import pytest

from framework.data.vocabulary import EOS, PAD
from framework.errors import BadInputError
from plugins.lectures.languages.translation import TranslationLanguage, corpus


def test_translations():
    results = {" ".join(a): " ".join(b) for a, b in TranslationLanguage().sentences()}
    assert results["the red cat sees a dog"] == "lo kato rugo un hundo vida"
    assert results["a queen loves the old star"] == "una regina la stela velo ama"
    assert len(results) == len(set(results.values())) == 60 * 4 * 60


def test_split():
    language = TranslationLanguage()
    train, test = language.split(300, 50, rng=np.random.default_rng(0))
    assert train.source.shape == train.target.shape == (300, 8)
    assert test.source.shape == (50, 8)
    rows = np.concatenate([train.source, test.source])
    assert len(np.unique(rows, axis=0)) == 350, "no sentence is drawn twice"
    for pairs in (train, test):
        for source, target, before in zip(pairs.source, pairs.target, pairs.before, strict=True):
            n = (target != PAD).sum()
            assert n == (source != PAD).sum()
            assert source[n - 1] == target[n - 1] == before[0] == EOS
            np.testing.assert_array_equal(before[1:], target[:-1])
    with pytest.raises(BadInputError, match="of 14400"):
        language.split(14_400, 1, rng=np.random.default_rng(0))


def test_the_parts_of_the_corpus_are_disjoint_and_always_the_same():
    result = corpus()
    parts = (result.train, result.valid, result.test)
    assert [len(part) for part in parts] == [3000, 300, 300]
    pairs = [pair for part in parts for pair in part]
    assert set(pairs) <= set(TranslationLanguage().sentences())
    assert len(set(pairs)) == len(pairs)
    assert corpus() == result
