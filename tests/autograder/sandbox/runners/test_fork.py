"""Fork servers: what a worker finds of the server and of other workers, and what ends when."""

import os
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path

import pytest
from denied_namespaces import DeniedForkSandbox
from repository import ROOT, text_of

from autograder.sandbox.confine import FilesystemView, Limits
from autograder.sandbox.runners import choose, interpreter
from autograder.sandbox.runners.fork import LOST, ForkedProcess, ForkSandbox
from autograder.sandbox.runners.worker_modules import NUMPY_ARRAYS
from autograder.sandbox.worker.fork_server import NUMBER
from framework.errors import SandboxError, UsageError

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="fork servers need Linux")


@pytest.fixture(scope="module", params=[ForkSandbox, DeniedForkSandbox])
def sandbox(request):
    sandbox = request.param()
    if reason := sandbox.unavailable():
        pytest.skip(reason)
    yield sandbox
    sandbox.close()


def server_of(sandbox):
    """The process id of its server for NumPy."""
    sandbox.modules(NUMPY_ARRAYS)
    server = sandbox._servers[NUMPY_ARRAYS, ()]
    return server.process.pid


#: Looks for bytes in all of its memory. They are made of numbers, so that only a copy is found.
SEARCH = text_of("texts/fork/search.py")


def hidden(*words):
    return f"hidden = {[[byte ^ 85 for byte in word.encode()] for word in words]!r}\n"


def test_a_worker_finds_nothing_of_an_earlier_one_in_its_memory(sandbox, probe, tmp_path):
    theirs = tmp_path / "folder-of-another-student"
    theirs.mkdir()
    (theirs / "answer.py").write_text("ANSWER = 'the-words-of-another'")
    code = f"print(open({str(theirs / 'answer.py')!r}).read())"
    assert probe(sandbox, code, extra=(theirs,)).printed == ["ANSWER = 'the-words-of-another'"]
    words = ("the-words-of-another", "folder-of-another-student")
    # Long: the search leaves out the kilobytes after its own word, where small objects may be.
    own = "import numpy\nkept = 'some-' + 'words-of-its-own' + ' ' * 8192\n"
    result = probe(sandbox, own + hidden(*words, "some-words-of-its-own") + SEARCH).printed
    assert result[:2] == ["0", "0"]
    assert int(result[2]) > 0  # the search does find what is there


def test_the_server_holds_the_worker_and_numpy_and_has_one_thread(sandbox):
    pid = server_of(sandbox)
    assert "numpy" in Path(f"/proc/{pid}/maps").read_text()
    assert len(list(Path(f"/proc/{pid}/task").iterdir())) == 1
    modules = sandbox.modules(NUMPY_ARRAYS)
    assert {path.name for path in modules.iterdir()} == {"autograder", "framework"}
    command = Path(f"/proc/{pid}/cmdline").read_text() + Path(f"/proc/{pid}/environ").read_text()
    assert "solutions" not in command
    assert "exercises" not in command
    descriptors = [str(path.readlink()) for path in Path(f"/proc/{pid}/fd").iterdir()]
    files = [name for name in descriptors if name.startswith("/") and name != "/dev/null"]
    assert [Path(name).name for name in files] == ["errors"]


REACH = text_of("texts/fork/reach.py")


def test_a_worker_reaches_neither_the_server_nor_another_worker(sandbox, worker, probe):
    stay = (
        "open('mine', 'w').write('x')\nprint(os.getcwd(), flush=True)\nimport time\ntime.sleep(60)"
    )
    with worker(sandbox, "import os\n" + stay) as other:
        other.stdout.readline()
        folder = other.stdout.readline().decode().strip()
        below = [int(pid) for pid in children(other.pid)]
        pids = [server_of(sandbox), other.pid, *below, os.getpid()]
        code = f"pids, folder = {pids!r}, {folder!r}\n{REACH}"
        assert probe(sandbox, code).printed == ["tried"]
        assert other.returncode is None


def children(pid):
    return Path(f"/proc/{pid}/task/{pid}/children").read_text().split()


def test_workers_draw_different_numbers(sandbox, probe):
    code = "import random, numpy\nprint(random.random(), numpy.random.rand(), os.urandom(8))"
    first, second = (probe(sandbox, f"import os\n{code}").printed for _ in range(2))
    assert not set(first[0].split()) & set(second[0].split())


