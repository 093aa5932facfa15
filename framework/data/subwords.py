"""Subwords as the tokens of a text: byte pair encoding, by the functions of any provider.

A line is divided into pieces first: a word, or punctuation marks, with the blank before it; merges
stay inside of a piece. A line begins as if it had a blank in front, so that its first word has the
tokens of the same word elsewhere. Bytes that are no text of their own stand in a token as Python's
``surrogateescape`` writes them.
"""

from __future__ import annotations

import operator
import re
import reprlib
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any, NamedTuple

from framework.data.tokens import CHARACTERS, WORDS, Tokens
from framework.data.vocabulary import Vocabulary
from framework.errors import GradusError, UsageError

Pair = tuple[int, int]
#: Words with the blank before them, punctuation in the same way, and other blanks.
_PIECE = re.compile(r"\s+(?=\s\S)|\s?\w+|\s?[^\w\s]+|\s+")
_SPEC = re.compile(r"subwords:0*([1-9]\d{0,6})")
#: What stands for a blank in `Subwords.shown`.
BLANK = "▁"


class SubwordFunctions(NamedTuple):
    """The functions of the exercise `subwords`, of some provider."""

    learn_merges: Callable[[Mapping[bytes, int], int], Sequence[Pair]]
    encode: Callable[[Sequence[bytes], Sequence[Pair]], Sequence[Sequence[int]]]
    decode: Callable[[Sequence[int], Sequence[Pair]], bytes]


class Subwords(Tokens):
    """Tokens of bytes and of merges of them.

    Args:
        functions: they learn the merges and divide words.
        count: the number of merges to learn, at most.
        merges: those that are learned; None: `learned` learns them.

    Attributes:
        known: every byte, then every merge, in the order of their ids.
    """

    name = "subwords"

    def __init__(
        self,
        functions: SubwordFunctions,
        count: int,
        merges: Iterable[Sequence[int]] | None = None,
    ) -> None:
        self._functions, self._count, self._is_learned = functions, count, merges is not None
        self.merges: list[Pair] = [_pair(ids) for ids in merges or ()]
        self.known = tuple(map(_text, _spellings(self.merges)))
        self._pieces: dict[str, list[str]] = {}

    def split(self, line: str) -> list[str]:
        """Return the tokens of `line`; joined, they are `line` again.

        Raises:
            UsageError: the provider's tokens of a word do not have its bytes, or are none.
        """
        pieces = _pieces(line)
        new = [piece for piece in dict.fromkeys(pieces) if piece not in self._pieces]
        if new:
            self._encode(new)
        return [token for piece in pieces for token in self._pieces[piece]]

    def join(self, tokens: Iterable[str]) -> str:
        """Return the text of `tokens`; bytes that are no text become ``�``."""
        return _bytes("".join(tokens)).decode(errors="replace").removeprefix(" ")

    def shown(self, tokens: Iterable[str]) -> str:
        """Return `tokens` with `BLANK` for a blank, and ``\\x..`` for a byte that is no text."""
        text = _bytes("".join(tokens)).decode(errors="backslashreplace")
        return re.sub(r"\s", lambda blank: BLANK if blank[0] == " " else repr(blank[0])[1:-1], text)

    def learned(self, lines: Iterable[str]) -> Subwords:
        """Return subwords with merges that are learned from `lines`; `self` if there are merges.

        If the lines have fewer pairs than merges are asked for, there are fewer merges.

        Raises:
            UsageError: the merges are none, or `decode` of `encode` is not the text.
        """
        if self._is_learned:
            return self
        counts = Counter(piece for line in lines for piece in _pieces(line))
        words = {_bytes(piece): times for piece, times in counts.items()}
        merges = _ids("learn_merges", _called(self._functions.learn_merges, words, self._count))
        subwords = Subwords(self._functions, self._count, merges)
        subwords._encode(list(counts))
        return subwords

    def saved(self) -> dict[str, Any]:
        """Return the merges as lists."""
        return {"merges": [list(pair) for pair in self.merges]}

    def _encode(self, pieces: Sequence[str]) -> None:
        """Keep the tokens of `pieces`."""
        words = [_bytes(piece) for piece in pieces]
        encoded = _ids("encode", _called(self._functions.encode, words, self.merges))
        ids = [token for tokens in encoded for token in tokens]
        decoded = _called(self._functions.decode, ids, self.merges)
        if len(encoded) != len(words) or decoded != b"".join(words):
            raise UsageError(
                "the subwords of this provider lose a part of the text: decode of encode differs "
                f"from {len(words):,} words, such as {pieces[0]!r}. `grade subwords` says why"
            )
        for piece, tokens in zip(pieces, encoded, strict=True):
            self._pieces[piece] = [self.known[token] for token in tokens]


