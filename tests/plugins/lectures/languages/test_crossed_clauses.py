"""Sentences of crossed clauses agree, and their best perplexity is what they cost."""

import numpy as np
import pytest

from framework.data.vocabulary import EOS
from plugins.lectures.languages.crossed_clauses import CLASSES, CrossedClauses


@pytest.mark.parametrize("span", [1, 3, 16])
def test_verbs_have_the_classes_of_their_nouns_in_order(span):
    rng = np.random.default_rng(0)
    language = CrossedClauses(span, rng=rng)
    words = np.array(language.vocabulary.decode(language.sample(5 * language.length, rng=rng)))
    for sentence in words.reshape(5, language.length):
        nouns, verbs = sentence[:span], sentence[span:-1]
        assert [noun.removesuffix("tu") for noun in nouns] == [
            verb.removesuffix("li") for verb in verbs
        ]
        assert sentence[-1] == "</s>"


def test_the_best_perplexity_is_the_mean_cost():
    language, rng = CrossedClauses(4), np.random.default_rng(0)
    texts = language.sample_texts(7, 3 * language.length, rng=rng)
    assert (texts[:, 0] == EOS).all()
    cost = -language.log_probabilities(texts).mean()
    assert np.exp(cost) == pytest.approx(language.best_perplexity)
    assert language.best_perplexity == pytest.approx(len(CLASSES) ** (4 / 9))
    assert language.sample(7, rng=rng).shape == (7,), "texts may end within a sentence"
