"""Phrases by which an exercise's text promises something: the one list of them.

Each sentence of README.md or of a docstring of the stub that has such a phrase must be named by a
check, see `autograder.course.promises`. A check that names it has to fail where it is broken.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

#: What a text promises -> the phrases by which it does.
PHRASES = {
    "new arrays": r"\bnew arrays?\b|\bcaller may change\b",
    "unchanged arguments": r"\bnot modified\b|\bunchanged\b|\bnever changed\b|\bdo not change\b"
    r"|\bdoes not change (?:it|the gradients|its arguments)\b|\bneither changes\b",
    "chance": r"\bdraws? (?:one|new|the order|numbers|so)\b|\bnew random numbers\b|\bis drawn\b"
    r"|\bnumbers are drawn\b|\bor drawn\b|\ball random numbers come\b|\bdraw of its own\b",
    "any input": r"\bany (?:T|cell|shape|layer|model|language model|recurrent layers?|order)\b"
    r"|\bmay be empty\b|\bmay have gaps\b|\bno words at all\b|\bmay have no words\b|≥ [01]\b",
    "errors": r"\bValueError\b|\bIndexError\b|\bKeyError\b",
    "independent calls": r"\bdo not affect each other\b|\bdoes not affect\b|\bstarts from zeros\b"
    r"|\bhave no state\b|\bdepends only on\b",
    "gradients": r"\badds? (?:in)?to `(?:self\.)?gradients\b|\*\*adds?\*\*|\bgets? no gradient\b"
    r"|\bhave no gradient\b|\bhas no gradient\b",
    "dtype": r"\bfloat32\b",
    "numerics": r"\bfinite (?:for|loss|results|scores)\b|\boverflow|\bstable for\b",
}
_PATTERNS = {name: re.compile(pattern, re.IGNORECASE) for name, pattern in PHRASES.items()}

_FENCED = re.compile(r"^```.*?^```", re.MULTILINE | re.DOTALL)
#: Where a statement ends: an empty line, a new item of a list, a table's row, an argument's name.
_BLOCKS = re.compile(r"\n\s*\n|\n(?=\s*[-*|] )|\n(?=\s*[\w, *]+: )")
_BULLET = re.compile(r"^[-*|] ")
_SENTENCES = re.compile(r"(?<=[^.][.;!?])\s+(?=[^a-z\s])")


@dataclass(frozen=True)
class PromisedSentence:
    """A sentence that promises something.

    Args:
        text: with single spaces.
        kinds: what it promises, keys of `PHRASES`.
    """

    text: str
    kinds: tuple[str, ...]


def promised_sentences(text: str) -> Iterator[PromisedSentence]:
    """Yield the sentences of `text`, Markdown or a docstring, that have a phrase of `PHRASES`."""
    for block in _BLOCKS.split(_FENCED.sub("\n\n", text)):
        for part in _SENTENCES.split(block):
            sentence = _BULLET.sub("", " ".join(part.split()))
            kinds = tuple(name for name, phrase in _PATTERNS.items() if phrase.search(sentence))
            if kinds:
                yield PromisedSentence(sentence, kinds)
