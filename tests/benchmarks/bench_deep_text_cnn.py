"""The very deep network on AG News, character by character, with torch.

Looked for in the folder ``GRADUS_DATA``; its training part there is a subset of 8,000 of the
120,000 texts, so that the errors are far above the paper's. ``pytest -m benchmark -s
tests/benchmarks/bench_deep_text_cnn.py``; on two cores a few minutes.

The accuracy on the 7,600 test texts, with 8 maps, one training of five epochs each: with shortcuts
61.4 %, 57.8 % and 57.5 % for 9, 17 and 29 layers; without them 53.9 %, 57.8 % and 28.4 %.
"""

import csv
import os
import time

import numpy as np
import pytest
from repository import DATA

from framework.data.batching import pad
from framework.providers.backends import Backend
from framework.providers.plugins import Plugins
from framework.training.loops import classifier_steps

torch = pytest.importorskip("torch", reason="PyTorch is not installed")

LENGTH, MAPS, HIDDEN, BATCH, EPOCHS = 256, 8, 128, 64, 5
CHARACTERS = "abcdefghijklmnopqrstuvwxyz0123456789 -,;.!?:'\"/|_#$%^&*~`+=<>()[]{}"
NETWORKS = ((9, True), (9, False), (17, True), (17, False), (29, True), (29, False))
#: Accuracy that each network with shortcuts has to reach; one of four classes is right by chance.
LEAST = 0.3


pytestmark = [pytest.mark.benchmark, pytest.mark.timeout(3600)]


def rows_of(name):
    path = DATA / "ag_news" / name
    if not path.is_file():
        pytest.skip(f"no {path}: GRADUS_DATA names the folder with the corpora")
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.reader(file))


def encoded(texts):
    """Ids of characters; what is none of `CHARACTERS` is the one after the last."""
    ids = {character: i for i, character in enumerate(CHARACTERS, start=1)}
    unknown = len(CHARACTERS) + 1
    return pad([np.array([ids.get(c, unknown) for c in text.lower()[:LENGTH]]) for text in texts])


@pytest.fixture(scope="module")
def news():
    """Ids and labels of the subset of 8,000 to learn from, and of the 7,600 to test."""
    train, test = rows_of("train_8000.csv")[1:], rows_of("test.csv")
    assert (len(train), len(test)) == (8_000, 7_600)
    return (
        (encoded([text for _, text in train]), np.array([int(label) - 1 for label, _ in train])),
        (encoded([text for *_, text in test]), np.array([int(label) - 1 for label, *_ in test])),
    )


def accuracy(model, ids, labels, arrays):
    model.eval()
    right = 0
    for start in range(0, len(ids), 256):
        logits = arrays.to_numpy(model.forward(arrays.from_numpy(ids[start : start + 256])))
        right += int((logits.argmax(axis=1) == labels[start : start + 256]).sum())
    model.train()
    return right / len(ids)


@pytest.mark.parametrize(("depth", "shortcut"), NETWORKS)
def test_ag_news(news, depth, shortcut):
    torch.set_num_threads(int(os.environ.get("OMP_NUM_THREADS", "0")) or os.cpu_count())
    (ids, labels), test = news
    backend = Backend(Plugins().registry, "torch")
    model = backend.build(
        "deep_text_cnn", len(CHARACTERS) + 2, 4, LENGTH, depth, MAPS, kind="model",
        hidden_size=HIDDEN, shortcut=shortcut, rng=np.random.default_rng(0),
    ).astype("float32")  # fmt: skip
    steps = classifier_steps(
        model, ids, labels, loss=backend.build("softmax_cross_entropy", kind="loss"),
        optimizer=backend.build("adam", kind="optimizer", learning_rate=0.003),
        arrays=backend.arrays, batch_size=BATCH, epochs=EPOCHS, rng=np.random.default_rng(1),
    )  # fmt: skip
    started, found = time.perf_counter(), []
    for step, _ in enumerate(steps, start=1):
        if step % (len(ids) // BATCH) == 0:
            found.append(accuracy(model, *test, backend.arrays))
    name = "with shortcuts" if shortcut else "without"
    curve = " ".join(f"{share:.3f}" for share in found)
    print(f"\n{depth} layers {name}, 8,000 texts: {curve} ({time.perf_counter() - started:.0f} s)")
    assert found[-1] > LEAST or not shortcut
