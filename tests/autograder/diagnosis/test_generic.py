"""Without a list of mistakes: what the answers show, compared with those of the solution."""

import tomllib
from itertools import chain

import pytest
from repository import text_of

CASES = tomllib.loads(text_of("texts/diagnosis/generic.toml"))
#: Exercises of the cases that the default run tries: those that are graded fast.
QUICK = ("word2vec", "losses", "bag_of_vectors", "cbow", "ngram", "dropout", "lexicon", "pooling")


@pytest.mark.parametrize(
    "case",
    [
        case if expected["exercise"] in QUICK else pytest.param(case, marks=pytest.mark.slow)
        for case, expected in CASES.items()
    ],
)
def test_a_mistake_is_reported_without_a_list(changed, case):
    expected = CASES[case]
    told = changed(expected["exercise"], *chain(*expected["changes"])).diagnoses(listed=False)
    assert told
    for diagnosis in told.values():
        assert diagnosis.id.startswith(expected["named"])
        assert expected["words"].lower() in diagnosis.sentence.lower()
