"""N-gram models on real text, beside published figures. Needs the corpora: see `DATA`."""

import time
from functools import cache

import numpy as np
import pytest
from repository import DATA, ROOT

from plugins.networks.language_models.kneser_ney import KneserNey
from plugins.networks.language_models.ngram import AddDelta, Backoff, NgramLM, values_at

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
    result = perplexity(KneserNey(V, order, end=END), train, test)
    seconds = time.perf_counter() - started
    print(f"\n{order}-grams: perplexity {result:.2f} in {seconds:.1f} s")
    assert abs(result - published) < 0.1
    assert seconds < 30


def table_of(exercise):
    """Return the numbers of the table on real text in a README, a row for each n."""
    text = (ROOT / f"exercises/language_models/{exercise}/README.md").read_text("utf-8")
    lines = text.partition("## Results on real text")[2].splitlines()
    rows = [line.strip("| ").split(" | ") for line in lines if line.startswith("| ")]
    return np.array([[number(cell) for cell in row] for row in rows[2:]])


def number(cell):
    return float(cell.strip(" %").replace(",", ""))


def test_the_table_of_ngram():
    """Lecture 6, 1.8 and 1.9: sparsity and storage grow with n, and only Kneser-Ney improves."""
    V, train, test = treebank()
    counted, new = NgramLM(V, 5, end=END), NgramLM(V, 5, end=END)
    counted.fit(train)
    new.fit(test)
    rows = []
    for n in range(1, 6):
        grams, counts = new.ngrams(n)
        unseen = counts[counted.count(grams) == 0].sum() / counts.sum()
        no_history = counts[~seen_histories(counted, grams)].sum() / counts.sum()
        models = (
            *(AddDelta(V, n, delta, end=END) for delta in (1.0, 0.01)),
            Backoff(V, n, "interpolated", end=END),
        )
        perplexities = [perplexity(model, train, test) for model in models]
        size = len(counted.ngrams(n)[1])
        rows.append([n, size, 100 * unseen, 100 * no_history, *perplexities])
    np.testing.assert_array_equal(np.round(rows), table_of("ngram"))


def seen_histories(model, grams):
    """Return whether a word has followed the history of each n-gram: booleans `(K,)`."""
    return values_at(model.totals[grams.shape[1] - 1], model._number(grams[:, :-1])) > 0


def test_the_table_of_kneser_ney():
    V, train, test = treebank()
    for n, interpolated, kneser_ney in table_of("kneser_ney"):
        order = int(n)
        result = perplexity(Backoff(V, order, "interpolated", end=END), train, test)
        assert round(result) == interpolated
        result = perplexity(KneserNey(V, order, end=END), train, test)
        assert round(result, 1 if order > 1 else None) == kneser_ney


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
