"""Forward and backward of ``qrnn@torch`` beside `torch.nn.LSTM` of the same size, on the CPU."""

import statistics
import time

import numpy as np
import pytest
from benchmark_figures import save
from built_on import on_tensors

torch = pytest.importorskip("torch", reason="the torch backend needs the extra `torch`")

from plugins.torch_backend.convolution.qrnn import QRNN  # noqa: E402

pytestmark = pytest.mark.benchmark

REPEATS = 31
#: Ours may take this much of the LSTM's time before the test fails. With ifo pooling, width 2 and
#: D = H both multiply equally often, and the ratio is near 1: 1.09 was seen on an idle machine.
TOLERATED = 1.6
SIZES = [(16, 20, 32, 64), (20, 35, 200, 200), (64, 10, 100, 100), (8, 100, 256, 256)]


def programs(sizes, pooling, dtype):
    """A training step of each; `sizes` are N, T, D and H."""
    N, T, D, H = sizes
    rng = np.random.default_rng(0)
    x = torch.tensor(rng.normal(size=(N, T, D)), dtype=getattr(torch, dtype))
    grad = torch.tensor(rng.normal(size=(N, T, H)), dtype=x.dtype)
    theirs, leaf = torch.nn.LSTM(D, H, batch_first=True, dtype=x.dtype), x.clone().requires_grad_()
    ours = on_tensors(QRNN, D, H, 2, pooling, rng=rng).astype(dtype)

    def lstm():
        theirs.zero_grad()
        theirs(leaf)[0].backward(grad)

    def qrnn():
        ours.zero_gradients()
        ours.forward(x)
        ours.backward(grad)

    return {"lstm": lstm, "qrnn": qrnn}


def seconds(step):
    """Of this process: what else runs on the machine does not count."""
    start = time.process_time()
    step()
    return time.process_time() - start


@pytest.mark.parametrize("dtype", ["float32", "float64"])
@pytest.mark.parametrize("pooling", ["f", "fo", "ifo"])
@pytest.mark.parametrize("sizes", SIZES, ids=["course", "small Zaremba", "wide batch", "long"])
def test_a_step_takes_no_longer_than_an_lstm(sizes, pooling, dtype):
    steps = programs(sizes, pooling, dtype)
    order = ("lstm", "qrnn"), ("qrnn", "lstm")
    rounds = [{name: seconds(steps[name]) for name in order[i % 2]} for i in range(REPEATS + 3)][3:]
    lstm, qrnn = (statistics.median(taken[name] for taken in rounds) for name in order[0])
    ratio = statistics.median(taken["qrnn"] / taken["lstm"] for taken in rounds)
    print(f"\n{sizes} {pooling} {dtype}: {qrnn * 1e3:.2f} ms, LSTM {lstm * 1e3:.2f} ms", end="")
    print(f", ratio {ratio:.2f}")
    save("qrnn", {f"time over LSTM, {sizes} {pooling} {dtype}": ratio})
    assert ratio <= TOLERATED
