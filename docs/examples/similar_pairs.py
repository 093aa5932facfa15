"""Pairs of JPlag: `gradus class similarity 0 similar --plugin FILE`, beside its results.csv.

java -jar jplag.jar -l python3 lab1/attempts --csv-export
"""

from collections.abc import Iterator
from pathlib import Path

from framework.hookspecs import hookimpl
from plugins.classes.similarity.pairs import Comparison, jplag_pairs

RESULTS = Path("results.csv")


@hookimpl
def similar_pairs(comparison: Comparison) -> Iterator[tuple[str, str, float]]:
    """Return the shares of whole submissions, which JPlag has compared."""
    return jplag_pairs(RESULTS, comparison.code.keys())
