"""The n-gram solution beside NLTK's `nltk.lm`, and what it promises beyond its checks."""

import ast
import re

import numpy as np
import pytest
from repository import ROOT

from framework.data.vocabulary import EOS
from framework.evaluation.sampling import sample_tokens
from framework.interfaces import NumpyArrays
from plugins.lectures.languages.agreement import AgreementLanguage
from solutions.language_models.kneser_ney import kneser_ney
from solutions.language_models.kneser_ney.kneser_ney import KneserNey
from solutions.language_models.ngram.ngram import AddDelta, Backoff, NgramLM

V, ORDER = 12, 3


@pytest.fixture
def text():
    """Words of very different frequencies. It ends as it starts, so that nothing stands at its
    start alone: what is counted there is a convention, and NLTK has another."""
    p = 1 / np.arange(1, V + 1) ** 1.5
    tokens = np.random.default_rng(0).choice(V, size=150, p=p / p.sum())
    return np.append(tokens, tokens[:ORDER])


def in_nltk(model, tokens):
    """NLTK's `model` of the same n-grams: those whose last word is not the first token."""
    words = [str(token) for token in tokens]
    windows = [
        tuple(words[t - n + 1 : t + 1])
        for n in range(1, ORDER + 1)
        for t in range(max(1, n - 1), len(words))
    ]
    model.fit([windows], [str(w) for w in range(V)])
    return model


def nltk_lm():
    return pytest.importorskip("nltk.lm", reason="NLTK is not installed")


def histories(tokens):
    """Of two words: seen, never seen, of which the last alone was seen; then shorter ones."""
    return [*np.lib.stride_tricks.sliding_window_view(tokens, 2)[:40], [V - 1, V - 2], [V - 1, 0]]


def agree(model, other, tokens):
    """`model` says after every history what NLTK's `other` says, to 1e-9."""
    for history in [*histories(tokens), tokens[:1], tokens[:0]]:
        result = model.probability(np.array(history), np.arange(V))
        context = [str(word) for word in history]
        expected = [other.score(str(w), context) for w in range(V)]
        np.testing.assert_allclose(result, expected, rtol=1e-9, atol=1e-12)


@pytest.mark.parametrize(
    ("model", "name", "arguments"),
    [
        (NgramLM(V, ORDER), "MLE", ()),
        # NLTK has one word more than it was given, "<UNK>": here it is one that never comes.
        (AddDelta(V + 1, ORDER, 0.3), "Lidstone", (0.3,)),
        (Backoff(V, ORDER, "stupid"), "StupidBackoff", (0.4,)),
        (Backoff(V, ORDER, "interpolated"), "WittenBellInterpolated", ()),
    ],
    ids=["maximum likelihood", "add delta", "stupid backoff", "interpolated"],
)
def test_a_model_is_nltks(text, model, name, arguments):
    model.fit(text)
    if name == "WittenBellInterpolated":
        model.types[()] = 0  # NLTK's single words are not smoothed: t(h) = 0
    agree(model, in_nltk(getattr(nltk_lm(), name)(*arguments, ORDER), text), text)


@pytest.mark.parametrize("discount", [0.1, 0.75])
def test_kneser_ney_with_one_discount_is_nltks(text, monkeypatch, discount):
    """NLTK has one discount for all counts, and none for single words. Its lower orders are right
    for words that stand at no start of a text: see `text`."""
    fixed = iter([np.zeros(3), *[np.full(3, discount)] * (ORDER - 1)])
    monkeypatch.setattr(kneser_ney, "kneser_ney_discounts", lambda counts: next(fixed))
    model = KneserNey(V, ORDER)
    model.fit(text)
    agree(model, in_nltk(nltk_lm().KneserNeyInterpolated(ORDER, discount), text), text)


def test_the_dictionaries_in_the_text_of_the_exercise():
    model = NgramLM(8, 2)
    model.fit(np.array([4, 7, 2, 7]))
    text = (ROOT / "exercises/language_models/ngram/README.md").read_text("utf-8")
    shown = [ast.literal_eval(code) for code in re.findall(r"`(\{\(.*?\})`", text)]
    assert shown == [dict(model.counts), dict(model.totals)]


def test_generated_text_is_made_of_ngrams_that_were_seen():
    """Lecture 6, section 1.11: grammatical for three words at a time."""
    language = AgreementLanguage()
    model = NgramLM(len(language.vocabulary), 3, end=EOS)
    model.fit(np.append(EOS, language.sample(3000, rng=np.random.default_rng(1))))
    draws = sample_tokens(model, [EOS], arrays=NumpyArrays(), rng=np.random.default_rng(2))
    tokens = np.array([next(draws) for _ in range(200)])
    windows = np.lib.stride_tricks.sliding_window_view(tokens, 3)
    inside = windows[windows[:, 1] != EOS]
    assert (model.count(inside) > 0).all()
    verbs = {"is", "are", "was", "were", "seems", "seem"}
    assert verbs & set(language.vocabulary.decode(tokens))


def test_errors_say_what_to_do():
    with pytest.raises(ValueError, match="no method 'katz': choose 'stupid' or 'interpolated'"):
        Backoff(5, 2, "katz")
    with pytest.raises(ValueError, match=r"end must be one of 0 ... 4 or None, not 5"):
        KneserNey(5, 2, end=5)
