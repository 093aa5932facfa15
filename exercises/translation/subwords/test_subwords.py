"""Checks of subwords that you can see. The course has hidden ones, too."""

from collections import Counter

import numpy as np
import pytest

from autograder.checks import HIGHER, LOWER, agrees, equal, expect
from plugins.lectures.languages.morphemes import Morphemes

#: The words of the README, and the merges that they give.
WORDS = {b"sing": 4, b"singing": 2, b"ring": 3, b"rings": 2}
MERGES = [(105, 110), (256, 103), (115, 257), (114, 257), (258, 257)]


def drawn_words(rng, letters=b"abcd", count=12, longest=8):
    """Return random words of few letters, each with a count."""
    words = {}
    for _ in range(count):
        size = int(rng.integers(1, longest + 1))
        words[bytes(rng.choice(list(letters), size=size).tolist())] = int(rng.integers(1, 9))
    return words


def spelled(merges):
    """Return the bytes of every token."""
    table = [bytes([value]) for value in range(256)]
    for left, right in merges:
        table.append(table[left] + table[right])
    return table


@pytest.mark.task("merge_pair")
@pytest.mark.points(3)
@pytest.mark.hint("Go on behind a pair that you have replaced.")
@pytest.mark.promise("merge_pair.ids", "merge_pair.pair", "merge_pair.new")
def test_one_pair(submission, reference, rng):
    """merge_pair: every place where the pair stands, and no other."""
    equal(submission.merge_pair([1, 2, 3, 1, 2], (1, 2), 9), [9, 3, 9], "1 2 3 1 2 with 9 for 1 2")
    equal(submission.merge_pair([2, 1, 3], (1, 2), 9), [2, 1, 3], "2 1 3, which has no pair 1 2")
    for _ in range(5):
        ids = rng.integers(3, size=12).tolist()
        agrees(submission, reference, "merge_pair", ids, (0, 1), 7)


@pytest.mark.task("merge_pair")
@pytest.mark.points(2.5)
@pytest.mark.hint("Of three equal tokens the first two are a pair; the third stays.")
@pytest.mark.promise("left-to-right", "merge_pair.returns")
def test_overlapping_pairs(submission, reference, rng):
    """merge_pair: pairs that overlap are replaced from left to right."""
    for length in range(7):
        agrees(submission, reference, "merge_pair", [5] * length, (5, 5), 256)
    ids = np.repeat(rng.integers(2, size=6), rng.integers(1, 5, size=6)).tolist()
    agrees(submission, reference, "merge_pair", ids, (1, 1), 2)


@pytest.mark.task("learn_merges")
@pytest.mark.points(4)
@pytest.mark.hint("Count the pairs again after each merge.")
@pytest.mark.promise("most-frequent", "learn_merges.words", "learn_merges.returns")
def test_merges(submission, reference, rng):
    """learn_merges: the README's words, a text with fewer pairs than merges, and drawn ones."""
    actual = submission.learn_merges(WORDS, 5)
    equal(actual, MERGES, "the merges of the README")
    expect(all(isinstance(pair, tuple) for pair in actual), "each merge should be a tuple")
    equal(submission.learn_merges({b"ab": 1}, 3), [(97, 98)], "the merges of the word 'ab'")
    for count in (1, 4, 12):
        agrees(submission, reference, "learn_merges", drawn_words(rng), count)


@pytest.mark.task("learn_merges")
@pytest.mark.points(3)
@pytest.mark.hint("A pair counts as often as its word occurs.")
@pytest.mark.promise("counts-of-words")
def test_counts_of_words(submission):
    """learn_merges: one frequent word outweighs many rare ones."""
    words = {b"xy": 6, b"abc": 1, b"abd": 1, b"abe": 1, b"ababq": 1}
    equal(submission.learn_merges(words, 2), [(120, 121), (97, 98)], f"the merges of {words}")
    equal(submission.learn_merges({b"zzzz": 2, b"ab": 5}, 1), [(122, 122)], "of 'zzzz' and 'ab'")


@pytest.mark.task("learn_merges")
@pytest.mark.points(4)
@pytest.mark.hint("min over (−count, pair): Python compares pairs of integers place by place.")
@pytest.mark.promise("ties")
def test_ties(submission, reference, rng):
    """learn_merges: of equally frequent pairs the smallest one is merged."""
    equal(submission.learn_merges({b"dc": 1, b"ba": 1, b"bz": 1}, 3),
          [(98, 97), (98, 122), (100, 99)], "the merges of 'dc', 'ba' and 'bz'")  # fmt: skip
    for _ in range(4):
        words = dict.fromkeys(drawn_words(rng, count=8), 1)
        agrees(submission, reference, "learn_merges", words, 15)


