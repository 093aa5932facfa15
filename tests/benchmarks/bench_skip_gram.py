"""`gradus train skip_gram` beside gensim's word2vec: words per second, and what the vectors know.

All three learn from the same sentences with the same options, on one thread, from lists of words to
vectors. ``pytest -m benchmark -s tests/benchmarks/bench_skip_gram.py``; the corpora are looked for
in the folder ``GRADUS_DATA``. A minute or two.
"""

import time
from itertools import accumulate
from pathlib import Path

import pytest
from repository import DATA

from framework.data.counted_text import count_text
from framework.data.formats.word_vectors import WordVectors
from framework.evaluation.word_similarity import judged_similarity, read_judged_pairs
from framework.providers.backends import Backend
from framework.providers.plugins import Plugins
from framework.training.engine import Run
from framework.training.options import WordVectorOptions
from framework.training.tasks.word_vectors import WordVectorTask
from framework.training.trained_vectors import vectors_of

WORDS = 1_500_000
SETTINGS = WordVectorOptions(
    dimension=100,
    window=5,
    negative=5,
    minimum_count=5,
    subsample=1e-3,
    epochs=5,
    learning_rate=0.025,
    seed=1,
)
#: As many times slower than gensim each backend may be.
BOUNDS = {"numpy": 10, "torch": 3}
#: Spearman's ρ may be lower by this: its standard error is 0.06 over 275 pairs, 0.035 over 796.
TOLERATED = 0.15
JUDGED = ("EN-WS-353-ALL.txt", "EN-SIMLEX-999.txt", "EN-RG-65.txt")


pytestmark = [pytest.mark.benchmark, pytest.mark.timeout(900)]


@pytest.fixture(scope="module")
def sentences():
    """The first lines of WikiText-2 in small letters, without unknown words."""
    path = DATA / "wikitext2" / "train.txt"
    if not path.is_file():
        pytest.skip(f"no {path}: GRADUS_DATA names the folder with the corpora")
    lines = path.read_text("utf-8").lower().splitlines()
    found = [[word for word in line.split() if word != "<unk>"] for line in lines]
    found = [words for words in found if words]
    lengths = list(accumulate(map(len, found)))
    return found[: sum(length <= WORDS for length in lengths)]


def gensim_vectors(sentences):
    word2vec = pytest.importorskip("gensim.models", reason="needs the extra `benchmarks`").Word2Vec
    model = word2vec(
        sentences,
        sg=1,
        workers=1,
        vector_size=SETTINGS.dimension,
        window=SETTINGS.window,
        negative=SETTINGS.negative,
        min_count=SETTINGS.minimum_count,
        sample=SETTINGS.subsample,
        alpha=SETTINGS.learning_rate,
        epochs=SETTINGS.epochs,
        seed=SETTINGS.seed,
    )
    return WordVectors(model.wv.index_to_key, model.wv.vectors)


def our_vectors(sentences, backend):
    if backend == "torch":
        torch = pytest.importorskip("torch", reason="needs the extra `torch`")
        torch.set_num_threads(1)
    text = count_text("text", sentences, minimum_count=SETTINGS.minimum_count)
    computing = Backend(Plugins().registry, backend)
    task = WordVectorTask(text, SETTINGS, computing)
    run = Run(computing, task, "skip_gram", {}, SETTINGS)
    for _ in range(SETTINGS.epochs):
        run.epoch(lambda done, total, loss: None)
    return vectors_of(run.checkpoint(), Path("checkpoint"))


def measured(program, sentences, *arguments):
    """Words per second, and ρ with the number of pairs for each judged file.

    Time is the processor's own: what else runs on the machine takes none of it.
    """
    started = time.process_time()
    vectors = program(sentences, *arguments)
    speed = SETTINGS.epochs * sum(map(len, sentences)) / (time.process_time() - started)
    pairs = {name: read_judged_pairs(DATA / "word_similarity" / name) for name in JUDGED}
    return speed, {name: judged_similarity(vectors, judged) for name, judged in pairs.items()}


def test_skip_gram(sentences):
    words = sum(map(len, sentences))
    print(
        f"\n{words:,} words of WikiText-2, {SETTINGS.epochs} epochs, {SETTINGS.dimension} numbers"
    )
    results = {"gensim": measured(gensim_vectors, sentences)}
    results |= {name: measured(our_vectors, sentences, name) for name in BOUNDS}
    theirs, known = results["gensim"]
    for name, (speed, found) in results.items():
        print(f"{name:<7} {speed:>9,.0f} words/s, gensim's × {speed / theirs:.2f}", end="")
        print("".join(f"   {file[3:9]} {rho:.3f} ({n})" for file, (rho, n) in found.items()))
    for name, bound in BOUNDS.items():
        speed, found = results[name]
        assert speed * bound >= theirs
        for file in JUDGED[:2]:  # the third has too few of these words for a stable ρ
            assert found[file][1] == known[file][1]
            assert found[file][0] >= known[file][0] - TOLERATED
