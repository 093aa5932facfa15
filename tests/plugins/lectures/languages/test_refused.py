"""Settings of languages outside of their ranges are refused, with the range."""

import pytest

from framework.errors import BadInputError
from plugins.lectures.languages.agreement import AgreementLanguage
from plugins.lectures.languages.attributed_sentiment import AttributedSentiment
from plugins.lectures.languages.conditional_texts import ConditionalTexts
from plugins.lectures.languages.correlatives import CorrelativeLanguage
from plugins.lectures.languages.crossed_clauses import CrossedClauses
from plugins.lectures.languages.entities import EntityLanguage
from plugins.lectures.languages.long_reviews import LongReviews
from plugins.lectures.languages.repeated_sentences import WORDS, RepeatedSentences
from plugins.lectures.languages.sentiment import SentimentGrammar
from plugins.lectures.languages.suffix_tagging import SuffixTagging

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
