"""Perplexity of conditional texts: with their condition, without one, with another one."""

from itertools import product

import numpy as np
import pytest
from repository import ROOT

from framework.data.vocabulary import EOS
from plugins.lectures.languages.conditional_texts import _TEXT, PLACES, SEASONS, ConditionalTexts


def every_text(language):
    """All texts as ids, and log p under each of the twelve conditions: `(12, M)`."""
    texts = np.array([[EOS, *language.vocabulary.encode(words)] for words in product(*_TEXT)])
    conditions = [
        np.concatenate([season, index])
        for season in np.eye(len(SEASONS))
        for index in np.eye(len(PLACES))
    ]
    log_p = [
        language.log_probabilities(texts, np.tile(condition, (len(texts), 1))).sum(axis=1)
        for condition in conditions
    ]
    return texts, np.array(log_p)


@pytest.mark.parametrize("fidelity", [0.3, 0.85, 0.99])
def test_the_three_perplexities_agree_with_the_list_of_all_texts(fidelity):
    language = ConditionalTexts(fidelity)
    _, log_p = every_text(language)
    p = np.exp(log_p)
    assert p.sum(axis=1) == pytest.approx(1)
    told = -np.sum(p * log_p) / 12
    untold = -np.sum(p.mean(axis=0) * np.log(p.mean(axis=0)))
    misled = -np.sum(p.mean(axis=0) * log_p.mean(axis=0))  # of an independent condition
    results = [language.best_perplexity, language.best_perplexity_without_condition]
    results.append(language.best_perplexity_of_other_condition)
    assert np.log(results) * language.length == pytest.approx([told, untold, misled])
    assert results == sorted(results)


def test_the_figures_in_the_text_of_the_exercise():
    language = ConditionalTexts()
    figures = [language.best_perplexity, language.best_perplexity_without_condition]
    figures.append(language.best_perplexity_of_other_condition)
    text = (ROOT / "exercises/language_models/conditional_lm/README.md").read_text("utf-8")
    assert [f"| {figure:.3f} |" in text for figure in figures] == [True] * 3


def test_samples_cost_what_the_language_costs():
    language, rng = ConditionalTexts(), np.random.default_rng(0)
    ids, conditions = language.sample(20_000, rng=rng)
    assert ids.shape == (20_000, 1 + language.length)
    assert (ids[:, 0] == EOS).all()
    assert (ids[:, -1] == EOS).all()
    for given, perplexity in [
        (conditions, language.best_perplexity),
        (rng.permutation(conditions), language.best_perplexity_of_other_condition),
    ]:
        costs = -language.log_probabilities(ids, given).mean(axis=1)
        error = costs.std() / np.sqrt(len(costs))
        assert costs.mean() == pytest.approx(np.log(perplexity), abs=5 * error)


def test_conditions_are_one_hot_twice_and_equally_frequent():
    _, conditions = ConditionalTexts().sample(6000, rng=np.random.default_rng(1))
    assert (conditions[:, :4].sum(axis=1) == 1).all()
    assert (conditions[:, 4:].sum(axis=1) == 1).all()
    assert conditions.mean(axis=0) == pytest.approx([0.25] * 4 + [1 / 3] * 3, abs=0.03)
