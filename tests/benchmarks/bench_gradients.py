"""The gradient check of an LSTM in a sandbox, beside entry by entry and torch's gradcheck.

About 4,000 parameters, float64, and every input: the check has to ask `forward` at least ten times
less often than two calls for every entry would, and to take less time, across the wire, than
`torch.autograd.gradcheck` of the same layer in its fast mode.
"""

import inspect
import time
from contextlib import contextmanager

import numpy as np
import pytest

from autograder.checks import gradients_agree
from autograder.checks.gradient_probe import Probe
from autograder.sandbox.runners import BUILT_IN
from autograder.sandbox.session.launch import WorkerSpec
from autograder.sandbox.session.requests import RemoteModule
from autograder.sandbox.session.sandbox_session import Deadlines, SandboxSession
from framework.importing import load_target
from solutions.gated_rnns.lstm import lstm

D, H, N, T = 20, 24, 4, 20
REPEATS = 15

pytestmark = pytest.mark.benchmark


@contextmanager
def submitted(sandbox, folder):
    (folder / "code").mkdir()
    (folder / "scratch").mkdir()
    (folder / "code" / "lstm.py").write_text(inspect.getsource(lstm))
    spec = WorkerSpec(sandbox, folder / "code", folder / "scratch", {})
    deadlines = Deadlines(call=20, total=600)
    session = SandboxSession(spec.launch("lstm"), str(folder / "code"), "lstm", deadlines)
    try:
        yield RemoteModule(session)
    finally:
        session.close()


def milliseconds(action):
    action()
    seconds = []
    for _ in range(REPEATS):
        started = time.perf_counter()
        action()
        seconds.append((time.perf_counter() - started) * 1e3)
    return seconds


def inputs(rng):
    return rng.normal(size=(N, T, D)), (rng.normal(size=(N, H)), rng.normal(size=(N, H)))


def torch_check():
    """gradcheck's fast mode on all parameters and inputs of `torch.nn.LSTM`."""
    torch = pytest.importorskip("torch", reason="PyTorch is not installed")
    x, (h_0, c_0) = inputs(np.random.default_rng(0))
    layer = torch.nn.LSTM(D, H, batch_first=True, dtype=torch.float64)
    names = [name for name, _ in layer.named_parameters()]
    values = [value.detach().clone() for value in layer.parameters()]
    tensors = [torch.from_numpy(array) for array in (x, h_0[None], c_0[None])] + values
    leaves = [tensor.requires_grad_() for tensor in tensors]

    def run(x, h_0, c_0, *values):
        parameters = dict(zip(names, values, strict=True))
        return torch.func.functional_call(layer, parameters, (x, (h_0, c_0)))[0]

    return lambda: torch.autograd.gradcheck(run, leaves, fast_mode=True)


@pytest.mark.parametrize("name", sorted(BUILT_IN))
def test_lstm(name, tmp_path, show, monkeypatch):
    sandbox = load_target(BUILT_IN[name])()
    if reason := sandbox.unavailable():
        pytest.skip(reason)
    calls = 0
    evaluate = Probe.__call__

    def counted(self, points):
        nonlocal calls
        calls += len(points)
        return evaluate(self, points)

    with submitted(sandbox, tmp_path) as module:
        rng = np.random.default_rng(0)
        model, (x, state) = module.LSTM(D, H, rng=rng), inputs(rng)
        with monkeypatch.context() as patch:
            patch.setattr(Probe, "__call__", counted)
            gradients_agree(model, x, state, rng=rng)
        ours = milliseconds(lambda: gradients_agree(model, x, state, rng=rng))
    calls += 2  # at the point itself, alone and for backward
    entries = sum(p.size for p in lstm.LSTM(D, H, rng=rng).parameters.values())
    entries += x.size + sum(part.size for part in state)
    print(
        f"\n{calls} calls of forward for {entries} entries: {2 * entries / calls:.0f} times fewer"
    )
    show(
        f"{name}: ms for one check", [("gradus", ours), ("gradcheck", milliseconds(torch_check()))]
    )
    assert 10 * calls <= 2 * entries
