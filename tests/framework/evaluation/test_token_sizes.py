"""Perplexities in different tokens are those of the same text."""

import math

import pytest

from framework.data.subwords import tokens_of
from framework.data.tokens import CHARACTERS, WORDS
from framework.evaluation.token_sizes import token_sizes
from plugins.networks.translation import subwords

FUNCTIONS = {
    "learn_merges": subwords.learn_merges,
    "encode_subwords": subwords.encode,
    "decode_subwords": subwords.decode,
}
LINE = "to be or not to be"


def test_characters_and_words_of_subwords_are_counted_with_the_end_of_the_line():
    tokens = tokens_of("subwords:4", FUNCTIONS.__getitem__).learned([LINE])
    text = tokens.split(LINE)
    sizes = token_sizes([text], tokens)
    count = len(text) + 1
    assert sizes == (pytest.approx((len(LINE) + 1) / count), pytest.approx(7 / count))
    nats = count * math.log(5)
    bits, per_word = nats / math.log(2) / (len(LINE) + 1), math.exp(nats / 7)
    assert sizes.comparable(5) == f", {bits:.4f} bits per character, {per_word:.2f} per word"


def test_characters_have_their_bits_and_words_nothing():
    assert token_sizes([list(LINE)], CHARACTERS).comparable(8) == ", 3.0000 bits per character"
    assert token_sizes([LINE.split()], WORDS).comparable(8) == ""
    assert token_sizes([list(LINE)], CHARACTERS).comparable(math.nan) == ""
