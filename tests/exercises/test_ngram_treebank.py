"""The n-gram solution on real text, beside published figures. Needs the corpora: see `DATA`."""

import time
from functools import cache

import numpy as np
import pytest
from repository import DATA

from solutions.language_models.kneser_ney.kneser_ney import KneserNey
from solutions.language_models.ngram.ngram import AddDelta, Backoff, NgramLM

#: A folder with ptb/ptb.train.txt, ptb/ptb.test.txt and wikitext2/train.txt.
END = 0

pytestmark = pytest.mark.slow


@cache
def ids_of(corpus, *names):
    """V and one array for each file, ids by first occurrence: `</s>` before and after each line."""
    ids, texts = {"</s>": END}, []
    for path in [DATA / corpus / name for name in names]:
        if not path.is_file():
            pytest.skip(f"no {path}: set GRADUS_DATA to the folder of the corpora")
        words = path.read_text("utf-8").replace("\n", " </s> ").split()
        texts.append(np.array([END] + [ids.setdefault(word, len(ids)) for word in words]))
    return len(ids), *texts


def perplexity(model, train, test):
    model.fit(train)
    return float(np.exp(-model.log_probabilities(test).mean()))


def treebank():
    V, train, test = ids_of("ptb", "ptb.train.txt", "ptb.test.txt")
    assert (V, len(train) - 1, len(test) - 1) == (10_000, 929_589, 82_430)
    return V, train, test


@pytest.mark.parametrize(("order", "published"), [(3, 148.3), (5, 141.2)])
def test_kneser_ney_gives_the_published_perplexity(order, published):
    """All words of the test text with ends of sentences, no cut-offs (Mikolov et al. 2011).

    As in SRILM's ``-kndiscount -interpolate``: one mark before a sentence, not n − 1 of them;
    n-grams that start with it keep their counts; every order has its own three discounts; single
    words are mixed with 1/V, and ``<unk>`` is a word like all others.
    """
    V, train, test = treebank()
    started = time.perf_counter()
    found = perplexity(KneserNey(V, order, end=END), train, test)
    seconds = time.perf_counter() - started
    print(f"\n{order}-grams: perplexity {found:.2f} in {seconds:.1f} s")
    assert abs(found - published) < 0.1
    assert seconds < 30


def test_longer_ngrams_make_all_but_kneser_ney_worse():
    """Lecture 6, 1.8: sparsity grows with n. The table at the end of the exercise's README."""
    V, train, test = treebank()
    rows = [
        [perplexity(model, train, test) for model in models]
        for models in (
            [AddDelta(V, n, 0.01, end=END) for n in (2, 3, 4)],
            [Backoff(V, n, "interpolated", end=END) for n in (3, 4, 5)],
        )
    ]
    np.testing.assert_allclose(rows, [[274.3, 1039.7, 2883.3], [186.3, 201.5, 209.2]], atol=0.06)


def test_most_ngrams_of_a_new_text_were_never_seen():
    """Lecture 6, 1.8 and 1.9: what is missing and what has to be stored grow with n."""
    V, train, test = treebank()
    table, new = NgramLM(V, 5, end=END), NgramLM(V, 5, end=END)
    table.fit(train)
    new.fit(test)
    unseen = []
    for n in range(1, 6):
        grams, counts = new.ngrams(n)
        unseen.append(counts[table.count(grams) == 0].sum() / counts.sum())
    np.testing.assert_allclose(unseen, [0, 0.189, 0.578, 0.819, 0.914], atol=5e-4)
    sizes = [len(table.ngrams(n)[1]) for n in range(1, 6)]
    assert sizes == [10_000, 264_990, 586_558, 717_733, 737_952]


def test_trigrams_of_1_7_million_words_in_seconds():
    """Lecture 6, 1.10, of Reuters; here as many words of WikiText-2."""
    V, tokens = ids_of("wikitext2", "train.txt")
    model = NgramLM(V, 3, end=END)
    started = time.perf_counter()
    model.fit(tokens[:1_700_001])
    seconds = time.perf_counter() - started
    print(f"\n1.7 million words, V = {V}: {len(model.ngrams(3)[1])} trigrams in {seconds:.1f} s")
    assert model.count(np.zeros((1, 0), int)) == 1_700_000
    assert seconds < 10