@pytest.mark.task("encode")
@pytest.mark.points(4)
@pytest.mark.hint("Of all pairs in the word, the one that was learned first is merged next.")
@pytest.mark.promise("learned-first", "encode.words", "encode.merges", "encode.returns")
def test_tokens(submission, reference, rng):
    """encode: words that were seen and words that were not."""
    actual = submission.encode([b"sing", b"kings", b"singer"], MERGES)
    equal(actual, [[258], [107, 257, 115], [258, 101, 114]], "'sing', 'kings' and 'singer'")
    for _ in range(3):
        words = drawn_words(rng)
        merges = reference.learn_merges(words, 14)
        agrees(submission, reference, "encode", [*words, *drawn_words(rng)], merges)


@pytest.mark.task("decode")
@pytest.mark.points(3)
@pytest.mark.hint("The bytes of token 256 + k are those of both tokens of merge k.")
@pytest.mark.promise("decode.ids", "decode.merges")
def test_bytes_of_tokens(submission, reference, rng):
    """decode: the README's tokens, and drawn ones."""
    equal(submission.decode([107, 257, 115], MERGES), b"kings", "the bytes of 107 257 115")
    merges = reference.learn_merges(drawn_words(rng), 10)
    for _ in range(3):
        agrees(submission, reference, "decode", rng.integers(256 + 5, size=20).tolist(), merges[:5])


@pytest.mark.task("decode")
@pytest.mark.points(4)
@pytest.mark.hint("A byte that no merge knows stays a token of its own.")
@pytest.mark.promise("every-byte-string")
def test_every_byte_string_comes_back(submission, rng):
    """encode and decode: any bytes come back, also those that are no text."""
    merges = submission.learn_merges(drawn_words(rng, letters=bytes([0, 97, 195, 169, 255])), 20)
    words = [bytes(range(256)), b"", "Fußgängerübergänge 学习".encode()]
    words += [rng.integers(256, size=30).astype(np.uint8).tobytes() for _ in range(4)]
    words += list(drawn_words(rng, letters=bytes([0, 97, 195, 169, 255])))
    for word, ids in zip(words, submission.encode(words, merges), strict=True):
        equal(submission.decode(ids, merges), word, "decode of encode")
        expect(len(ids) <= len(word), f"{len(word)} bytes became {len(ids)} tokens")


@pytest.mark.task("encode")
@pytest.mark.points(4)
@pytest.mark.hint("In a frequent stem no boundary is left: its bytes have become one token.")
@pytest.mark.promise("morphemes")
def test_boundaries_of_morphemes(submission, metric_threshold, rng):
    """Tokens end where stems end: the boundary F1 on a language of stems and suffixes."""

    def boundary_f1(rng):
        language = Morphemes(rng)
        words = language.sample(1500)
        merges = submission.learn_merges(words, language.merges)
        table, right, actual = spelled(merges), 0, 0
        new = language.sample(500)
        for (word, times), ids in zip(
            new.items(), submission.encode(list(new), merges), strict=True
        ):
            lengths = [len(table[token]) for token in ids]
            equal(sum(lengths), len(word), "the number of bytes in the tokens of a word")
            ends = np.cumsum(lengths)[:-1].tolist()
            right += times * (language.boundary(word) in ends)
            actual += times * len(ends)
        yield 2 * right / (actual + sum(new.values()))

    what = "the F1 of the boundaries between your tokens, against those between morphemes,"
    metric_threshold("boundary_f1", boundary_f1, rng=rng, direction=HIGHER, best=1.0, what=what)


@pytest.mark.task("encode")
@pytest.mark.points(4)
@pytest.mark.hint("Too many bits: is a frequent word a few tokens? Too few: a part is lost.")
@pytest.mark.promise("entropy")
def test_bits_per_character(submission, metric_threshold, rng):
    """A code of your tokens needs few bits per character, but never less than the entropy."""

    def ratios(rng):
        language = Morphemes(rng)
        words, new = language.sample(1500), language.sample(1500)
        merges = submission.learn_merges(words, 2 * language.merges)
        counts = Counter()
        for times, ids in zip(words.values(), submission.encode(list(words), merges), strict=True):
            for token in ids:
                counts[token] += times
        total = counts.total() + 0.1 * (256 + len(merges))
        bits = least = 0.0
        for (word, times), ids in zip(
            new.items(), submission.encode(list(new), merges), strict=True
        ):
            bits -= times * sum(np.log2((counts[token] + 0.1) / total) for token in ids)
            least += times * language.bits(word)
        characters = sum(len(word) * times for word, times in new.items())
        expect(
            bits > least,
            f"your tokens need {bits / characters:.3f} bits per character, but "
            f"{least / characters:.3f} is the best possible: they lose a part of the words",
        )
        yield float(bits / least)

    what = "the bits per character of a code of your tokens, divided by the best possible,"
    metric_threshold("bits_ratio", ratios, rng=rng, direction=LOWER, best=1.0, what=what)
