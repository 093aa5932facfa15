"""The tokens of a text: words, or characters."""

from __future__ import annotations

from typing import NamedTuple


class Tokens(NamedTuple):
    """A way to divide the lines of a text into tokens.

    Attributes:
        name: its name for ``--tokens``.
        between: what stands between two tokens of a line.
    """

    name: str
    between: str

    def split(self, line: str) -> list[str]:
        """Return the tokens of `line`."""
        return line.split() if self.between else list(line)


WORDS, CHARACTERS = Tokens("words", " "), Tokens("characters", "")

#: By name.
TOKENS = {tokens.name: tokens for tokens in (WORDS, CHARACTERS)}
