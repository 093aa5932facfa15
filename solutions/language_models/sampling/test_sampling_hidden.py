"""Hidden checks of text generation: ties, combined settings, exhaustive search, early ends."""

import itertools

import numpy as np
import pytest

from autograder.checks import (
    agrees,
    equal,
    expect,
    language_model_callback,
    matches_distribution,
    refuses,
)
from plugins.lectures.languages.markov import MarkovModel


def log_probability(model, prefix, text):
    """Of `text` after `prefix`, from the table."""
    before, last, total = (0, *prefix)[-2], prefix[-1], 0.0
    for word in text:
        total += np.log(model.transitions[before, last, word])
        before, last = last, word
    return total


@pytest.mark.task("truncate")
@pytest.mark.points(1.75)
@pytest.mark.promise("ties-go-to-smaller-ids", "truncate.scores")
def test_ties_and_large_scores(submission, reference, rng):
    """truncate: of equal scores the smaller ids are kept; scores may be of any size."""
    scores = np.array([[1.0, 1.0, 1.0, 1.0, 0.0], [800.0, 801.0, 800.0, -900.0, 801.0]])
    scores = rng.permuted(scores, axis=1)
    for top_k, top_p in ((2, None), (None, 0.6), (3, None), (None, 0.3)):
        agrees(submission, reference, "truncate", scores, top_k, top_p)


@pytest.mark.task("truncate")
@pytest.mark.points(1.75)
@pytest.mark.promise("truncate")
def test_both_cuts(submission, reference, rng):
    """truncate: with both settings, the nucleus is taken from the k most probable words."""
    scores = np.log(np.array([[0.3, 0.25, 0.2, 0.15, 0.1]]))
    for top_k, top_p in ((2, 0.5), (3, 0.7), (2, 0.6), (4, 0.3)):
        agrees(submission, reference, "truncate", scores, top_k, top_p)
        agrees(submission, reference, "truncate", rng.normal(size=(5, 9)), top_k, top_p)


@pytest.mark.task("truncate")
@pytest.mark.points(1.75)
@pytest.mark.promise("truncate.raises", "truncate.top_p")
def test_settings_of_truncate(submission, reference, rng):
    """truncate: accepts k ≥ 1 and p in (0, 1]; other values raise a ValueError."""
    agrees(submission, reference, "truncate", np.zeros((1, 4)), 1, 1.0)
    agrees(submission, reference, "truncate", rng.normal(size=(1, 4)), 1, 1.0)
    for top_k, top_p in ((0, None), (-1, None), (None, 0.0), (None, 1.5), (3, -0.5)):
        refuses(submission, "truncate", np.zeros((1, 4)), top_k, top_p)


@pytest.mark.task("sample")
@pytest.mark.points(3)
@pytest.mark.promise("sample")
def test_sampled_from_a_nucleus(submission, reference, rng):
    """sample: temperature first, then top-k and nucleus; texts have independent draws."""
    model = MarkovModel.random(6, rng=rng)
    settings = {"top_k": 4, "top_p": 0.8}
    prefix = np.stack([rng.integers(6, size=2500), np.full(2500, 5)], axis=1)
    model_callback = language_model_callback(model)
    drawn = submission.sample(model_callback, prefix, 1, 1.5, **settings, rng=rng)[:, 0]
    for first in range(6):
        logs = np.log(model.transitions[first, 5])[None] / 1.5
        p = np.exp(reference.truncate(logs, 4, 0.8)[0])
        matches_distribution(drawn[prefix[:, 0] == first], p / p.sum(), f"words after {first} 5")


@pytest.mark.task("sample")
@pytest.mark.points(1.75)
@pytest.mark.promise("sample.returns", "sample.raises")
def test_no_words(submission, rng):
    """sample: length 0 gives no words; a negative length raises a ValueError."""
    model = language_model_callback(MarkovModel.random(3, rng=rng))
    prefix = np.zeros((2, 1), dtype=int)
    equal(np.shape(submission.sample(model, prefix, 0, rng=rng)), (2, 0), "no words for two texts")
    refuses(submission, "sample", model, prefix, -1, rng=rng)


@pytest.mark.task("sample")
@pytest.mark.points(1.75)
@pytest.mark.promise("sample")
def test_longer_texts(submission, rng):
    """sample: the fourth word depends on the words before it, as in the model."""
    model = MarkovModel.random(4, rng=rng)
    model_callback = language_model_callback(model)
    drawn = submission.sample(model_callback, np.full((4000, 1), 1), 4, rng=rng)
    joint = np.einsum("a,ab,abc->abc", np.ones(4), np.ones((4, 4)), model.transitions)
    start = model.transitions[0, 1]
    second = start[:, None] * model.transitions[1]  # word 1, word 2
    third = second[:, :, None] * joint
    fourth = np.einsum("abc,bcd->bcd", third, model.transitions)
    codes = (drawn[:, 1] * 4 + drawn[:, 2]) * 4 + drawn[:, 3]
    matches_distribution(codes, fourth.ravel(), "the last three of four words")


