"""Examples for a softmax over all words: exactly the pairs within windows and sentences."""

from collections import Counter

import numpy as np
import pytest

from plugins.lectures.training.counted_text import count_text
from plugins.lectures.training.window_batches import ContextBatches, PairBatches

SENTENCES = [[f"w{i}" for i in range(9)], ["v0", "v1"], ["alone"], [f"u{i}" for i in range(6)]]
#: The word of each position of the text.
WORDS = [word for sentence in SENTENCES for word in sentence]


def a_text():
    return count_text("made", SENTENCES, minimum_count=1)


def made(kind, backend, seed=0, window=3, **changes):
    settings = {"window": window, "subsample": 0.0, "batch_size": 4, **changes}
    return kind(a_text(), backend, **settings).epoch(np.random.default_rng(seed))


def reaches(seed, window=3):
    """The reach of each word, drawn after the numbers that thin the text out."""
    rng = np.random.default_rng(seed)
    rng.random(len(WORDS))
    return rng.integers(1, window + 1, size=len(WORDS))


def expected_contexts(seed):
    """Return centre word -> its context in order, by a loop over the sentences."""
    reach, result, start = reaches(seed), {}, 0
    for sentence in SENTENCES:
        for t, word in enumerate(sentence):
            r = reach[start + t]
            context = sentence[max(0, t - r) : t] + sentence[t + 1 : t + 1 + r]
            if context:
                result[word] = context
        start += len(sentence)
    return result


@pytest.mark.parametrize("backend", ["numpy", "torch"])
@pytest.mark.parametrize("seed", [0, 1])
def test_pairs_are_the_words_within_the_reach_of_a_word_and_its_sentence(backends, backend, seed):
    words = a_text().vocabulary.words
    result = Counter()
    for batch in made(PairBatches, backends(backend), seed)[1]:
        (centers,) = batch.inputs
        assert batch.terms == batch.weight == len(centers)
        result.update((words[c], words[o]) for c, o in zip(centers, batch.targets, strict=True))
    expected = expected_contexts(seed)
    assert result == Counter((c, o) for c, context in expected.items() for o in context)


@pytest.mark.parametrize("backend", ["numpy", "torch"])
def test_contexts_have_the_word_in_the_middle_as_target(backends, backend):
    words, result = a_text().vocabulary.words, {}
    for batch in made(ContextBatches, backends(backend))[1]:
        contexts, mask = batch.inputs
        assert mask.dtype == bool and contexts.shape == mask.shape == (batch.terms, 6)
        for ids, inside, target in zip(contexts, mask, batch.targets, strict=True):
            result[words[target]] = [words[i] for i in ids[inside]]
    assert result == expected_contexts(0)


@pytest.mark.parametrize("kind", [PairBatches, ContextBatches])
def test_the_size_of_a_batch_changes_no_example(backends, kind):
    def targets(size):
        _, batches = made(kind, backends("numpy"), batch_size=size)
        return np.concatenate([batch.targets for batch in batches])

    np.testing.assert_array_equal(targets(1), targets(100))


@pytest.mark.parametrize("kind", [PairBatches, ContextBatches])
def test_a_word_without_neighbours_gives_no_example(backends, kind):
    steps, batches = made(kind, backends("numpy"), batch_size=1)
    sizes = [batch.terms for batch in batches]
    assert steps == len(WORDS)
    assert len(sizes) == steps - 1 and min(sizes) > 0
