"""Entropy rates are exact, and wrong automata are refused."""

import numpy as np
import pytest

from framework.errors import BadInputError
from plugins.lectures.languages.automaton import Automaton, Transition


def even_process(p=0.5):
    """Ones come in runs of even length."""
    return Automaton(
        [
            Transition("even", "0", 1 - p, "even"),
            Transition("even", "1", p, "odd"),
            Transition("odd", "1", 1.0, "even"),
        ],
        start="even",
    )


def observed_log_probability(automaton, words):
    """log p of `words` without knowledge of the states: the forward algorithm from π."""
    index = {state: i for i, state in enumerate(automaton.states)}
    step = {word: np.zeros((len(index), len(index))) for word in automaton.words}
    for row in automaton.transitions.values():
        for t in row.values():
            step[t.word][index[t.source], index[t.target]] = t.probability
    belief, total = automaton.stationary(), 0.0
    for word in words:
        belief = belief @ step[word]
        total += np.log(belief.sum())
        belief = belief / belief.sum()
    return total


@pytest.mark.parametrize("p", [0.1, 0.5, 0.8])
def test_entropy_rate_of_the_even_process(p):
    # "even" is visited 1/(1 + p) of the time and is the only state with a choice.
    expected = -(p * np.log(p) + (1 - p) * np.log(1 - p)) / (1 + p)
    assert even_process(p).entropy_rate() == pytest.approx(expected, rel=1e-12)


def test_stationary_distribution_is_stationary():
    np.testing.assert_allclose(even_process(0.5).stationary(), [2 / 3, 1 / 3], rtol=1e-12)


def test_an_observer_without_states_pays_the_entropy_rate():
    automaton = even_process()
    words = automaton.sample(20_000, rng=np.random.default_rng(0))
    assert np.isfinite(automaton.log_probabilities(words)).all()
    assert words.count("0") / len(words) == pytest.approx(1 / 3, abs=0.02)
    mean = -observed_log_probability(automaton, words) / len(words)
    # sd of one step is 0.33 nats
    assert mean == pytest.approx(automaton.entropy_rate(), abs=5 * 0.33 / np.sqrt(20_000))


def test_log_probabilities_follow_the_states():
    result = even_process(0.25).log_probabilities(["0", "1", "1", "1", "0", "0"])
    np.testing.assert_allclose(np.exp(result), [0.75, 0.25, 1, 0.25, 0, 0])


@pytest.mark.parametrize(
    ("transitions", "message"),
    [
        ([("a", "x", 0.5, "a"), ("a", "x", 0.5, "b"), ("b", "y", 1, "a")], "not unifilar"),
        ([("a", "x", 0.5, "a")], "sum is 0.5"),
        ([("a", "x", 1.5, "a"), ("a", "y", -0.5, "a")], "must be positive"),
        ([("a", "x", 1.0, "a"), ("b", "y", 1.0, "a")], "'b' is never reached from 'a'"),
        ([("a", "x", 1.0, "b"), ("b", "y", 1.0, "b")], "'a' is never reached from 'b'"),
        ([("b", "y", 1.0, "b")], "'a' has no transitions"),
        ([("a", "x", 1.0, "b")], "'b' has no transitions"),
    ],
)
def test_wrong_automata_are_refused(transitions, message):
    with pytest.raises(BadInputError, match=message):
        Automaton([Transition(*t) for t in transitions], start="a")
