"""The pair of languages with long sentences: translations, alignment, far words, the best score."""

import numpy as np
import pytest

from framework.data.vocabulary import EOS, PAD
from framework.errors import BadInputError
from plugins.lectures.languages.long_sentences import (
    DAYS,
    NOUNS,
    ORDINALS,
    PHRASES,
    VERBS,
    LongSentences,
    aligned_words,
)

WORDS = ORDINALS | NOUNS


@pytest.fixture
def rng():
    return np.random.default_rng(0)


def test_each_word_is_the_translation_of_the_word_at_its_place(rng):
    """Ordinals come in order, and the last word of the source decides the form of every verb."""
    sentences = LongSentences().sample(300, rng=rng)
    for (source, target), places in zip(*sentences, strict=True):
        day = DAYS[source[-1]]
        assert sorted(places) == list(range(len(source)))
        for word, index in zip(target[1:], places[1:], strict=True):
            of = source[index]
            assert word == (VERBS[of] + day.ending if of in VERBS else WORDS[of])
        assert target[0] in (day.usual, day.rare)
        assert [word for word in target if word in ORDINALS.values()] == list(ORDINALS.values())[
            : len(source) // 3
        ]


def test_the_best_score_is_the_share_of_the_usual_word(rng):
    language = LongSentences()
    pairs = language.sample(2_000, 1, 1, rng=rng).pairs
    share = np.mean([pair.target[0] in language.usual for pair in pairs])
    assert share == pytest.approx(language.best_exact_match, abs=0.03)


def test_ids_and_places_have_the_length_of_the_longest_sentence(rng):
    language = LongSentences(rng=rng)
    sentences = language.sample(20, PHRASES, PHRASES, rng=rng)
    ids = language.encode(sentences.pairs)
    assert ids.source.shape == ids.target.shape == (20, language.length)
    assert (ids.source[:, -1] == EOS).all()
    short = language.sample(20, 1, 2, rng=rng)
    places = aligned_words(short.alignment, language.length)
    assert ((places >= 0) == (language.encode(short.pairs).target > EOS)).all()
    assert (language.encode(short.pairs).source[:, -1] == PAD).all()


@pytest.mark.parametrize(("least", "most"), [(0, 2), (3, 2), (1, PHRASES + 1)])
def test_other_numbers_of_phrases_are_refused(least, most, rng):
    with pytest.raises(BadInputError, match="1 ≤ least ≤ most ≤ 6 is needed"):
        LongSentences().sample(1, least, most, rng=rng)
