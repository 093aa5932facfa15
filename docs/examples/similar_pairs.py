"""Pairs of JPlag: `gradus class similarity 0 similar --plugin FILE`, beside its results.csv.

java -jar jplag.jar -l python3 lab1/attempts --csv-export
"""

import csv
from collections.abc import Iterator
from pathlib import Path

from framework.errors import BadInputError
from framework.hookspecs import hookimpl
from plugins.classes.similarity.code_pairs import CodeComparison, Pair

RESULTS = Path("results.csv")


@hookimpl
def similar_pairs(comparison: CodeComparison) -> Iterator[Pair]:
    """Yield the average similarity of whole submissions, which JPlag calls by their folders."""
    with RESULTS.open(newline="", encoding="utf-8") as file:
        rows = csv.reader(file)
        next(rows, None)  # the names of columns
        for line, row in enumerate(rows, start=2):
            try:
                first, second, share = row[0], row[1], float(row[2])
            except (IndexError, ValueError):
                raise BadInputError(
                    f"{RESULTS}, line {line}: expected two submissions and their similarity"
                ) from None
            if {first, second} <= comparison.code.keys():
                yield first, second, share