def check_tokens(spec: str) -> None:
    """Check a value of ``--tokens``.

    Raises:
        UsageError: it is none.
    """
    if spec not in (WORDS.name, CHARACTERS.name) and not _SPEC.fullmatch(spec):
        raise UsageError(
            "`--tokens` must be words, characters or subwords:N, with a number of merges from 1 to "
            f"9,999,999 as in subwords:8000, not {spec!r}"
        )


def tokens_of(
    spec: str, function: Callable[[str], Any], merges: Iterable[Sequence[int]] | None = None
) -> Tokens:
    """Return the tokens that a value of ``--tokens`` names.

    Args:
        spec: ``words``, ``characters`` or ``subwords:N``.
        function: returns the function of a provider by its name in the registry.
        merges: those that subwords have learned; None: `Tokens.learned` learns N.

    Raises:
        UsageError: `spec` is none of them.
    """
    check_tokens(spec)
    for tokens in (WORDS, CHARACTERS):
        if spec == tokens.name:
            return tokens
    names = ("learn_merges", "encode_subwords", "decode_subwords")
    return Subwords(SubwordFunctions(*map(function, names)), int(spec.partition(":")[2]), merges)


def vocabulary_of(tokens: Tokens, texts: Iterable[Sequence[str]], **limits: Any) -> Vocabulary:
    """Return the vocabulary of `texts`: all subwords, or the words or characters that they have.

    Args:
        tokens: those of the texts.
        texts: each a sequence of tokens.
        limits: those of `Vocabulary.from_texts`; they do not apply to subwords.

    Raises:
        BadInputError: see `Vocabulary.from_texts`.
    """
    return Vocabulary(tokens.known) if tokens.known else Vocabulary.from_texts(texts, **limits)


def _called(function: Callable[..., Any], *arguments: Any) -> Any:
    """Return the result of a provider's `function`.

    Raises:
        UsageError: it raises an error of its own.
    """
    try:
        return function(*arguments)
    except (GradusError, NotImplementedError):
        raise
    except Exception as error:
        raised = f"{function.__name__} raises {type(error).__name__}: {error}"
        raise UsageError(f"{raised}. `grade subwords` says more") from error


def _ids(name: str, returned: Any) -> list[list[int]]:
    """Return what the function `name` has `returned` as lists of integers.

    Raises:
        UsageError: it is no list of such lists.
    """
    try:
        return [[operator.index(token) for token in tokens] for tokens in returned]
    except TypeError as error:
        raise UsageError(
            f"{name} returned {reprlib.repr(returned)}, expected a list with token ids for each "
            "item: `grade subwords` says more"
        ) from error


def _pair(ids: Sequence[int]) -> Pair:
    if len(ids) != 2:
        raise UsageError(
            f"learn_merges returned a merge of {len(ids)} tokens, {reprlib.repr(ids)}, expected "
            "pairs: `grade subwords` says more"
        )
    return ids[0], ids[1]


def _pieces(line: str) -> list[str]:
    return _PIECE.findall(f" {line}") if line else []


def _bytes(text: str) -> bytes:
    return text.encode(errors="surrogateescape")


def _text(spelling: bytes) -> str:
    return spelling.decode(errors="surrogateescape")


def _spellings(merges: Sequence[Pair]) -> list[bytes]:
    """Return the bytes of every token.

    Raises:
        UsageError: a merge has a token that is not there before it, or the bytes of another token.
    """
    spellings = [bytes([value]) for value in range(256)]
    for left, right in merges:
        if not 0 <= min(left, right) <= max(left, right) < len(spellings):
            raise UsageError(
                f"merge {len(spellings) - 256} is ({left}, {right}), expected two tokens from 0 to "
                f"{len(spellings) - 1}: `grade subwords` says more"
            )
        spellings.append(spellings[left] + spellings[right])
    if len(set(spellings)) < len(spellings):
        raise UsageError("two merges make the same token: `grade subwords` says more")
    return spellings
