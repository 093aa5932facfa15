"""One training step of ``recurrent_lm@torch`` beside the plain `torch.nn` program."""

import statistics
import time

import numpy as np
import pytest
from benchmark_figures import save
from built_on import arrays_of

from framework.models.parts import parts_from

torch = pytest.importorskip("torch", reason="the torch backend needs the extra `torch`")

from plugins.torch_backend.language_models.rnn import RNN  # noqa: E402
from plugins.torch_backend.language_models.rnn_lm import RecurrentLM  # noqa: E402
from plugins.torch_backend.neural_networks.losses import SoftmaxCrossEntropy  # noqa: E402
from plugins.torch_backend.neural_networks.optimizers import SGD, Adam  # noqa: E402

pytestmark = pytest.mark.benchmark

REPEATS = 31
#: Ours may take this much of the plain program's time before the test fails: the ratio is near 1,
#: and noise of a busy machine is less than the rest.
TOLERATED = 1.6


class Plain(torch.nn.Module):
    """The program that a user of torch would write."""

    def __init__(self, V, E, H):
        super().__init__()
        self.embedding = torch.nn.Embedding(V, E)
        self.rnn = torch.nn.RNN(E, H, batch_first=True)
        self.output = torch.nn.Linear(H, V)

    def forward(self, tokens):
        return self.output(self.rnn(self.embedding(tokens))[0])


def plain_step(sizes, tokens, targets, optimizer):
    model = Plain(*sizes)
    optimizer = getattr(torch.optim, optimizer)(model.parameters(), lr=1e-3)

    def step():
        optimizer.zero_grad()
        logits = model(tokens)
        loss = torch.nn.functional.cross_entropy(logits.flatten(0, 1), targets.flatten())
        loss.backward()
        optimizer.step()
        return loss.item()

    return step


def our_step(sizes, tokens, targets, optimizer):
    with parts_from(lambda name: RNN), arrays_of("torch"):
        model = RecurrentLM(*sizes, rng=np.random.default_rng(0)).astype("float32")
    loss, optimizer = SoftmaxCrossEntropy(), {"SGD": SGD, "Adam": Adam}[optimizer](1e-3)

    def step():
        model.zero_gradients()
        value = loss.forward(model.forward(tokens), targets)
        model.backward(loss.backward())
        optimizer.step(model.parameters, model.gradients)
        return float(value)

    return step


def order(i):
    """Who goes first changes from round to round."""
    return ("plain", "ours") if i % 2 == 0 else ("ours", "plain")


def seconds(step):
    start = time.perf_counter()
    step()
    return time.perf_counter() - start


@pytest.mark.parametrize("optimizer", ["SGD", "Adam"])
@pytest.mark.parametrize(
    ("sizes", "batch", "length"),
    [((50, 32, 64), 16, 20), ((10_000, 200, 200), 20, 20), ((2_000, 100, 100), 64, 10)],
    ids=["course", "small Zaremba", "wide batch"],
)
def test_a_training_step_takes_no_longer_than_plain_torch(sizes, batch, length, optimizer):
    text = torch.randint(sizes[0], (batch, length + 1), generator=torch.Generator().manual_seed(0))
    programs = {
        name: make(sizes, text[:, :-1], text[:, 1:], optimizer)
        for name, make in (("plain", plain_step), ("ours", our_step))
    }
    rounds = [{name: seconds(programs[name]) for name in order(i)} for i in range(REPEATS + 3)][3:]
    plain, ours = (statistics.median(taken[name] for taken in rounds) for name in order(0))
    # What else runs on the machine slows both programs of a round: their ratio stays.
    ratio = statistics.median(taken["ours"] / taken["plain"] for taken in rounds)
    print(f"\n{sizes} {optimizer}: {ours * 1e3:.2f} ms, torch.nn {plain * 1e3:.2f} ms", end="")
    print(f", ratio {ratio:.2f}")
    save("torch rnn_lm", {f"time over torch.nn, {sizes} {optimizer}": ratio})
    assert ratio <= TOLERATED
