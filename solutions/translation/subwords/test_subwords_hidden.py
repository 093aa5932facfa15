"""Hidden checks of subwords: runs of one byte, ties of new tokens, words without pairs, errors."""

import pytest

from autograder.checks import agrees, equal, refuses


def drawn_words(rng, letters, count, longest):
    """Return random words, each with a count."""
    sizes = rng.integers(longest + 1, size=count).tolist()
    words = [bytes(rng.choice(letters, size=size).tolist()) for size in sizes]
    return {word: int(rng.integers(1, 5)) for word in words}


@pytest.mark.task("merge_pair")
@pytest.mark.points(1)
@pytest.mark.hint("An empty list and a list of one token have no pair.")
@pytest.mark.promise("left-to-right", "merge_pair.returns")
def test_no_pair(submission, reference, rng):
    """merge_pair: empty and short lists, tuples, and the pair in the other order."""
    for ids in ([], [4], [4, 4], (4, 5, 4, 5), [5, 4, 5]):
        agrees(submission, reference, "merge_pair", ids, (4, 5), 300)
    ids = rng.integers(2, size=15).tolist()
    agrees(submission, reference, "merge_pair", ids, (1, 0), 300)


@pytest.mark.task("learn_merges")
@pytest.mark.points(2.5)
@pytest.mark.hint("Three equal bytes have two pairs, which both count.")
@pytest.mark.promise("most-frequent", "left-to-right")
def test_runs_of_one_byte(submission, reference, rng):
    """learn_merges: runs of one byte, whose pairs overlap."""
    letter = int(rng.integers(97, 123))
    runs = {bytes([letter]) * size: int(rng.integers(1, 4)) for size in (1, 2, 3, 5, 8, 13)}
    agrees(submission, reference, "learn_merges", runs, 6)
    for _ in range(3):
        agrees(submission, reference, "learn_merges", drawn_words(rng, [97, 98], 9, 12), 20)


@pytest.mark.task("learn_merges")
@pytest.mark.points(2.5)
@pytest.mark.hint("Compare the integers of both pairs, not their bytes: all merges are above 255.")
@pytest.mark.promise("ties")
def test_ties_of_new_tokens(submission, reference, rng):
    """learn_merges: of equally frequent pairs bytes come before merges, earlier merges first."""
    words = {b"zb": 5, b"za": 4, b"zbq": 2, b"zaq": 2, b"yq": 2}
    expected = reference.learn_merges(words, 6)
    equal(submission.learn_merges(words, 6), expected, f"the merges of {words}")
    for _ in range(4):
        words = drawn_words(rng, [200, 97, 10, 98], 14, 9)
        agrees(submission, reference, "learn_merges", dict.fromkeys(words, 2), 25)


@pytest.mark.task("learn_merges")
@pytest.mark.points(1.5)
@pytest.mark.hint("Stop when there is no pair left, also if a pair occurs only once.")
@pytest.mark.promise("fewer", "learn_merges.count")
def test_more_merges_than_pairs(submission, reference, rng):
    """learn_merges: no word, no merge, words of one byte, and more merges than pairs."""
    equal(submission.learn_merges({}, 5), [], "the merges of no word")
    equal(submission.learn_merges({b"a": 3, b"": 2}, 5), [], "the merges of 'a' and an empty word")
    words = drawn_words(rng, [97, 98, 99], 6, 5)
    equal(submission.learn_merges(words, 0), [], "no merge")
    agrees(submission, reference, "learn_merges", words, 60)


@pytest.mark.task("learn_merges")
@pytest.mark.points(0.5)
@pytest.mark.hint("Keep the lines of the stub that raise the error.")
@pytest.mark.promise("errors", "learn_merges.raises")
def test_numbers_out_of_range(submission):
    """learn_merges: refuses a negative number of merges, and counts below 1."""
    refuses(submission, "learn_merges", {b"ab": 1}, -1)
    refuses(submission, "learn_merges", {b"ab": 0, b"ac": 2}, 1)


@pytest.mark.task("encode")
@pytest.mark.points(1.5)
@pytest.mark.hint("Merge every place of a pair, then look at all pairs of the word again.")
@pytest.mark.promise("learned-first")
def test_long_words(submission, reference, rng):
    """encode: long words, no merge, no word, and empty words."""
    words = drawn_words(rng, [97, 98], 30, 6)
    merges = reference.learn_merges(words, 18)
    long = [bytes(rng.choice([97, 98, 99], size=60).tolist()) for _ in range(4)]
    agrees(submission, reference, "encode", [*long, b"", b"a"], merges)
    agrees(submission, reference, "encode", long, [])
    equal(submission.encode([], merges), [], "the tokens of no word")


@pytest.mark.task("decode")
@pytest.mark.points(1)
@pytest.mark.hint("Keep the lines of the stub that raise the error.")
@pytest.mark.promise("errors", "decode.raises")
def test_tokens_out_of_range(submission):
    """decode: no token at all, and tokens that no merge made."""
    equal(submission.decode([], []), b"", "the bytes of no token")
    for wrong in ([256], [-1], [97, 258]):
        refuses(submission, "decode", wrong, [(97, 98)] if wrong != [256] else [])
