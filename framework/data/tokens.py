"""The tokens of a text: words, or characters; those of `framework.data.subwords` are learned."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterable, Sequence
from typing import Any, ClassVar, Self


class Tokens(ABC):
    """A way to divide the lines of a text into tokens.

    Attributes:
        name: what the tokens are called.
        known: all tokens there can be; empty: the vocabulary has those of a training text.
    """

    name: ClassVar[str]
    known: Sequence[str] = ()

    @abstractmethod
    def split(self, line: str) -> list[str]:
        """Return the tokens of `line`."""

    @abstractmethod
    def join(self, tokens: Iterable[str]) -> str:
        """Return the line of `tokens`."""

    def shown(self, tokens: Iterable[str]) -> str:
        """Return `tokens` as a part of a line, with marks for what is not visible."""
        return self.join(tokens)

    def learned(self, lines: Iterable[str]) -> Self:
        """Return the tokens that are learned from the `lines` of a training text."""
        return self

    def saved(self) -> dict[str, Any]:
        """Return what a checkpoint keeps of them, as JSON values."""
        return {}


class _Words(Tokens):
    name = "words"

    def split(self, line: str) -> list[str]:
        return line.split()

    def join(self, tokens: Iterable[str]) -> str:
        return " ".join(tokens)


class _Characters(Tokens):
    name = "characters"

    def split(self, line: str) -> list[str]:
        return list(line)

    def join(self, tokens: Iterable[str]) -> str:
        return "".join(tokens)


WORDS, CHARACTERS = _Words(), _Characters()
