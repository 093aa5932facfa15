"""Reads the pairs that JPlag writes with ``--csv-export``."""

from __future__ import annotations

import csv
import io
from collections.abc import Collection, Iterator
from pathlib import Path

from autograder.similarity.pairs import Pair
from framework.errors import BadInputError
from framework.text_files import read_text


def jplag_pairs(file: Path, ids: Collection[str]) -> Iterator[Pair]:
    """Yield the pairs in `file` whose submissions are among `ids`, by their average similarity.

    JPlag calls a submission by its folder: run it on ``attempts`` of a collection, whose folders
    are named after attempts.

    Raises:
        BadInputError: it is no table of JPlag.
    """
    rows = csv.reader(io.StringIO(read_text(file)))
    next(rows, None)  # the names of columns
    for line, row in enumerate(rows, start=2):
        try:
            first, second, share = row[0], row[1], float(row[2])
        except (IndexError, ValueError):
            raise BadInputError(
                f"{file}, line {line}: expected two submissions and their similarity, as "
                "`jplag --csv-export` writes them"
            ) from None
        if not 0 <= share <= 1:
            raise BadInputError(f"{file}, line {line}: {share} is no share from 0 to 1")
        if first in ids and second in ids:
            yield first, second, share
