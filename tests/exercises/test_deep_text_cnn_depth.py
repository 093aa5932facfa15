"""What deep_text_cnn's README says of depth, on texts whose best accuracy is known. Slow.

``pytest -m slow -s tests/exercises/test_deep_text_cnn_depth.py`` shows the table.
"""

from itertools import product

import numpy as np
import pytest

from framework.providers.backends import Backend
from framework.providers.loaded_plugins import Plugins
from framework.training.loops import classifier_steps
from plugins.lectures.languages.random_hierarchy import RandomHierarchy

DEPTHS, SEEDS = (9, 17, 29), range(3)
STEPS, BATCH, LEVELS = 200, 32, 4
pytestmark = [pytest.mark.slow, pytest.mark.timeout(3600)]


def accuracy(backend, depth, shortcut, seed):
    """The share of right answers on 1000 new texts, after this number of steps."""
    rng = np.random.default_rng(seed)
    grammar = RandomHierarchy(LEVELS, rng=rng)
    ids, labels = grammar.sample(STEPS * BATCH, rng=rng)
    model = backend.build(
        "deep_text_cnn", grammar.vocabulary_size, 4, 2**LEVELS, depth, 8, kind="model",
        embedding_size=8, hidden_size=32, k=2, shortcut=shortcut, rng=rng,
    )  # fmt: skip
    steps = classifier_steps(
        model, ids, labels, loss=backend.build("softmax_cross_entropy", kind="loss"),
        optimizer=backend.build("adam", kind="optimizer", learning_rate=0.01),
        arrays=backend.arrays, batch_size=BATCH, epochs=1, rng=rng,
    )  # fmt: skip
    assert len(list(steps)) == STEPS
    model.eval()
    texts, classes = grammar.sample(1000, rng=rng)
    logits = backend.arrays.to_numpy(model.forward(backend.arrays.from_numpy(texts)))
    return float((logits.argmax(axis=1) == classes).mean())


def test_plain_depth_stops_helping():
    backend = Backend(Plugins().registry, "numpy")
    results = {}
    for depth, shortcut in product(DEPTHS, (True, False)):
        values = [accuracy(backend, depth, shortcut, seed) for seed in SEEDS]
        results[depth, shortcut] = values
        name = "with shortcuts" if shortcut else "without"
        print(f"{depth:3} {name:15} {np.mean(values):.2f} ± {np.std(values, ddof=1):.2f} {values}")
    mean = {key: np.mean(values) for key, values in results.items()}
    assert mean[9, False] > mean[17, False] > mean[29, False], "each more layer makes it worse"
    assert mean[29, False] < 0.4, "29 plain layers do little better than chance, 0.25"
    for depth in (17, 29):
        assert mean[depth, True] > mean[depth, False] + 0.15
