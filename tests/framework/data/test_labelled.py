"""Labelled texts: what is held out, and the folds of a cross-validation."""

import numpy as np
import pytest

from framework.data.labelled import LabelledText, TextCorpus, folds, with_held_out
from framework.errors import BadInputError, UsageError

TEXTS = [LabelledText((f"w{i}",), "odd" if i % 2 else "even") for i in range(25)]


def rng(seed=0):
    return np.random.default_rng(seed)


def test_a_tenth_is_held_out_where_nothing_is_yet():
    corpus = with_held_out(TextCorpus("c", TEXTS, test=TEXTS[:3]), rng=rng())
    assert len(corpus.valid) == 2
    assert sorted([*corpus.train, *corpus.valid]) == sorted(TEXTS)
    assert corpus.test == TEXTS[:3]
    assert with_held_out(corpus, rng=rng()) is corpus


def test_what_is_held_out_is_drawn_from_all_texts():
    drawn = {with_held_out(TextCorpus("c", TEXTS), rng=rng(s)).valid[0] for s in range(30)}
    assert len(drawn) > 10


def test_each_text_is_tested_in_one_fold_and_learned_from_in_all_others():
    result = folds(TextCorpus("c", TEXTS[:20], valid=TEXTS[20:]), 4, rng=rng())
    assert sorted(len(corpus.test) for corpus in result) == [6, 6, 6, 7]
    assert sorted(text for corpus in result for text in corpus.test) == sorted(TEXTS)
    for corpus in result:
        assert sorted([*corpus.train, *corpus.test]) == sorted(TEXTS)
        assert not corpus.valid


def test_what_cannot_be_cut_is_refused():
    with pytest.raises(UsageError, match="a test part of its own: leave out `--folds`"):
        folds(TextCorpus("c", TEXTS, test=TEXTS), 2, rng=rng())
    with pytest.raises(BadInputError, match="25 texts of c cannot be cut into 26 folds"):
        folds(TextCorpus("c", TEXTS), 26, rng=rng())
    with pytest.raises(BadInputError, match=r"c has 1 text\(s\)"):
        with_held_out(TextCorpus("c", TEXTS[:1]), rng=rng())
