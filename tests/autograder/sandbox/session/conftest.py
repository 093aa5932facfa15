"""Sessions with submissions in real sandboxes."""

import textwrap

import pytest

from autograder.sandbox.runners.base import ProcessSandbox
from autograder.sandbox.runners.worker_modules import NUMPY_ARRAYS
from autograder.sandbox.session import sandbox_session
from autograder.sandbox.session.launch import WorkerSpec
from autograder.sandbox.session.sandbox_session import Deadlines, SandboxSession


@pytest.fixture
def patient(monkeypatch):
    """Limits of processor time are reached before those of wall time, on the busiest machine."""
    monkeypatch.setattr(sandbox_session, "WALL_FACTOR", 200.0)


@pytest.fixture
def open_session(tmp_path):
    """`open_session(code, sandbox=..., call=..., ...)`: a session with a submission."""
    sessions = []
    parts = {"cell": ("cells", "Cell")}

    def open_session(
        code, *, sandbox=None, others=None, launch=None, arrays=NUMPY_ARRAYS, **deadlines
    ):
        folder, scratch = tmp_path / "submitted", tmp_path / "scratch"
        for path in (folder, scratch):
            path.mkdir(exist_ok=True)
        for name, text in {"tiny": code, **(others or {})}.items():
            (folder / f"{name}.py").write_text(textwrap.dedent(text))
        spec = WorkerSpec(sandbox or ProcessSandbox(), folder, scratch, parts, arrays)
        launch = (launch or (lambda made: made))(spec.launch("tiny"))
        sessions.append(SandboxSession(launch, str(folder), "tiny", Deadlines(**deadlines)))
        return sessions[-1]

    yield open_session
    for session in sessions:
        session.close()
