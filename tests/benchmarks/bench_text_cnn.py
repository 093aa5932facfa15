"""Kim's network in NumPy beside torch: samples per second of whole steps, on the same cores.

The sizes and settings are those of the recipe ``kim_2014``; the texts are TREC's questions, looked
for in the folder ``GRADUS_DATA``. Beside the backend `torch` stands the program that a user of
torch would write. ``pytest -m benchmark -s tests/benchmarks/bench_text_cnn.py``; half a minute.
"""

import itertools
import os
import statistics
import time

import numpy as np
import pytest
from repository import DATA

from framework.data.batching import pad, without_padding
from framework.data.vocabulary import Vocabulary
from framework.providers.backends import Backend
from framework.providers.plugins import Plugins
from framework.training.loops import classifier_steps

torch = pytest.importorskip("torch", reason="PyTorch is not installed")

from plugins.bench.classifiers import PlainSentenceCNN  # noqa: E402

E, MAPS, CLASSES, WIDTHS, BATCH = 300, 100, 6, (3, 4, 5), 50
STEPS = 40
#: The test fails where the backend `numpy` has less than this part of the samples per second of
#: either of the two. It has more than both on an idle machine.
LEAST = 0.6


pytestmark = [pytest.mark.benchmark, pytest.mark.timeout(600)]


@pytest.fixture(scope="module")
def questions():
    """TREC's vocabulary, ids `(M, T)` and labels `(M,)`."""
    path = DATA / "trec" / "train.txt"
    if not path.is_file():
        pytest.skip(f"no {path}: GRADUS_DATA names the folder with the corpora")
    lines = [line.split() for line in path.read_text("latin-1").lower().splitlines()]
    vocabulary = Vocabulary.from_texts([words for _, *words in lines], minimum_count=1)
    ids = pad([vocabulary.encode(words) for _, *words in lines])
    return len(vocabulary), ids, np.array([int(label) for label, *_ in lines])


def plain_steps(V, ids, labels):
    torch.manual_seed(0)
    model = PlainSentenceCNN(V, E, MAPS, CLASSES, WIDTHS, 0.5)
    optimizer = torch.optim.Adadelta(model.parameters(), lr=1.0, rho=0.95, eps=1e-6)
    rng = np.random.default_rng(0)
    while True:
        order = rng.permutation(len(ids))
        for start in range(0, len(ids), BATCH):
            rows = order[start : start + BATCH]
            batch, targets = torch.from_numpy(without_padding(ids[rows])), labels[rows]
            loss = torch.nn.functional.cross_entropy(model(batch), torch.from_numpy(targets))
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
            with torch.no_grad():
                model.output.weight.copy_(torch.renorm(model.output.weight, 2, 0, 3.0))
            yield loss.item()


def our_steps(name, V, ids, labels):
    backend = Backend(Plugins().registry, name)
    model = backend.build(
        "text_cnn", V, E, MAPS, CLASSES, kind="model", widths=WIDTHS, rng=np.random.default_rng(0)
    ).astype("float32")
    steps = classifier_steps(
        model, ids, labels, loss=backend.build("softmax_cross_entropy", kind="loss"),
        optimizer=backend.build("ada_delta", kind="optimizer", learning_rate=1.0),
        arrays=backend.arrays, batch_size=BATCH, epochs=99, rng=np.random.default_rng(0),
        shorten=True,
    )  # fmt: skip
    for loss in steps:
        model.constrain()
        yield loss


def test_samples_per_second(questions, show):
    torch.set_num_threads(int(os.environ.get("OMP_NUM_THREADS", "0")) or os.cpu_count())
    runs = {
        "numpy": our_steps("numpy", *questions),
        "torch": our_steps("torch", *questions),
        "plain torch.nn": plain_steps(*questions),
    }
    for run in runs.values():
        list(itertools.islice(run, 3))
    seconds = {name: [] for name in runs}
    for _ in range(STEPS):  # in turn, so that all of them meet the same noise
        for name, run in runs.items():
            started = time.perf_counter()
            next(run)
            seconds[name].append(time.perf_counter() - started)
    rates = {name: [BATCH / s for s in found] for name, found in seconds.items()}
    show("samples per second", list(rates.items()))
    ours = statistics.median(seconds["numpy"])
    for name in ("torch", "plain torch.nn"):
        ratio = statistics.median(seconds[name]) / ours
        print(f"  numpy / {name}: {ratio:.2f}")
        assert ratio >= LEAST
