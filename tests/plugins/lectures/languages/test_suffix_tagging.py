"""The language of suffixes, and the best accuracies that it allows."""

from collections import Counter, defaultdict

import numpy as np
import pytest

from plugins.lectures.languages.suffix_tagging import (
    BEFORE,
    PLAIN_BEFORE,
    SUFFIXES,
    TAGS,
    SuffixTagging,
)


def content(sentences):
    """(particle, suffix, tag) of every content word."""
    for sentence in sentences:
        for t in range(1, len(sentence.words), 2):
            word = sentence.words[t]
            (suffix,) = (s for s in SUFFIXES if word.endswith(s))
            yield sentence.words[t - 1], suffix, sentence.tags[t]


def accuracy_of_the_likeliest(sentences, key):
    """Of a tagger that knows which tag goes with `key(particle, suffix)` most often."""
    counts = defaultdict(Counter)
    for particle, suffix, tag in content(sentences):
        counts[key(particle, suffix)][tag] += 1
    right = sum(count.most_common(1)[0][1] for count in counts.values())
    return right / sum(map(Counter.total, counts.values()))


@pytest.mark.parametrize("informative", [0.0, 0.5, 0.9])
def test_a_tagger_that_knows_the_frequencies_reaches_the_best_accuracy(informative):
    language = SuffixTagging(informative)
    sentences = language.sample(3000, rng=np.random.default_rng(1))
    # 12,000 words: a standard deviation of 0.003; the tagger saw the answers, so it may exceed.
    alone = accuracy_of_the_likeliest(sentences, lambda particle, suffix: suffix)
    assert -0.01 < alone - language.best_accuracy(in_context=False) < 0.012
    together = accuracy_of_the_likeliest(sentences, lambda particle, suffix: (particle, suffix))
    assert -0.01 < together - language.best_accuracy(in_context=True) < 0.012


def test_no_word_that_is_kept_is_ever_seen():
    language, rng = SuffixTagging(), np.random.default_rng(2)
    seen, unseen = (language.sample(400, unseen=kept, rng=rng) for kept in (False, True))
    words = [{w for s in sample for w in s.words[1::2]} for sample in (seen, unseen)]
    assert not words[0] & words[1]
    assert min(map(len, words)) > 1000
    stems = [language.stems[k::7] for k in range(7)]
    assert {stem[-1] for stem in stems[0]} == set("aeiou")  # not one kind of stems alone


def test_every_word_ends_in_one_suffix_and_particles_keep_their_promise():
    language = SuffixTagging()
    for particle, suffix, tag in content(language.sample(300, rng=np.random.default_rng(3))):
        assert tag in SUFFIXES[suffix]
        assert particle in (PLAIN_BEFORE, BEFORE[tag])
    assert len(set(language.stems)) == len(language.stems)
    assert {tag for shares in SUFFIXES.values() for tag in shares} | {"PARTICLE"} == set(TAGS)
    for shares in SUFFIXES.values():
        assert sum(shares.values()) == pytest.approx(1)


def test_all_characters_are_known_and_the_same_seed_gives_the_same():
    language = SuffixTagging(words=3)
    first, again = (language.sample(20, rng=np.random.default_rng(4)) for _ in range(2))
    assert first == again
    ids = language.characters.encode_sentences([sentence.words for sentence in first])
    assert ids.shape[:2] == (20, 6)
    assert not (ids == 1).any()
