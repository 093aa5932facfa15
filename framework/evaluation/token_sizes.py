"""Compares perplexities of one text in different tokens, by characters and by words."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from typing import NamedTuple

from framework.data.tokens import CHARACTERS, WORDS, Tokens


class TokenSizes(NamedTuple):
    """The mean size of the tokens of a text. The end of a line is a token, a character and a word.

    Attributes:
        characters: the characters of a token; None: it is a word.
        words: the words of a token, at most 1; None: it is a word or a character.
    """

    characters: float | None = None
    words: float | None = None

    def comparable(self, perplexity: float) -> str:
        """Return what follows a perplexity of tokens: bits per character, perplexity per word."""
        if self.characters is None or math.isnan(perplexity):
            return ""
        text = f", {math.log2(perplexity) / self.characters:.4f} bits per character"
        if self.words is None:
            return text
        per_word = math.log(perplexity) / self.words
        return f"{text}, {math.exp(min(per_word, 700)):.2f} per word"


def token_sizes(texts: Iterable[Sequence[str]], tokens: Tokens) -> TokenSizes:
    """Return the sizes of `tokens` in `texts`, the tokens of each line without its end."""
    if tokens is WORDS:
        return TokenSizes()
    if tokens is CHARACTERS:
        return TokenSizes(1.0)
    count = characters = words = 0
    for text in texts:
        line = tokens.join(text)
        count += len(text) + 1
        characters += len(line) + 1
        words += len(line.split()) + 1
    return TokenSizes(characters / count, words / count)
