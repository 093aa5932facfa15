"""The language of named entities, and the best F1 that it allows."""

from collections import Counter, defaultdict

import numpy as np
import pytest

from framework.data.tags import entities
from framework.evaluation.metrics import entity_f1
from plugins.lectures.languages.entities import FILLERS, NAMES, EntityLanguage


def windows(sentence, m=2):
    """Every word with the m words on both sides of it, and its tag."""
    words = ["<pad>"] * m + list(sentence.words) + ["<pad>"] * m
    for t, tag in enumerate(sentence.tags):
        yield t, tuple(words[t : t + 2 * m + 1]), tag


def likeliest_tags(sentences):
    """A tagger that knows which tag each window has most often. The fillers tell nothing."""

    def key(window):
        return tuple("*" if word in FILLERS else word for word in window)

    counts = defaultdict(Counter)
    for sentence in sentences:
        for _, window, tag in windows(sentence):
            counts[key(window)][tag] += 1
    best = {window: count.most_common(1)[0][0] for window, count in counts.items()}
    return [[best[key(window)] for _, window, _ in windows(sentence)] for sentence in sentences]


@pytest.mark.parametrize("informative", [0.0, 0.5])
def test_a_tagger_that_knows_the_frequencies_reaches_the_best_f1(informative):
    language = EntityLanguage(informative)
    sentences = language.sample(6000, rng=np.random.default_rng(1))
    result = entity_f1([s.tags for s in sentences], likeliest_tags(sentences))
    # 18,000 mentions: a standard deviation of 0.003; the tagger saw the answers, so it may exceed.
    assert -0.01 < result - language.best_f1 < 0.02


def test_the_best_f1_in_closed_form():
    """With nothing told but by second words, and with everything told."""
    likelier = np.mean([max(types.values()) for types in NAMES.values()])
    assert EntityLanguage(0.0).best_f1 == pytest.approx(0.75 * likelier + 0.25)
    assert EntityLanguage(1.0).best_f1 == pytest.approx(1.0)
    assert sum(m.probability for m in EntityLanguage().all_mentions) == pytest.approx(1.0)


def test_no_name_is_so_doubtful_that_leaving_it_out_would_pay():
    assert min(max(types.values()) for types in NAMES.values()) > EntityLanguage().best_f1 / 2


def test_sentences_have_their_mentions_and_the_same_seed_gives_the_same():
    language = EntityLanguage(mentions=2)
    first, again = (language.sample(20, rng=np.random.default_rng(3)) for _ in range(2))
    assert first == again
    for sentence in first:
        assert len(sentence.words) == len(sentence.tags)
        assert len(entities(sentence.tags)) == 2
        assert all(word in language.vocabulary for word in sentence.words)
