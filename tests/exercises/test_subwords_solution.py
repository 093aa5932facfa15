"""Merges and tokens against those of the package `tokenizers`."""

import json
from collections import Counter

import numpy as np
import pytest
from tokenizers import Tokenizer, models, pre_tokenizers, trainers

from solutions.translation.subwords.subwords import decode, encode, learn_merges

PRINTABLE = np.arange(33, 127)


def trained(text, count):
    """Return a tokenizer of `tokenizers` with up to `count` merges; its alphabet is that of us."""
    tokenizer = Tokenizer(models.BPE())
    tokenizer.pre_tokenizer = pre_tokenizers.WhitespaceSplit()
    alphabet = [chr(value) for value in range(256)]
    trainer = trainers.BpeTrainer(
        vocab_size=256 + count, initial_alphabet=alphabet, min_frequency=0, show_progress=False
    )
    tokenizer.train_from_iterator([text], trainer)
    return tokenizer


def merges_of(tokenizer):
    """Return the merges as pairs of texts."""
    return [tuple(pair) for pair in json.loads(tokenizer.to_str())["model"]["merges"]]


def drawn_text(rng, letters, count=300):
    """Return words of these letters; short words repeat."""
    sizes = rng.integers(1, 9, size=count)
    words = ["".join(map(chr, rng.choice(letters, size=size))) for size in sizes]
    return " ".join(rng.choice(words[:80], size=count).tolist())


@pytest.mark.parametrize("letters", [2, 3, 6, 30])
def test_merges_and_tokens_are_those_of_tokenizers(letters):
    rng = np.random.default_rng(letters)
    for count in (1, 20, 150, 1000):
        alphabet = rng.choice(PRINTABLE, size=letters, replace=False)
        text, new = drawn_text(rng, alphabet), drawn_text(rng, alphabet)
        other = trained(text, count)
        words = {word.encode(): times for word, times in Counter(text.split()).items()}
        merges = learn_merges(words, count)

        def spelled(token, merges=merges):
            return decode([token], merges).decode()

        assert [(spelled(a), spelled(b)) for a, b in merges] == merges_of(other)
        tokens = encode([word.encode() for word in new.split()], merges)
        assert [spelled(token) for ids in tokens for token in ids] == other.encode(new).tokens