def test_a_server_that_has_ended_is_started_again(sandbox, probe):
    os.kill(server_of(sandbox), signal.SIGKILL)
    sandbox._servers[NUMPY_ARRAYS, ()].process.wait(10)
    with pytest.raises(SandboxError, match="the fork server has ended"):
        probe(sandbox, "print(1)")
    assert probe(sandbox, "print(1)").printed == ["1"]


HOST = text_of("texts/fork/host.txt")


@pytest.mark.parametrize("ending", ["killed", "closed"])
def test_the_server_ends_with_its_host_and_leaves_nothing(ending):
    if ForkSandbox().unavailable():
        pytest.skip("fork servers do not work here")
    pipe = subprocess.PIPE
    command = [sys.executable, "-c", HOST.format(root=str(ROOT))]
    with subprocess.Popen(command, stdin=pipe, stdout=pipe, text=True) as host:
        pid, folder = host.stdout.readline().split()
        assert Path(folder).is_dir()
        if ending == "killed":
            host.kill()
    deadline = time.monotonic() + 10
    while Path(folder).exists() or Path(f"/proc/{pid}/stat").exists():
        if is_zombie(pid) and not Path(folder).exists():
            break
        assert time.monotonic() < deadline
        time.sleep(0.02)


def is_zombie(pid):
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(") ")[2][0] == "Z"
    except OSError:
        return True


def test_less_containment_must_be_allowed(monkeypatch):
    trial = "autograder.sandbox.session.launch.start_worker"
    monkeypatch.setattr(trial, lambda sandbox: ["submitted code can use the network"])
    with pytest.raises(SandboxError, match=r"does not contain.*use the network.*`--allow-weaker`"):
        choose("fork")
    assert choose("fork", allow_weaker=True).label == "fork, weaker allowed"
    with pytest.raises(UsageError, match="--allow-weaker is for `--sandbox fork`"):
        choose("process", allow_weaker=True)


def test_a_trial_of_a_late_server_closes_the_pipes_of_its_worker(monkeypatch):
    sandbox, spawned = ForkSandbox(), []
    spawn = sandbox.spawn
    monkeypatch.setattr(sandbox, "spawn", lambda *args: spawned.append(spawn(*args)) or spawned[-1])
    monkeypatch.setattr(ForkedProcess, "_number", lambda self, seconds: None)
    try:
        assert "has forked no worker" in sandbox.unavailable()
    finally:
        sandbox.close()
    (worker,) = spawned
    worker._channel.close()
    assert all(stream.closed for stream in (worker.stdin, worker.stdout, worker.stderr))


def test_a_worker_whose_server_has_ended_is_lost_and_a_late_one_is_waited_for():
    channel, server = socket.socketpair()
    ends = [os.pipe() for _ in range(3)]
    process = ForkedProcess(channel, (ends[0][1], ends[1][0], ends[2][0]), "")
    server.send(NUMBER.pack(1234))
    with pytest.raises(subprocess.TimeoutExpired):
        process.wait(0.01)
    assert process.returncode is None
    server.close()
    assert process.wait(20) == LOST
    for stream in (process.stdin, process.stdout, process.stderr):
        stream.close()
    for end in (ends[0][0], ends[1][1], ends[2][1]):
        os.close(end)


def test_it_has_no_gpu_and_runs_python_alone(sandbox, tmp_path):
    view = FilesystemView((), str(tmp_path), devices=("/dev/nvidia0",))
    with pytest.raises(SandboxError, match="no GPU"):
        sandbox.spawn([interpreter(), "-c", "1"], view, Limits())
    with pytest.raises(SandboxError, match="runs programs of"):
        sandbox.spawn(["/bin/sh", "-c", "true"], FilesystemView((), str(tmp_path)), Limits())


QUOTA = text_of("texts/fork/quota.py")


def test_files_that_are_deleted_count_where_the_disk_is_shared(probe):
    sandbox = DeniedForkSandbox()
    try:
        if reason := sandbox.unavailable():
            pytest.skip(reason)
        assert probe(sandbox, QUOTA).printed == ["256 True"]
    finally:
        sandbox.close()
