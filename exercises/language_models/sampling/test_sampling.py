"""Checks of text generation that you can see. The course has hidden ones, too.

The language models are tables in the grader: your code calls them like any other model.
"""

import numpy as np
import pytest

from autograder.checks import (
    agrees,
    equal,
    expect,
    language_model_callback,
    matches_distribution,
    refuses,
    returns_new_arrays,
)
from framework.data.vocabulary import EOS
from framework.evaluation.ruled import Ruled
from framework.evaluation.text_rules import must_come, must_not_come
from framework.interfaces import NumpyArrays
from plugins.lectures.languages.markov import MarkovModel

V = 5


@pytest.mark.task("truncate")
@pytest.mark.points(3.5)
@pytest.mark.hint("Cut, then divide by the sum of the rest: in logs, subtract its log.")
@pytest.mark.promise("unchanged", "truncate.scores", "truncate.top_k", "ties-go-to-smaller-ids")
def test_top_k(submission, reference, rng):
    """truncate: the k most probable words, normalised."""
    scores = rng.normal(scale=2, size=(3, 8))
    for k in (1, 3, 8, 20):
        agrees(submission, reference, "truncate", scores, k)
    agrees(submission, reference, "truncate", scores)
    equally_good = rng.integers(3, size=(4, 8)).astype(float)
    agrees(submission, reference, "truncate", equally_good, 3)


@pytest.mark.task("truncate")
@pytest.mark.points(3.5)
@pytest.mark.hint("Keep a word if the sum of all more probable words is below top_p.")
def test_nucleus(submission, reference, rng):
    """truncate: the fewest words whose probabilities sum to top_p or more."""
    scores = rng.normal(scale=2, size=(4, 8))
    for top_p in (0.05, 0.5, 0.9, 1.0):
        agrees(submission, reference, "truncate", scores, None, top_p)
    p = np.log(np.array([[0.4, 0.35, 0.15, 0.1]]))
    kept = np.isfinite(submission.truncate(p, None, 0.5))
    equal(
        kept, np.array([[True, True, False, False]]), "the words kept of 0.4 0.35 0.15 0.1 for 0.5"
    )


@pytest.mark.task("sample")
@pytest.mark.points(5)
@pytest.mark.hint("Draw each word with its probability, and let the model read it.")
@pytest.mark.promise("sample.model", "sample.prefix")
def test_sampled_frequencies(submission, rng):
    """sample: the frequencies of two words after a prefix agree with the model."""
    model = MarkovModel.random(V, rng=rng, scale=1.0)
    prefix = np.tile([2, 1], (4000, 1))
    drawn = submission.sample(language_model_callback(model), prefix, 2, rng=rng)
    equal(np.shape(drawn), (4000, 2), "the shape of 2 words for 4000 texts")
    first, second = model.transitions[2, 1], model.transitions[1]
    pairs = drawn[:, 0] * V + drawn[:, 1]
    matches_distribution(
        pairs, (first[:, None] * second).ravel(), "pairs of words (first · 5 + second)"
    )
    once, again = (
        submission.sample(language_model_callback(model), prefix, 2, rng=np.random.default_rng(5))
        for _ in range(2)
    )
    equal(again, once, "the words that are drawn from an equal generator")
    asked = language_model_callback(model), prefix, 2
    returns_new_arrays(submission, "sample", *asked, expected=once, rng=np.random.default_rng(5))


@pytest.mark.task("sample")
@pytest.mark.points(3.5)
@pytest.mark.hint("Divide the logs by the temperature, then normalise.")
def test_temperature(submission, rng):
    """sample: the temperature sharpens or flattens the distribution."""
    model = MarkovModel.random(V, rng=rng)
    for temperature in (0.5, 2.0):
        p = model.transitions[0, 3] ** (1 / temperature)
        prefix = np.full((3000, 1), 3)
        drawn = submission.sample(language_model_callback(model), prefix, 1, temperature, rng=rng)
        matches_distribution(drawn, p / p.sum(), f"words at temperature {temperature}")


@pytest.mark.task("greedy")
@pytest.mark.points(3.5)
@pytest.mark.hint("Take the argmax at each step; the model must read the chosen word.")
@pytest.mark.promise("any-input", "greedy", "greedy.returns")
def test_greedy(submission, reference, rng):
    """greedy: the most probable word at every step, for several texts at once."""
    model = MarkovModel.random(8, rng=rng)
    prefix = rng.integers(8, size=(4, 3))
    agrees(submission, reference, "greedy", language_model_callback(model), prefix, 6)
    ties = MarkovModel(np.full((4, 4, 4), [0.1, 0.4, 0.4, 0.1]))
    agrees(submission, reference, "greedy", language_model_callback(ties), np.array([[3]]), 2)
    asked = language_model_callback(model), prefix, 6
    expected = reference.greedy(*asked)
    returns_new_arrays(submission, "greedy", *asked, expected=expected)


