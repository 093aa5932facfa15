"""Training steps of the torch backend beside plain `torch.nn` programs, as `gradus bench` has them.

``pytest -m benchmark -s tests/benchmarks/bench_torch.py``; `gradus bench` itself measures longer.
"""

import pytest
from benchmark_figures import save

torch = pytest.importorskip("torch", reason="the torch backend needs the extra `torch`")

from framework.providers.backends import Backend  # noqa: E402
from framework.providers.plugins import Plugins  # noqa: E402
from plugins.bench.catalogue import chosen_cases  # noqa: E402
from plugins.bench.language_models import CourseRNN  # noqa: E402
from plugins.bench.layers import QRNNAgainstLSTM  # noqa: E402
from plugins.bench.measurement import measured  # noqa: E402
from plugins.bench.measures import Limits, timed_rounds  # noqa: E402

pytestmark = [pytest.mark.benchmark, pytest.mark.timeout(600)]

LIMITS = Limits(seconds=3)
#: Ours may take this much of the plain program's time before the test fails: noise of a busy
#: machine is less than what is left between it and 1.
TOLERATED = 1.6

OPTIMIZERS = {"sgd": type("WithSGD", (CourseRNN,), {"optimizer": "sgd"}), "adam": CourseRNN}


@pytest.fixture(scope="module")
def backend():
    before = torch.get_num_threads()
    torch.set_num_threads(1)
    yield Backend(Plugins().registry, "torch")
    torch.set_num_threads(before)


def check(name, speeds, owner):
    ratio, bound = speeds.ratio("torch.nn")
    print(f"\n{name}: {ratio:.2f} of the speed of the plain program, at least {bound:.2f}")
    save(owner, {f"speed over torch.nn, {name}": ratio})
    assert ratio >= 1 / TOLERATED


@pytest.mark.parametrize("case", chosen_cases(), ids=lambda case: case.name)
def test_models_of_gradus_bench(backend, case):
    result = measured(case, backend, precision="float32", limits=LIMITS)
    check(case.name, result.speeds, "bench")


@pytest.mark.parametrize("optimizer", list(OPTIMIZERS))
@pytest.mark.parametrize(
    ("sizes", "batch", "length"),
    [((50, 32, 64), 16, 20), ((10_000, 200, 200), 20, 20), ((2_000, 100, 100), 64, 10)],
    ids=["course", "small Zaremba", "wide batch"],
)
def test_recurrent_lm(backend, sizes, batch, length, optimizer):
    V, E, H = sizes
    pair = OPTIMIZERS[optimizer](
        backend, vocabulary=V, embedding=E, hidden=H, batch=batch, length=length
    )
    speeds = timed_rounds(pair.steps("float32"), "cpu", LIMITS)
    check(f"{sizes} {optimizer}", speeds, "torch rnn_lm")


@pytest.mark.parametrize("dtype", ["float32", "float64"])
@pytest.mark.parametrize("pooling", ["f", "fo", "ifo"])
@pytest.mark.parametrize("sizes", [(20, 35, 200), (64, 10, 100), (8, 100, 256)], ids=str)
def test_poolings_of_a_qrnn(backend, sizes, pooling, dtype):
    N, T, H = sizes
    pair = QRNNAgainstLSTM(backend, hidden=H, batch=N, length=T, pooling=pooling)
    speeds = timed_rounds(pair.steps(dtype), "cpu", LIMITS)
    check(f"{sizes} {pooling} {dtype}", speeds, "qrnn")
