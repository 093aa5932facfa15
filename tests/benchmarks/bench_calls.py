"""What a call across the wire costs, alone and in a batch, under every sandbox."""

import time
from contextlib import contextmanager

import numpy as np
import pytest

from autograder.sandbox.runners import BUILT_IN
from autograder.sandbox.session.launch import WorkerSpec
from autograder.sandbox.session.requests import Call, RemoteModule
from autograder.sandbox.session.sandbox_session import Deadlines, SandboxSession
from framework.importing import load_target

REPEATS, BATCH = 300, 100
SOURCE = "def same(x):\n    return x + 1.0\n"

pytestmark = pytest.mark.benchmark


@contextmanager
def conversation(sandbox, folder):
    (folder / "code").mkdir()
    (folder / "scratch").mkdir()
    (folder / "code" / "tiny.py").write_text(SOURCE)
    spec = WorkerSpec(sandbox, folder / "code", folder / "scratch", {})
    deadlines = Deadlines(call=20, total=600)
    session = SandboxSession(spec.launch("tiny"), str(folder / "code"), "tiny", deadlines)
    try:
        yield session
    finally:
        session.close()


def microseconds(action, count, per=1):
    seconds = []
    for _ in range(count):
        started = time.perf_counter()
        action()
        seconds.append((time.perf_counter() - started) / per * 1e6)
    return seconds


@pytest.mark.parametrize("name", sorted(BUILT_IN))
def test_calls(name, tmp_path, show):
    sandbox = load_target(BUILT_IN[name])()
    if reason := sandbox.unavailable():
        pytest.skip(reason)
    x = np.ones((3, 4))
    with conversation(sandbox, tmp_path) as session:
        module = RemoteModule(session)
        module.same(x)
        batch = [Call(None, "same", (x,))] * BATCH
        single = microseconds(lambda: module.same(x), REPEATS)
        batched = microseconds(lambda: session.run(batch), REPEATS // 10, per=BATCH)
    rows = [("a call alone", single), (f"one of {BATCH} in a batch", batched)]
    show(f"{name}: microseconds for a small array, median (range)", rows)
