"""Counting and scoring n-grams beside `nltk.lm`, on the same text and the same machine.

The same trigrams, 20,000 words of a generated language: interpolated by Witten & Bell, where both
have the same estimator, and Kneser-Ney, where NLTK's goes through all n-grams for every word.
"""

import statistics
import time

import numpy as np
import pytest

from plugins.networks.language_models.kneser_ney import KneserNey
from plugins.networks.language_models.ngram import Backoff

lm = pytest.importorskip("nltk.lm", reason="NLTK is not installed")

pytestmark = pytest.mark.benchmark

V, ORDER, WORDS, NEW, REPEATS = 2000, 3, 20_000, 500, 5
#: Ours must be at least this many times as fast, or the test fails: far less than what is measured.
FASTER = {"counting": 2, "scoring, interpolated": 4, "scoring, Kneser-Ney": 300}


def milliseconds(action, repeats=REPEATS):
    found = []
    for _ in range(repeats):
        started = time.perf_counter()
        action()
        found.append((time.perf_counter() - started) * 1e3)
    return found


def text(length, rng):
    p = 1 / np.arange(1, V + 1)
    return rng.choice(V, size=length, p=p / p.sum())


def windows(words):
    return [
        tuple(words[t - n + 1 : t + 1])
        for n in range(1, ORDER + 1)
        for t in range(max(1, n - 1), len(words))
    ]


def nltk_fit(model, words):
    model.fit([windows(words)], [str(w) for w in range(V)])
    return model


def nltk_score(model, words):
    return [model.score(words[t], words[t - 2 : t]) for t in range(2, len(words))]


def compare(show, name, ours, theirs):
    factor = statistics.median(theirs) / statistics.median(ours)
    show(
        f"{name}, milliseconds: ours is {factor:.0f} times as fast",
        [("gradus", ours), ("nltk.lm", theirs)],
    )
    assert factor > FASTER[name]


def test_beside_nltk(show):
    rng = np.random.default_rng(0)
    tokens, new = text(WORDS, rng), text(NEW, rng)
    words, new_words = [str(t) for t in tokens], [str(t) for t in new]

    ours, kneser_ney = Backoff(V, ORDER, "interpolated"), KneserNey(V, ORDER)
    theirs = nltk_fit(lm.WittenBellInterpolated(ORDER), words)
    compare(
        show,
        "counting",
        milliseconds(lambda: ours.fit(tokens)),
        milliseconds(lambda: nltk_fit(lm.WittenBellInterpolated(ORDER), words)),
    )
    compare(
        show,
        "scoring, interpolated",
        milliseconds(lambda: ours.log_probabilities(new)),
        milliseconds(lambda: nltk_score(theirs, new_words)),
    )
    kneser_ney.fit(tokens)
    slow, few = nltk_fit(lm.KneserNeyInterpolated(ORDER), words), 40
    compare(
        show,
        "scoring, Kneser-Ney",
        milliseconds(lambda: kneser_ney.log_probabilities(new[:few])),
        milliseconds(lambda: nltk_score(slow, new_words[:few]), repeats=1),
    )
