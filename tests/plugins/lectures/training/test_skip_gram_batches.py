"""Batches hold the pairs of the text, within sentences and reach, and what was drawn for them."""

from collections import Counter

import numpy as np
import pytest

from plugins.lectures.training.counted_text import count_text
from plugins.lectures.training.skip_gram_batches import BLOCK, SkipGramBatches, keep_probabilities


def text_of(lengths):
    """Sentences of these lengths; every word of the text is another one."""
    words = iter(range(sum(lengths)))
    sentences = [[f"w{next(words):04}" for _ in range(length)] for length in lengths]
    return count_text("text", sentences, minimum_count=1)


def batches_of(text, *, seed=0, noise=None, **options):
    options = {"window": 3, "negative": 2, "subsample": 0.0, **options}
    noise = text.counts / text.counts.sum() if noise is None else noise
    made = SkipGramBatches(text, noise=noise, **options)
    total, batches = made.epoch(np.random.default_rng(seed))
    batches = list(batches)
    assert total == len(batches)
    return batches


def pairs_of(batches):
    """How often each centre word meets each word of the text."""
    result = Counter()
    for batch in batches:
        for block, t, j in np.argwhere(batch.targets > 0):
            assert batch.targets[block, t, j] == 1
            result[int(batch.inputs[0][block, t]), int(batch.inputs[1][block, j])] += 1
    return result


LENGTHS = [5, 1, 2, BLOCK, 90, 3 * BLOCK + 7, 4]


def test_with_a_window_of_one_the_pairs_are_the_neighbours_within_sentences():
    text = text_of(LENGTHS)
    same = text.sentences[1:] == text.sentences[:-1]
    neighbours = list(zip(text.ids[:-1][same].tolist(), text.ids[1:][same].tolist(), strict=True))
    result = pairs_of(batches_of(text, window=1))
    assert result == Counter(neighbours + [(b, a) for a, b in neighbours])


def test_each_centre_reaches_equally_far_to_both_sides_and_no_further_than_the_window():
    text = text_of([2000])
    reach = {}
    for center, outside in pairs_of(batches_of(text, window=3)):
        reach.setdefault(center, []).append(outside - center)
    inner = [sorted(reach[center]) for center in text.ids[3:-3].tolist()]
    expected = [[j for j in range(-b, b + 1) if j] for b in (1, 2, 3)]
    shares = [inner.count(distances) / len(inner) for distances in expected]
    assert sum(shares) == pytest.approx(1)
    assert all(0.28 < share < 0.39 for share in shares)  # a third, five standard deviations


def test_a_window_larger_than_the_sentence_takes_the_whole_sentence():
    result = pairs_of(batches_of(text_of([3, 3]), window=50, seed=4))
    assert set(result) <= {(a, b) for s in (3, 6) for a in range(s, s + 3) for b in range(s, s + 3)}
    assert all(a != b for a, b in result)
    twice = count_text("x", [["a", "a"]], minimum_count=1)
    assert pairs_of(batches_of(twice, window=1)) == {(3, 3): 2}, "a word is a pair with itself"


def test_drawn_words_weigh_k_negatives_for_each_pair_of_a_centre_word():
    for batch in batches_of(text_of(LENGTHS), negative=7):
        positive = np.where(batch.targets > 0, batch.targets, 0).sum(axis=2)
        negative = np.where(batch.targets < 0, batch.targets, 0).sum(axis=2)
        np.testing.assert_allclose(negative, -7 * positive, rtol=1e-5)
        assert batch.terms == positive.sum()


def test_words_are_drawn_as_often_as_the_noise_says():
    text = text_of([4000])
    noise = np.zeros(len(text.counts))
    noise[[10, 20]] = 0.25, 0.75
    drawn = Counter()
    for batch in batches_of(text, noise=noise):
        drawn.update(batch.inputs[1][:, BLOCK + 6 :].ravel().tolist())
    assert set(drawn) == {10, 20}
    assert drawn[20] / drawn.total() == pytest.approx(0.75, abs=0.07)


def test_frequent_words_are_thinned_out_as_often_as_they_should():
    text = count_text("x", [["the", f"w{i}", "the", f"v{i}"] for i in range(2000)], minimum_count=1)
    kept = Counter()
    for seed in range(3):
        for batch in batches_of(text, subsample=0.01, seed=seed):
            kept.update(batch.inputs[0].ravel().tolist())
    expected = np.sqrt(0.01 / 0.5) + 0.01 / 0.5
    the = text.vocabulary.encode(["the"])[0]
    assert kept[the] / (3 * 4000) == pytest.approx(expected, abs=0.02)
    assert sum(kept[int(i)] for i in text.ids if i != the) >= 3 * 4000


def test_words_below_the_threshold_are_all_kept_and_a_threshold_of_0_keeps_everything():
    counts = np.array([0, 1, 10, 989])
    assert keep_probabilities(counts, 0.01).tolist()[:3] == [1, 1, 1]
    assert keep_probabilities(counts, 0.01)[3] == pytest.approx(0.1 / 0.989**0.5 + 0.01 / 0.989)
    assert keep_probabilities(counts, 0).tolist() == [1, 1, 1, 1]
