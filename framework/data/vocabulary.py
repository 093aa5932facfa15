"""Words and their ids."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from functools import cached_property

import numpy as np
import numpy.typing as npt

from framework.errors import BadInputError

Ids = npt.NDArray[np.int64]

PAD, UNK, EOS = 0, 1, 2

#: The words that every vocabulary starts with: padding, unknown word, end of sentence.
SPECIAL = ("<pad>", "<unk>", "</s>")


class Vocabulary:
    """A two-way mapping between words and ids 0 .. V−1, starting with the words of `SPECIAL`.

    Args:
        words: the other words, in the order of their ids. Special words are skipped, so that a
            text that already says ``<unk>`` keeps its meaning.

    Raises:
        BadInputError: a word occurs twice.
    """

    def __init__(self, words: Iterable[str]) -> None:
        self.words = SPECIAL + tuple(word for word in words if word not in SPECIAL)
        repeated = [word for word, count in Counter(self.words).items() if count > 1]
        if repeated:
            raise BadInputError(f"a vocabulary lists the word '{repeated[0]}' more than once")

    @classmethod
    def from_texts(
        cls,
        texts: Iterable[Sequence[str]],
        *,
        minimum_count: int = 1,
        maximum_size: int | None = None,
    ) -> Vocabulary:
        """Return the words of `texts`, the most frequent first, equally frequent ones by alphabet.

        Args:
            texts: each a sequence of words.
            minimum_count: rarer words are left out and become ``<unk>``.
            maximum_size: maximum vocabulary size, special words included.

        Raises:
            BadInputError: there is no word in `texts`, or `maximum_size` leaves room for none.
        """
        counts = Counter(word for text in texts for word in text)
        if not counts:
            raise BadInputError("a vocabulary cannot be made from an empty text")
        if maximum_size is not None and maximum_size <= len(SPECIAL):
            raise BadInputError(
                f"a vocabulary of at most {maximum_size} words has no room for "
                f"words in addition to the {len(SPECIAL)} special ones: {' '.join(SPECIAL)}"
            )
        ranked = sorted(counts, key=lambda word: (-counts[word], word))
        kept = [w for w in ranked if counts[w] >= minimum_count and w not in SPECIAL]
        return cls(kept if maximum_size is None else kept[: maximum_size - len(SPECIAL)])

    def __len__(self) -> int:
        return len(self.words)

    def __contains__(self, word: object) -> bool:
        return word in self._ids

    @cached_property
    def _ids(self) -> dict[str, int]:
        return {word: index for index, word in enumerate(self.words)}

    def encode(self, text: Iterable[str]) -> Ids:
        """Return the ids of the words of `text`, `(T,)` int64; an unknown word becomes `UNK`."""
        ids = self._ids
        return np.array([ids.get(word, UNK) for word in text], dtype=np.int64)

    def decode(self, ids: Iterable[int]) -> list[str]:
        """Return the words of `ids: (T,)`.

        Raises:
            BadInputError: an id is not in 0 .. V−1.
        """
        return [self._word(int(index)) for index in ids]

    def _word(self, index: int) -> str:
        if not 0 <= index < len(self):
            raise BadInputError(f"no word has id {index}: the ids are 0 to {len(self) - 1}")
        return self.words[index]


def require_ids(what: str, ids: object, size: int) -> None:
    """Raise an error unless `ids` is an array `(M,)` of ids below `size`.

    Args:
        what: the subject of the message.

    Raises:
        BadInputError: its type, shape, dtype or an id is wrong.
    """
    wanted = "expected an array (M,) of integer token ids"
    if not isinstance(ids, np.ndarray):
        raise BadInputError(f"{what} is a {type(ids).__name__}, {wanted}")
    if ids.ndim != 1 or ids.dtype.kind not in "iu":
        raise BadInputError(f"{what} is {ids.dtype} {ids.shape}, {wanted}")
    if ids.size and not 0 <= ids.min() <= ids.max() < size:
        raise BadInputError(
            f"{what} has ids {ids.min()} ... {ids.max()}, expected 0 ... {size - 1}"
        )
