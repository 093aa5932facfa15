"""Copies that are planted in a class: how many are found, and how many others are listed."""

import random

import pytest
from written_code import alike, disguised, independent, padded, reordered, varied

from plugins.classes.similarity.code_pairs import CodeComparison, similar_pairs
from plugins.classes.similarity.similar_code import clusters, nearest, threshold

COUNT, COPIES = 200, 10


def found(write, copy, seed):
    """The planted pairs, and those that stand out in a class of `COUNT`."""
    rng = random.Random(seed)
    code = {str(i): write(rng) for i in range(COUNT)}
    planted = {frozenset((str(i), str(COUNT - 1 - i))) for i in range(COPIES)}
    for i in range(COPIES):
        code[str(COUNT - 1 - i)] = copy(code[str(i)])
    comparison = CodeComparison("e", "f", code)
    pairs = list(similar_pairs(comparison))
    beyond = threshold(sorted(nearest(comparison.long_enough, pairs).values()))
    listed = {frozenset(pair[:2]) for cluster in clusters(pairs, beyond) for pair in cluster.pairs}
    return planted, listed


@pytest.mark.parametrize("seed", [1, pytest.param(2, marks=pytest.mark.slow)])
@pytest.mark.parametrize(
    ("write", "copy", "least"),
    [
        pytest.param(independent, disguised, 10, id="independent-renamed"),
        pytest.param(independent, padded, 0, id="independent-padded"),
        pytest.param(independent, reordered, 0, id="independent-reordered"),
        pytest.param(varied, disguised, 10, id="varied-renamed"),
        pytest.param(varied, padded, 10, id="varied-padded"),
        pytest.param(varied, reordered, 10, id="varied-reordered"),
        pytest.param(alike, disguised, 0, id="alike-renamed"),
        pytest.param(alike, padded, 0, id="alike-padded"),
    ],
)
def test_listed_pairs_are_copies_and_renamed_copies_are_listed(write, copy, least, seed):
    planted, listed = found(write, copy, seed)
    assert listed <= planted
    assert len(listed & planted) >= least
