"""Settings of languages: drawn ids and probabilities, best scores by formula, and ranges."""

import numpy as np
import pytest

from framework.data.vocabulary import SPECIAL
from framework.errors import BadInputError
from plugins.lectures.languages.agreement import AgreementLanguage
from plugins.lectures.languages.attributed_sentiment import AttributedSentiment
from plugins.lectures.languages.conditional_texts import ConditionalTexts
from plugins.lectures.languages.correlatives import CorrelativeLanguage
from plugins.lectures.languages.crossed_clauses import CrossedClauses
from plugins.lectures.languages.draws import drawn_near, drawn_shares, drawn_vocabulary
from plugins.lectures.languages.entities import EntityLanguage
from plugins.lectures.languages.long_reviews import LongReviews
from plugins.lectures.languages.repeated_sentences import WORDS, RepeatedSentences
from plugins.lectures.languages.sentiment import SentimentGrammar
from plugins.lectures.languages.suffix_tagging import SuffixTagging
from plugins.lectures.languages.translation import TranslationLanguage

WITH_VOCABULARY = [
    AgreementLanguage, AttributedSentiment, ConditionalTexts, CrossedClauses, EntityLanguage,
    LongReviews, RepeatedSentences, SentimentGrammar,
]  # fmt: skip


@pytest.fixture
def rng():
    return np.random.default_rng(3)


def test_a_vocabulary_keeps_its_order_or_is_drawn(rng):
    words = [f"word{i}" for i in range(30)]
    assert drawn_vocabulary(words, None).words == (*SPECIAL, *words)
    drawn = drawn_vocabulary(words, rng).words
    assert drawn[:3] == SPECIAL
    assert drawn[3:] != tuple(words)
    assert sorted(drawn[3:]) == sorted(words)


@pytest.mark.parametrize("usual", [0.05, 0.5, 0.95])
def test_a_probability_is_drawn_near_its_usual_value(rng, usual):
    assert drawn_near(usual, None) == usual
    drawn = [drawn_near(usual, rng) for _ in range(200)]
    assert 0 < min(drawn) < usual < max(drawn) < 1
    assert max(abs(p - usual) for p in drawn) <= 0.2 * min(usual, 1 - usual)


def test_shares_still_sum_to_1(rng):
    usual = {"PER": 0.2, "LOC": 0.6, "ORG": 0.2}
    drawn = drawn_shares(usual, rng)
    assert sum(drawn.values()) == pytest.approx(1)
    assert drawn["LOC"] != usual["LOC"]
    assert drawn_shares({"NOUN": 1.0}, rng) == {"NOUN": 1.0}
    assert drawn_shares(usual, None) == usual


@pytest.mark.parametrize("language", WITH_VOCABULARY)
def test_every_language_draws_the_ids_of_its_words(language):
    usual = language().vocabulary.words
    first, other = (language(rng=np.random.default_rng(s)).vocabulary.words for s in (1, 2))
    assert sorted(first) == sorted(usual)
    assert len({usual, first, other}) == 3
    assert language(rng=np.random.default_rng(1)).vocabulary.words == first


def test_translations_have_drawn_ids_and_the_same_meaning(rng):
    usual, drawn = TranslationLanguage(), TranslationLanguage(rng=rng)
    assert drawn.source.words != usual.source.words
    assert drawn.target.words != usual.target.words
    assert drawn.sentences() == usual.sentences()


def test_probabilities_differ_from_draw_to_draw():
    def best(seed):
        rng = np.random.default_rng(seed)
        return (
            AgreementLanguage(rng=rng).best_perplexity,
            ConditionalTexts(rng=rng).best_perplexity,
            EntityLanguage(rng=rng).best_f1,
            SentimentGrammar(rng=rng).best_order_blind_accuracy,
            SuffixTagging(rng=rng).best_accuracy(in_context=True),
            AttributedSentiment(rng=rng).best_window_accuracy(3),
        )

    assert all(item != other for item, other in zip(best(1), best(2), strict=True))


def test_texts_are_drawn_with_the_stated_probabilities(rng):
    language = AgreementLanguage(longest_span=2, rng=rng)
    texts = language.sample_texts(20, 1000, rng=rng)
    result = np.exp(-language.log_probabilities(texts).mean())
    assert result == pytest.approx(language.best_perplexity, rel=0.02)


def test_the_best_tags_of_entities_are_right_as_often_as_the_formula_says(rng):
    language = EntityLanguage(rng=rng)
    sentences = language.sample(1500, rng=rng)
    right = [
        result == tag
        for s in sentences
        for result, tag in zip(language.best_tags(s.words), s.tags, strict=True)
        if tag.startswith("B")
    ]
    assert np.mean(right) == pytest.approx(language.best_f1, abs=0.015)


@pytest.mark.parametrize("in_context", [True, False])
def test_the_best_tags_of_suffixes_are_right_as_often_as_the_formula_says(rng, in_context):
    language = SuffixTagging(rng=rng)
    sentences = language.sample(1000, rng=rng)
    results = [language.best_tags(s.words, in_context=in_context)[1::2] for s in sentences]
    right = np.array(results) == np.array([s.tags[1::2] for s in sentences])
    assert right.mean() == pytest.approx(language.best_accuracy(in_context=in_context), abs=0.02)


#: Language -> what its error says, and settings of which one is outside of its range.
REFUSED = {
    AgreementLanguage: ("longest_span", [(-1, 0.5), (3, 0.0), (3, 1.0)]),
    AttributedSentiment: ("between 0 and 1", [(0.0,), (1.0,), (0.5, 1.5), (0.5, 0.5, 0.0)]),
    ConditionalTexts: ("fidelity", [(0.0,), (1.0,), (-1.0,)]),
    CorrelativeLanguage: ("received", [(5, 0.2), (0, 0.2), (66, 0.2), (8, 1.0), (8, -0.1)]),
    CrossedClauses: ("span should be at least 1, but is 0", [(0,)]),
    EntityLanguage: ("a language of entities needs", [(-0.1, 3), (1.5, 3), (0.5, 0)]),
    LongReviews: ("clauses ≥ 1", [(0, 0.5), (3, 0.0), (3, 1.0)]),
    RepeatedSentences: ("but is ", [(1,), (len(WORDS) + 1,)]),
    SentimentGrammar: ("negation", [(0.0, 0.1), (1.0, 0.1), (0.3, 0.5), (0.3, -0.1)]),
    SuffixTagging: ("a language of suffixes needs", [(-0.1, 3), (1.5, 3), (0.5, 0)]),
}
CASES = [(language, *case) for language, (said, cases) in REFUSED.items() for case in
         ((said, settings) for settings in cases)]  # fmt: skip


@pytest.mark.parametrize(("language", "said", "settings"), CASES)
def test_settings_outside_of_their_range_are_refused(language, said, settings):
    with pytest.raises(BadInputError, match=said):
        language(*settings)
