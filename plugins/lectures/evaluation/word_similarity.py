"""Relations between word vectors: nearest words, analogies, and correlation with human scores.

Source: CS224n lecture 1; Mikolov et al., "Efficient Estimation of Word Representations in Vector
Space" (2013), section 4, for analogies; Finkelstein et al. (2002) for judged pairs of words.
"""

from __future__ import annotations

import math
from pathlib import Path

import numpy as np
import numpy.typing as npt

from framework.data.text_lines import lines_of, read_text
from framework.errors import BadInputError
from plugins.lectures.formats.word_vectors import Vectors, WordVectors

Scored = list[tuple[str, float]]
JudgedPairs = list[tuple[str, str, float]]


def neighbors(vectors: WordVectors, word: str, count: int = 10) -> Scored:
    """Return the `count` words with the largest cosine to `word`, without itself, nearest first.

    Raises:
        UnknownNameError: `word` has no vector.
    """
    unit = unit_vectors(vectors.vectors)
    row = vectors.row(word)
    return _nearest(vectors, unit @ unit[row], [row], count)


def analogy(vectors: WordVectors, a: str, b: str, c: str, count: int = 10) -> Scored:
    """Return the words d for which a is to b as c is to d: the largest cosine with b − a + c.

    All vectors are first scaled to length 1; a, b and c are left out.

    Raises:
        UnknownNameError: one of the three has no vector.
    """
    unit = unit_vectors(vectors.vectors)
    rows = [vectors.row(word) for word in (a, b, c)]
    target = unit_vectors(unit[rows[1]] - unit[rows[0]] + unit[rows[2]])
    return _nearest(vectors, unit @ target, rows, count)


def spearman(x: npt.ArrayLike, y: npt.ArrayLike) -> float:
    """Return Spearman's ρ of `x: (n,)` and `y: (n,)`, the correlation of their ranks.

    Equal values share the mean of their ranks.

    Raises:
        BadInputError: fewer than two pairs, two lengths, or all of one side are equal.
    """
    ranks = [_ranks(np.asarray(values, dtype=np.float64)) for values in (x, y)]
    if len(ranks[0]) != len(ranks[1]) or len(ranks[0]) < 2 or not all(np.ptp(r) for r in ranks):
        raise BadInputError("a rank correlation needs two equally long lists of differing values")
    return float(np.corrcoef(ranks[0], ranks[1])[0, 1])


def read_judged_pairs(path: Path) -> JudgedPairs:
    """Return two words and a score on each line, separated by tabs, commas or semicolons.

    Blank lines, comments after ``#``, and a first line of headings are skipped.

    Raises:
        BadInputError: the file is missing, no text, empty, or a line has another form.
    """
    pairs: JudgedPairs = []
    sign = ""
    for number, line in enumerate(lines_of(read_text(path)), start=1):
        if not line.strip() or line.startswith("#"):
            continue
        is_first = not sign
        sign = sign or next((sign for sign in "\t;," if sign in line), "\t")
        words = [field.strip().strip('"') for field in line.split(sign)]
        score = _score(words[2]) if len(words) == 3 else None
        if score is not None:
            pairs.append((words[0], words[1], score))
        elif not is_first or len(words) != 3:
            raise BadInputError(
                f"{path}, line {number}: word, word, score expected, but got {line[:60]!r}"
            )
    if not pairs:
        raise BadInputError(f"{path} is empty: word, word, score on each line expected")
    return pairs


def _score(text: str) -> float | None:
    """Return the finite number `text`; None for another text."""
    try:
        value = float(text)
    except ValueError:
        return None
    return value if math.isfinite(value) else None


def judged_similarity(vectors: WordVectors, pairs: JudgedPairs) -> tuple[float, int]:
    """Return Spearman's ρ of cosines and scores over the pairs with two known words.

    A word without a vector is also looked up in lower case, because many texts have only this.

    Returns: ρ, and the number of pairs. Compare ρ of two sets of vectors only for the same pairs.

    Raises:
        BadInputError: fewer than two pairs are left.
    """
    rows = [(_row(vectors, a), _row(vectors, b), score) for a, b, score in pairs]
    known = [(a, b, score) for a, b, score in rows if a is not None and b is not None]
    unit = unit_vectors(vectors.vectors)
    cosines = [float(unit[a] @ unit[b]) for a, b, _ in known]
    return spearman(cosines, [score for _, _, score in known]), len(known)


def unit_vectors(vectors: Vectors) -> Vectors:
    """Return `vectors: (..., d)`, each divided by its length; a vector of zeros is unchanged."""
    lengths = np.linalg.norm(vectors, axis=-1, keepdims=True)
    return np.asarray(vectors / np.where(lengths > 0, lengths, 1.0))


def _row(vectors: WordVectors, word: str) -> int | None:
    return vectors.ids.get(word, vectors.ids.get(word.lower()))


def _nearest(vectors: WordVectors, cosines: Vectors, left_out: list[int], count: int) -> Scored:
    best = [row for row in np.argsort(-cosines, kind="stable") if row not in left_out]
    return [(vectors.words[row], float(cosines[row])) for row in best[:count]]


def _ranks(values: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
    _, places, counts = np.unique(values, return_inverse=True, return_counts=True)
    return np.asarray((np.cumsum(counts) - (counts - 1) / 2)[places])