@pytest.mark.task("beam_search")
@pytest.mark.points(3.5)
@pytest.mark.hint("Keep the best of all B·V extensions together, not the best of each text.")
@pytest.mark.promise("beam_search.model", "beam_search.prefix")
def test_beam(submission, reference, rng):
    """beam_search: the text that the search finds and its log probability."""
    for beam_size in (1, 2, 4):
        model = language_model_callback(MarkovModel.random(7, rng=rng))
        prefix = rng.integers(7, size=2)
        agrees(submission, reference, "beam_search", model, prefix, 5, beam_size)


@pytest.mark.task("beam_search")
@pytest.mark.points(5)
@pytest.mark.hint("The most probable text may not start with the most probable word.")
def test_beam_finds_what_greedy_misses(submission, rng):
    """beam_search: finds a text that is more probable than the greedy one."""
    table = np.full((3, 3, 3), 1 / 3)
    table[:, 0] = [0.0, 0.6, 0.4]
    table[:, 1] = [0.4, 0.3, 0.3]
    table[:, 2] = [0.05, 0.05, 0.9]
    for order in (np.arange(3), rng.permutation(3)):  # the id of each word
        position = np.argsort(order)
        model = language_model_callback(MarkovModel(table[np.ix_(position, position, position)]))
        text, score = submission.beam_search(model, order[:1], 2, 2)
        most = order[[2, 2]]
        equal(np.asarray(text), most, "the most probable text (0.4 · 0.9, not 0.6 · 0.4)")
        equal(score, np.log(0.4 * 0.9), "its log probability")


@pytest.mark.task("beam_search")
@pytest.mark.points(3.5)
@pytest.mark.hint("A finished text leaves the beam and is not extended.")
def test_beam_with_an_end(submission, reference, rng):
    """beam_search: a text ends at `end`."""
    for end in range(3):
        model = MarkovModel.random(6, rng=rng)
        prefix = rng.integers(6, size=1)
        model_callback = language_model_callback(model)
        text, _ = agrees(
            submission, reference, "beam_search", model_callback, prefix, 6, 3, end=end
        )
        early = np.asarray(text)[:-1]
        expect(end not in early, f"{text} continues after its end {end}")
    table = np.full((3, 3, 3), 1 / 3)
    table[0, 0] = 0.15, 0.5, 0.35
    table[:, 1] = 0.02, 0.01, 0.97
    model = language_model_callback(MarkovModel(table))
    text, score = submission.beam_search(model, np.array([0]), 3, 2, end=2)
    equal(np.asarray(text), np.array([1, 2]), "the most probable text (0.5 · 0.97, not 0.35)")
    equal(score, np.log(0.5 * 0.97), "its log probability")


@pytest.mark.task("beam_search")
@pytest.mark.points(1.5)
@pytest.mark.hint("Sum log probabilities: −∞ stays −∞, and sorts behind every number.")
@pytest.mark.promise("refused-words")
def test_a_rule(submission, reference, rng):
    """beam_search: a model under a rule: one word must come, and another must not."""
    must, never = rng.permutation(np.arange(EOS + 1, 8))[:2].tolist()
    rule = must_come(must, 8) & must_not_come([never], 8)
    for beam_size in (1, 3, 20):
        model = MarkovModel.random(8, rng=rng)
        ruled = language_model_callback(Ruled(model, rule, [EOS], 5, NumpyArrays()))
        prefix = np.array([EOS])
        text, score = agrees(
            submission, reference, "beam_search", ruled, prefix, 5, beam_size, end=EOS
        )
        words = np.asarray(text).tolist()
        expect(must in words, f"{words} does not have {must}, which must come")
        expect(never not in words, f"{words} has {never}, which must not come")
        expect(np.isfinite(score), f"{words} has the log probability {score}")


@pytest.mark.task("sample")
@pytest.mark.points(2)
@pytest.mark.hint("Raise a ValueError.")
@pytest.mark.promise("errors")
def test_settings_of_sample(submission):
    """sample: a temperature of 0 and an empty prefix raise a ValueError."""
    model = language_model_callback(MarkovModel(np.full((2, 2, 2), 0.5)))
    for prefix, temperature in ((np.array([[0]]), 0.0), (np.empty((1, 0), dtype=int), 1.0)):
        refuses(submission, "sample", model, prefix, 2, temperature, rng=np.random.default_rng(0))
