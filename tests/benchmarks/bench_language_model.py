"""Zaremba et al.'s small language model: NumPy, torch, and the plain `torch.nn` program.

One training step each in turn, on one thread, from ids to moved parameters: 2 layers of 200 LSTM
cells, 10,000 words, 20 texts of 20 steps, float32, the loss summed over time, gradients clipped to
5, SGD. Time is the processor's own: what else runs on the machine takes none of it, though it
empties the caches, for all three alike. ``pytest -m benchmark -s
tests/benchmarks/bench_language_model.py``; half a minute on a machine of one's own.
"""

import json
import os
import statistics
import subprocess
import sys
import time

import numpy as np
import pytest

from framework.providers.backends import Backend
from framework.providers.plugins import Plugins
from framework.training.loops import language_model_steps

pytestmark = [pytest.mark.benchmark, pytest.mark.timeout(600)]

V, H, LAYERS, BATCH, UNROLL, CLIP, RATE = 10_001, 200, 2, 20, 20, 5.0, 0.1
ROUNDS, WARM = 21, 3
#: Beyond these the test fails: noise of a busy machine is less. NumPy's tokens per second, as a
#: part of those of torch; the time of our torch, as a part of that of the plain program.
LEAST, TOLERATED = 0.5, 1.5


def text():
    """Ids that are as unequally frequent as words, enough for all rounds."""
    p = 1 / np.arange(1, V + 1)
    size = BATCH * UNROLL * (ROUNDS + WARM) + 1
    return np.random.default_rng(0).choice(V, size=size, p=p / p.sum())


def ours(provider):
    backend = Backend(Plugins().registry, provider)
    model = backend.build(
        "recurrent_lm",
        kind="language_model",
        vocabulary_size=V,
        embedding_size=H,
        hidden_size=H,
        cell={"layer": "lstm", "layers": LAYERS},
        rng=np.random.default_rng(0),
    )
    model.astype("float32")
    return language_model_steps(
        model,
        text(),
        loss=backend.build("softmax_cross_entropy", kind="loss"),
        optimizer=backend.build("sgd", kind="optimizer", learning_rate=RATE),
        arrays=backend.arrays,
        batch_size=BATCH,
        unroll=UNROLL,
        epochs=1,
        clip=CLIP,
        summed=True,
    )


def plain():
    """The program that a user of torch would write, as `gradus bench` has it."""
    from plugins.bench.language_models import StackedLSTM

    sizes = {"vocabulary": V, "embedding": H, "hidden": H, "batch": BATCH, "length": UNROLL}
    pair = StackedLSTM(Backend(Plugins().registry, "torch"), layers=LAYERS, clip=CLIP, **sizes)
    step = pair.plain_step(pair.plain_model(), "float32", foreach=False)
    while True:
        yield float(step())


def measure():
    """Seconds of each step of each program, as JSON."""
    import torch

    torch.set_num_threads(1)
    steps = {"numpy": ours("numpy"), "torch": ours("torch"), "torch.nn": plain()}
    taken = {name: [] for name in steps}
    for i in range(ROUNDS + WARM):
        for name in sorted(steps, reverse=i % 2 == 0):  # who goes first changes
            started = time.process_time()
            next(steps[name])
            taken[name].append(time.process_time() - started)
    print(json.dumps({name: seconds[WARM:] for name, seconds in taken.items()}))


def ratio(taken, one, other):
    """Median over the rounds of the time of `one` over that of `other`, in the same round."""
    return statistics.median(a / b for a, b in zip(taken[one], taken[other], strict=True))


def test_a_step_of_zarembas_small_model(show):
    pytest.importorskip("torch", reason="the torch backend needs the extra `torch`")
    from benchmark_figures import save  # not on the path of the process of its own

    # A process of its own: NumPy's threads are counted when it starts.
    environment = {**os.environ, "OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1"}
    done = subprocess.run(
        [sys.executable, __file__], env=environment, capture_output=True, text=True, check=True
    )
    taken = json.loads(done.stdout)
    tokens = BATCH * UNROLL
    speeds = [(name, [tokens / s for s in seconds]) for name, seconds in taken.items()]
    show("tokens per second, one thread", speeds)
    for other in ("torch", "torch.nn"):
        save("language model", {f"speed of numpy over {other}": ratio(taken, other, "numpy")})
        print(f"  numpy has {ratio(taken, other, 'numpy'):.2f} of the speed of {other}")
    print(f"  torch takes {ratio(taken, 'torch', 'torch.nn'):.2f} of the time of torch.nn")
    assert min(ratio(taken, other, "numpy") for other in ("torch", "torch.nn")) >= LEAST
    assert ratio(taken, "torch", "torch.nn") <= TOLERATED


if __name__ == "__main__":
    measure()
