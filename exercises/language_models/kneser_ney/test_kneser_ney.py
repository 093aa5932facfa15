"""Checks of Kneser-Ney smoothing that you can see. The course has hidden ones, too."""

from functools import partial

import numpy as np
import pytest

from autograder.checks import (
    InstanceCalls,
    after_call,
    agrees,
    built,
    equal,
    expect,
    no_look_ahead,
    part,
    perplexity_ratio,
    used_in_turn,
)
from framework.data.vocabulary import EOS
from plugins.lectures.languages.agreement import AgreementLanguage

V = 9


def text_of(length, words, rng):
    """Return a text in which some words are frequent and others rare."""
    p = 1 / np.arange(1, words + 1)
    return rng.choice(words, size=length, p=p / p.sum())


def fitted(module, tokens, *args, **kwargs):
    """Return a `KneserNey` that has counted `tokens`."""
    model = module.KneserNey(*args, **kwargs)
    model.fit(tokens)
    return model


def all_words(model, history, words=V):
    """Return P of every word after each history: `(N, V)`."""
    return model.probability(np.asarray(history)[:, None], np.arange(words))


@pytest.mark.task("kneser_ney_discounts")
@pytest.mark.points(5)
@pytest.mark.hint("n_i is the number of n-grams with count i; D(i) = i − (i + 1) Y n_{i+1} / n_i.")
@pytest.mark.promise("kneser_ney_discounts.counts", "unchanged")
def test_discounts(submission, reference, rng):
    """D(1), D(2) and D(3) from the numbers of n-grams with the counts 1 to 4."""
    counts = np.repeat([0, 1, 2, 3, 4, 5, 9], [7, 40, 18, 9, 6, 11, 3])
    actual = agrees(submission, reference, "kneser_ney_discounts", counts, rtol=1e-9)
    Y = 40 / (40 + 2 * 18)
    by_hand = np.array([1 - 2 * Y * 18 / 40, 2 - 3 * Y * 9 / 18, 3 - 4 * Y * 6 / 9])
    equal(actual, by_hand, "the discounts", rtol=1e-9)
    counts = rng.geometric(0.4, size=300)
    agrees(submission, reference, "kneser_ney_discounts", counts, rtol=1e-9)


@pytest.mark.task("KneserNey")
@pytest.mark.points(10)
@pytest.mark.hint("The longest n-grams use their counts, shorter ones the number of words before.")
@pytest.mark.promise("unchanged")
def test_kneser_ney(submission, reference, rng):
    """The discounts of every length, and P after seen and unseen histories."""
    tokens = text_of(100, V - 1, rng)
    history = np.array([tokens[3:5], tokens[60:62], [0, V - 1], [V - 1, 0], [V, 0], [V, V]])
    student, other = submission.KneserNey(V, 3), fitted(reference, tokens, V, 3)
    (left,) = after_call(student, "fit", tokens)
    equal(left, tokens, "the tokens after fit, which must not change them")
    actual = all_words(student, history)
    equal(actual, all_words(other, history), "KneserNey.probability of every word", rtol=1e-9)
    equal(actual.sum(axis=1), np.ones(6), "the sums over all words", rtol=1e-9)
    expect(bool((actual > 0).all()), "every word should have a probability above 0")
    equal(student.discounts, other.discounts, "model.discounts", rtol=1e-9)
    asked = "probability", history[:, None], np.arange(V)
    models = [
        InstanceCalls(partial(submission.KneserNey, V, 3), [("fit", text), asked], ["discounts"])
        for text in (tokens, tokens[::-1])
    ]
    used_in_turn(submission, *models)


@pytest.mark.task("KneserNey")
@pytest.mark.points(2)
@pytest.mark.hint("How many different words come before Francisco?")
def test_san_francisco(submission, reference, rng):
    """A frequent word such as "Francisco", always after "San", is improbable elsewhere."""
    san, francisco, bay, new, *others = rng.permutation(10)
    pairs = [word for other in others for word in (san, francisco, other, bay)]
    tokens = np.array([others[0], *pairs])
    model = fitted(submission, tokens, 10, 2)
    equal(model.count(np.array([[francisco], [bay]])), np.array([6, 6]), "how often each occurred")
    p = model.probability(np.array([new]), np.array([francisco, bay]))
    expect(p[0] < p[1], "after a new word, a word that followed many others is more probable")
    p = model.probability(np.array([san]), np.array([francisco, bay]))
    expect(p[0] > 5 * p[1], "after San, Francisco is more probable")
    history = np.arange(10)[:, None]
    expected = all_words(fitted(reference, tokens, 10, 2), history)
    equal(all_words(model, history), expected, "P of every word after every word", rtol=1e-9)


@pytest.mark.task("KneserNey")
@pytest.mark.points(5)
@pytest.mark.hint("Are the sums 1? Do shorter n-grams use the number of words before?")
def test_perplexity(submission, reference, rng):
    """On a small text Kneser-Ney is better than interpolated backoff."""
    language = AgreementLanguage(longest_span=2, rng=rng)
    words = len(language.vocabulary)
    train, test = language.sample_texts(1, 500, rng=rng)[0], language.sample_texts(10, 100, rng=rng)
    other = built(reference, part("backoff", words, 4, "interpolated", end=EOS))
    other.fit(train)
    interpolated = perplexity_ratio(other, language, test)
    model = fitted(submission, train, words, 4, end=EOS)
    actual = perplexity_ratio(model, language, test)
    message = (
        f"the perplexity is {actual:.2f} of that of the source; "
        f"interpolated backoff has {interpolated:.2f}"
    )
    expect(actual < interpolated, message)
    right = perplexity_ratio(fitted(reference, train, words, 4, end=EOS), language, test)
    equal(actual, right, "the perplexity, divided by that of the source")


@pytest.mark.task("KneserNey")
@pytest.mark.points(2)
@pytest.mark.hint("outputs[:, t] may read tokens up to t; the counts are those of fit alone.")
def test_no_look_ahead(submission, rng):
    """A change of the token at t + 1 does not change the outputs up to t."""
    no_look_ahead(fitted(submission, text_of(60, V, rng), V, 3), V, rng=rng)
