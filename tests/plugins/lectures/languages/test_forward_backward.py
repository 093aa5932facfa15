"""Distributions from both sides are those that enumeration gives."""

from itertools import product

import numpy as np
import pytest

from framework.errors import BadInputError
from plugins.lectures.languages.agreement import AgreementLanguage
from plugins.lectures.languages.automaton import Automaton, Transition
from plugins.lectures.languages.forward_backward import ForwardBackward

WORDS = ["1", "0", "2", "unused"]
AUTOMATON = Automaton(
    [
        Transition("even", "0", 0.3, "even"),
        Transition("even", "1", 0.5, "odd"),
        Transition("even", "2", 0.2, "even"),
        Transition("odd", "1", 0.9, "even"),
        Transition("odd", "2", 0.1, "odd"),
    ],
    start="even",
)


def last_state(text):
    state = AUTOMATON.start
    for word in text:
        state = AUTOMATON.transitions[state][word].target
    return state


def probability(text, end):
    """P of a text without hidden words that ends in `end`."""
    p = np.exp(AUTOMATON.log_probabilities(text).sum())
    return p if p and end in (None, last_state(text)) else 0.0


def by_enumeration(text, position, end):
    """P(word at `position` | all others), over all values of the hidden words."""
    choices = [WORDS if word is None or t == position else [word] for t, word in enumerate(text)]
    p = dict.fromkeys(WORDS, 0.0)
    for filled in product(*choices):
        p[filled[position]] += probability(filled, end)
    return np.array([*p.values()]) / sum(p.values())


HIDDEN = (None, "1", None, "1"), ("1", None, "2", "1", "0")


@pytest.mark.parametrize("text", ["1", "0110", "2121", *HIDDEN])
@pytest.mark.parametrize("end", [None, "even"])
def test_every_position(text, end):
    source = ForwardBackward(AUTOMATON, WORDS, end)
    distributions = source.distributions([*text])
    for position, p in enumerate(distributions):
        expected = by_enumeration([*text], position, end)
        np.testing.assert_allclose(p, expected, atol=1e-12)


def test_both_sides_tell_more_than_the_left_one():
    language = AgreementLanguage(longest_span=2)
    source = ForwardBackward(language.automaton, language.vocabulary.words)
    words = language.automaton.sample(400, rng=np.random.default_rng(0))
    ids = language.vocabulary.encode(words)
    both = np.log(source.distributions(words)[np.arange(400), ids]).mean()
    left = language.automaton.log_probabilities(words).mean()
    assert both > left + 0.1


def test_long_texts_do_not_underflow():
    text = AUTOMATON.sample(2000, rng=np.random.default_rng(0))
    distributions = ForwardBackward(AUTOMATON, WORDS).distributions(text)
    np.testing.assert_allclose(distributions.sum(axis=1), 1, rtol=1e-12)


@pytest.mark.parametrize(("text", "message"), [("010", "never writes"), ("3", "'3' is no word")])
def test_texts_of_other_languages(text, message):
    with pytest.raises(BadInputError, match=message):
        ForwardBackward(AUTOMATON, WORDS).distributions([*text, "1"])