@pytest.mark.task("greedy")
@pytest.mark.points(1.75)
@pytest.mark.promise("greedy.returns", "greedy.raises", "errors")
def test_greedy_ties(submission, reference, rng):
    """greedy: the smallest id of equal ones; length 0; an empty prefix raises an error."""
    table = np.zeros((4, 4, 4))
    table[:] = rng.permutation([0.1, 0.4, 0.4, 0.1])
    model = language_model_callback(MarkovModel(table))
    agrees(submission, reference, "greedy", model, np.array([[3], [0]]), 3)
    agrees(submission, reference, "greedy", model, np.array([[3], [0]]), 0)
    refuses(submission, "greedy", model, np.empty((1, 0), dtype=int), 2)
    refuses(submission, "greedy", model, np.array([[1]]), -1)


@pytest.mark.task("beam_search")
@pytest.mark.points(3)
@pytest.mark.promise("a-wide-beam-is-exhaustive")
def test_exhaustive(submission, rng):
    """beam_search: a beam of all texts finds the most probable text."""
    model = MarkovModel.random(3, rng=rng)
    text, score = submission.beam_search(language_model_callback(model), np.array([1, 2]), 4, 27)
    texts = list(itertools.product(range(3), repeat=4))
    scores = [log_probability(model, (1, 2), text) for text in texts]
    equal(
        np.asarray(text), np.array(texts[int(np.argmax(scores))]), "the most probable of 81 texts"
    )
    equal(score, float(max(scores)), "its log probability")


@pytest.mark.task("beam_search")
@pytest.mark.points(1.75)
@pytest.mark.promise("beam_search.beam_size", "beam_search")
def test_a_beam_of_one(submission, reference, rng):
    """beam_search: a beam of one is greedy; here a wider one is at least as good."""
    for _ in range(3):
        model = MarkovModel.random(6, rng=rng)
        model_callback, prefix = language_model_callback(model), rng.integers(6, size=2)
        plain = reference.greedy(model_callback, prefix[None], 6)[0]
        text, score = submission.beam_search(model_callback, prefix, 6, 1)
        equal(np.asarray(text), plain, "a beam of one")
        wide = reference.beam_search(model_callback, prefix, 6, 5)[1]
        actual = submission.beam_search(model_callback, prefix, 6, 5)[1]
        equal(actual, wide, "the score of a beam of five")
        expect(wide < score or actual >= score, f"a beam of five scores {actual}, greedy {score}")


@pytest.mark.task("beam_search")
@pytest.mark.points(1.75)
@pytest.mark.promise("beam_search")
def test_an_early_end(submission, rng):
    """beam_search: it stops when no text in the beam can exceed the best finished one."""

    class Counted(MarkovModel):
        """Counts its calls."""

        asked = 0

        def next_log_probabilities(self, tokens, state):
            """As `MarkovModel`."""
            self.asked += 1
            return super().next_log_probabilities(tokens, state)

    share = rng.uniform(0.75, 0.85)
    table = np.full((3, 3, 3), (1 - share) / 2)
    table[..., 2] = share
    model = Counted(table)
    text, score = submission.beam_search(
        language_model_callback(model), np.array([0]), 50, 2, end=2
    )
    equal(np.asarray(text), np.array([2]), "the text")
    equal(score, float(np.log(share)), "its log probability")
    expect(model.asked <= 3, f"the model was asked {model.asked} times, where 1 is enough")
    table[0, 0], table[:, 1] = [0.0, 0.5, 0.5], [0.0, 1.0, 0.0]
    model = language_model_callback(MarkovModel(table))
    text, _ = submission.beam_search(model, np.array([0]), 50, 2, end=2)
    equal(np.asarray(text), np.array([2]), "the text, if all in the beam have the same probability")


@pytest.mark.task("beam_search")
@pytest.mark.points(1.75)
@pytest.mark.promise("beam_search.returns", "beam_search.raises", "beam_search.beam_size", "errors")
def test_odd_beams(submission, rng):
    """beam_search: length 0 gives no words, log probability 0; invalid settings raise errors."""
    markov = MarkovModel.random(3, rng=rng)
    model = language_model_callback(markov)
    text, _ = submission.beam_search(model, np.array([1]), 1, 3)
    equal(np.asarray(text), markov.transitions[0, 1].argmax()[None], "the most probable word")
    text, score = submission.beam_search(model, np.array([1]), 0, 3)
    equal(np.shape(text), (0,), "the shape of no words")
    equal(score, 0.0, "the log probability of no words")
    for prefix, length, beam_size in (([1], 2, 0), ([1], -1, 2), ([], 2, 2)):
        refuses(submission, "beam_search", model, np.array(prefix, dtype=int), length, beam_size)


@pytest.mark.task("beam_search")
@pytest.mark.points(1.75)
@pytest.mark.promise("beam_search")
def test_ended_texts_make_room(submission, reference, rng):
    """beam_search: a finished text leaves the beam; a longer one may be more probable."""
    table = np.full((4, 4, 4), 0.25)
    table[0, 0] = [0.02, 0.5, 0.13, 0.35]
    table[:, 1] = [0.01, 0.97, 0.01, 0.01]
    for end, beam_size in itertools.product((2, 3), (1, 2, 3)):
        model = language_model_callback(MarkovModel(table))
        agrees(submission, reference, "beam_search", model, np.array([0]), 4, beam_size, end=end)
        model = language_model_callback(MarkovModel.random(4, rng=rng, scale=0.5))
        agrees(submission, reference, "beam_search", model, np.array([0]), 7, beam_size, end=end)
