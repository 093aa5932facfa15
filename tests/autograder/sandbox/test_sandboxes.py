"""Hostile code in real sandboxes: what it can reach, and what is left of it afterwards."""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import sys
import sysconfig
import threading
import time
from contextlib import suppress
from itertools import takewhile
from pathlib import Path
from tempfile import gettempdir

import numpy
import packaging
import pytest
from repository import ROOT, text_of

from autograder.sandbox.confine import FilesystemView, Limits
from autograder.sandbox.confine.landlock import landlock_version
from autograder.sandbox.runners import base as bubblewrap_module
from autograder.sandbox.runners import build_view, choose
from autograder.sandbox.runners.base import (
    PROCESSOR_CHOICE,
    BubblewrapSandbox,
    ProcessSandbox,
    tree_of,
)
from framework.errors import SandboxError, UnknownNameError

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="these sandboxes need Linux")

#: What a submission might try, each with the errors that may stop it.
DENIED = {
    "read the system's secrets": "open('/etc/shadow').read()",
    "read the list of users": "open('/etc/passwd').read()",
    "read another's environment": "open('/proc/1/environ').read()",
    "read its supervisor's memory": "open('/proc/1/mem', 'rb').read(1)",
    "read the solutions": f"os.listdir({str(ROOT / 'solutions')!r})",
    "read the grader": f"open({str(ROOT / 'autograder/sandbox/session/__init__.py')!r})",
    "read the project": f"open({str(ROOT / 'pyproject.toml')!r}).read()",
    "read a device that is endless memory": "open('/dev/zero', 'rb').read(1)",
    "write beside its scratch": "open('../written', 'w')",
    "write to the root": "open('/written', 'w')",
    "write to shared memory": "open('/dev/shm/written', 'w')",
    "write to the packages": "open(f'{sys.path[0]}/framework/written.py', 'w')",
    "change a package": "open(f'{sys.path[0]}/framework/errors.py', 'a')",
    "change a mode": "os.chmod(f'{sys.path[0]}/framework', 0o777)",
    "fork": "os.fork()",
    "start a program": "subprocess.run(['/usr/bin/env'])",
    "become a program": "os.execv(sys.executable, ['python'])",
    "spawn a program": "os.posix_spawn('/usr/bin/env', ['env'], {})",
    "kill its parent": "os.kill(os.getppid(), signal.SIGKILL)",
    "kill process 1": "os.kill(1, signal.SIGKILL)",
    "kill its group": "os.kill(0, signal.SIGKILL)",
    "kill all processes": "os.kill(-1, signal.SIGKILL)",
    "open a socket": "socket.socket()",
    "reach the network": "socket.create_connection(('127.0.0.1', 80), 1)",
    "open a socket pair": "socket.socketpair()",
    "hide memory in a file": "os.memfd_create('x')",
    "hide memory in a shared map": "mmap.mmap(-1, 1 << 20)",
    "take 8 GB": "mmap.mmap(-1, 8 << 30, flags=mmap.MAP_PRIVATE)",
    "raise a limit": "resource.setrlimit(resource.RLIMIT_DATA, (-1, -1))",
    "write a large file": "open('large', 'wb').write(bytes(32 << 20))",
    "open many files": "[os.open('/dev/null', 0) for _ in range(1000)]",
}

TRY_EACH = """
import mmap, os, resource, signal, socket, subprocess, sys
for name, line in settings["attempts"].items():
    try:
        exec(line)
    except (OSError, ValueError):
        continue
    print(name)
"""


def attempts(lines: dict[str, str]) -> str:
    return f"settings = {{'attempts': {json.dumps(lines)}}}\n{TRY_EACH}"


def test_nothing_that_is_denied_succeeds(sandbox, probe):
    assert probe(sandbox, attempts(DENIED)).printed == []


def test_what_a_submission_needs_is_there(sandbox, probe):
    code = text_of("texts/sandboxes/code.py")
    assert probe(sandbox, code, imports="import numpy").printed == [
        "[]",
        "2500.0",
        "3",
        "['b'] True",
        "thread",
        "4 1",
    ]


SURROUNDINGS = text_of("texts/sandboxes/surroundings.txt")


def test_a_worker_finds_its_pipes_its_variables_and_nothing_of_the_host(
    sandbox, probe, monkeypatch
):
    monkeypatch.setenv("SECRET_TOKEN", "42")
    code = SURROUNDINGS.format(folders=(str(ROOT), str(Path.home()), "/", "/etc"))
    with open(__file__) as file:  # noqa: PTH123 - a descriptor that must not be inherited
        os.set_inheritable(file.fileno(), True)
        result = map(set, map(str.split, probe(sandbox, code).printed))
    descriptors, names, project, home, root, etc = result
    assert descriptors == {"0", "1", "2"}
    allowed = {"HOME", "LANG", "LC_CTYPE", "PATH", "PWD", "PYTHONHASHSEED", "TMPDIR", "USER"}
    libraries = {"OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS", "MKL_NUM_THREADS", "MPLBACKEND"}
    assert names - allowed - {"USERPROFILE", *PROCESSOR_CHOICE} == libraries
    assert project == set()
    assert not home & {entry.name for entry in Path.home().iterdir() if entry.is_file()}
    assert not root & {"boot", "home", "var", "run"}
    assert etc <= {"ld.so.cache"}


def test_a_submission_can_be_read_and_not_changed(sandbox, probe, tmp_path):
    (tmp_path / "rnn.py").write_text("x = 1")
    code = f"print(open('{tmp_path}/rnn.py').read())\nopen('{tmp_path}/rnn.py', 'w')"
    result = probe(sandbox, code, extra=(tmp_path,))
    assert result.printed == ["x = 1"]
    assert "Error" in result.errors
    assert (tmp_path / "rnn.py").read_text() == "x = 1"


def test_the_scratch_folder_is_bounded(sandbox, probe):
    code = text_of("texts/sandboxes/code_2.py")
    limits = Limits(scratch=8 << 20)
    (megabytes,) = probe(sandbox, code, limits=limits).printed
    assert int(megabytes) <= 8


THREAD_FLOOD = text_of("texts/sandboxes/thread_flood.py")


def test_threads_are_bounded_or_seen(sandbox, worker):
    with worker(sandbox, THREAD_FLOOD + "stop.wait()") as process:
        process.stdout.readline()
        started = int(process.stdout.readline())
        assert started < 500 or sandbox.usage(process).threads > started


@pytest.mark.parametrize(
    ("code", "status"),
    [
        ("import sys; sys.exit(3)", 3),
        ("import ctypes; ctypes.string_at(0)", 128 + signal.SIGSEGV),
        ("import os; os.kill(os.getpid(), 9)", 128 + signal.SIGKILL),
    ],
)
def test_the_status_tells_how_it_ended(sandbox, probe, code, status):
    assert probe(sandbox, code).status == status


def test_memory_of_the_whole_tree_is_seen(sandbox, worker):
    code = "block = bytearray(300 << 20)\nprint('up', flush=True)\nimport time; time.sleep(60)"
    with worker(sandbox, code) as process:
        process.stdout.readline()
        process.stdout.readline()
        assert 300 << 20 < sandbox.usage(process).memory < 600 << 20
    assert sandbox.usage(process).memory == 0


STUBBORN = text_of("texts/sandboxes/stubborn.py")


def is_alive(pid: int) -> bool:
    """Whether the process runs: not gone, and not waiting for its new parent to notice its end."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(") ")[2][0] != "Z"
    except OSError:
        return False


def test_nothing_outlives_the_kill(sandbox, worker):
    with worker(sandbox, STUBBORN) as process:
        process.stdout.readline()
        process.stdout.readline()
        members = tree_of(process).pids()
        assert len(members) >= 2
        started = time.monotonic()
        sandbox.kill(process)
        assert time.monotonic() - started < 2
        assert not any(map(is_alive, members))
        sandbox.kill(process)  # once more is no error


#: A process that leaves its session, and changes its number all the time.
ORPHAN = text_of("texts/sandboxes/orphan.py")


def namespaces_of(pids: list[int]) -> set[str]:
    """The namespaces of those processes that run."""
    result = set()
    for pid in filter(is_alive, pids):
        with suppress(OSError):
            result.add(str(Path(f"/proc/{pid}/ns/pid").readlink()))
    return result


def test_what_has_left_its_session_and_changes_its_number_does_not_outlive_the_kill(worker):
    sandbox = BubblewrapSandbox()
    if reason := sandbox.unavailable():
        pytest.skip(reason)
    with worker(sandbox, STUBBORN, before=ORPHAN) as process:
        process.stdout.readline()
        process.stdout.readline()
        inside = namespaces_of(tree_of(process).pids()) - namespaces_of([os.getpid()])
        assert inside
        sandbox.kill(process)
        every = [int(path.name) for path in Path("/proc").glob("[0-9]*")]
        assert not inside & namespaces_of(every)


def test_a_bubblewrap_that_has_not_started_its_worker_ends_too():
    with subprocess.Popen(["sleep", "60"], start_new_session=True) as process:
        BubblewrapSandbox().kill(process)
        assert process.returncode == -signal.SIGKILL


def test_it_ends_when_the_host_closes_its_input(sandbox, worker):
    with worker(sandbox, STUBBORN) as process:
        process.stdout.readline()
        process.stdout.readline()
        process.stdin.close()
        assert process.wait(10) == 128 + signal.SIGKILL


def test_it_outlives_the_thread_that_started_it(sandbox, worker):
    opened = []

    def start() -> None:
        opened.append(worker(sandbox, "print(input(), flush=True)"))
        opened.append(opened[0].__enter__())
        opened.append(opened[1].stdout.readline())

    thread = threading.Thread(target=start)
    thread.start()
    thread.join()
    context, process, line = opened
    try:
        assert line == b"started\n"
        time.sleep(0.1)
        process.stdin.write(b"alive\n")
        process.stdin.flush()
        assert process.stdout.readline() == b"alive\n"
    finally:
        context.__exit__(None, None, None)


HOST = text_of("texts/sandboxes/host.txt")


def host_code(sandbox, scratch: Path) -> str:
    return HOST.format(root=str(ROOT), name=sandbox.name, scratch=str(scratch))


def wait_until_gone(pids: list[int]) -> bool:
    for _ in range(100):
        if not any(map(is_alive, pids)):
            return True
        time.sleep(0.05)
    return False


def start_host(command: list[str], **settings) -> tuple[subprocess.Popen[str], str, list[int]]:
    pipe = subprocess.PIPE
    host = subprocess.Popen(command, stdin=pipe, stdout=pipe, text=True, **settings)
    first = host.stdout.readline().strip()
    return host, first, [int(pid) for pid in host.stdout.readline().split()]


def stop(host: subprocess.Popen[str]) -> None:
    host.kill()
    host.wait(10)
    host.stdin.close()
    host.stdout.close()


def test_a_worker_dies_with_its_host(sandbox, tmp_path):
    host, _, pids = start_host([sys.executable, "-c", host_code(sandbox, tmp_path)])
    stop(host)
    assert len(pids) >= 2
    assert wait_until_gone(pids)


def test_a_worker_dies_with_a_host_that_is_killed_while_it_ends_it(sandbox, tmp_path):
    host, _, pids = start_host([sys.executable, "-c", host_code(sandbox, tmp_path)])
    for pid in pids:
        os.kill(pid, signal.SIGSTOP)
    stop(host)
    assert len(pids) >= 2
    assert wait_until_gone(pids)


def ordinary_user() -> list[str]:
    """A command that runs Python as an ordinary user who can read this project, or a skip."""
    if os.geteuid() != 0:
        return [sys.executable]
    if shutil.which("setpriv") is None:
        pytest.skip("setpriv is not installed")
    switch = ["setpriv", "--reuid=65534", "--regid=65534", "--clear-groups"]
    usable = "import sys; open(sys._base_executable); assert sys.version_info >= (3, 11)"
    for python in (sys.executable, "/usr/bin/python3"):
        command = [*switch, python, "-B"]
        check = [*command, "-c", f"{usable}; open({__file__!r})"]
        if shutil.which(python) and not subprocess.run(check, check=False).returncode:
            return command
    pytest.skip("no Python here that an ordinary user may run")


@pytest.mark.filterwarnings("default")
def test_an_ordinary_user_is_contained_as_well(sandbox, tmp_path):
    command = ordinary_user()
    if (
        sandbox.name == "fork"
        and subprocess.run([*command, "-c", "import numpy"], check=False).returncode
    ):
        pytest.skip("the Python of an ordinary user has no NumPy here")
    of_pytest = takewhile(lambda folder: folder != Path(gettempdir()), tmp_path.parents)
    for folder in (tmp_path, *of_pytest):
        folder.chmod(0o777)
    # That Python may miss the package.
    shutil.copytree(Path(packaging.__file__).parent, tmp_path / "packages" / "packaging")
    host, gaps, pids = start_host([*command, "-c", host_code(sandbox, tmp_path)], cwd="/")
    stop(host)
    assert gaps == "[]"
    assert wait_until_gone(pids)


@pytest.mark.slow
def test_torch_works_inside(sandbox, probe):
    pytest.importorskip("torch")
    code = """
x = torch.ones(100, 100, requires_grad=True)
(x @ x).sum().backward()
print(float(x.grad.sum()), gaps)
"""
    settings = {"imports": "import torch", "packages": ("torch", "numpy", "msgpack")}
    result = probe(sandbox, code, limits=Limits(memory=4 << 30), seconds=60, **settings)
    assert result.printed == ["2000000.0 []"], result


@pytest.fixture
def installed(tmp_path) -> Path:
    """A folder of packages with gradus in it, as `pip install` leaves it."""
    packages = tmp_path / "site-packages"
    files = ["numpy/a", "solutions/b", "exercises/rnn/c", "exercises/d", "framework/e", "plugins/f"]
    files += ["autograder/sandbox/worker/g", "autograder/sandbox/session/h", "autograder/i"]
    files += ["autograder/checks/j"]
    for name in files:
        (packages / name).parent.mkdir(parents=True, exist_ok=True)
        (packages / name).write_text("")
    return packages


FIND = """
import os
for name in sorted(names):
    try:
        open(os.path.join(folder, name)).close()
        print(name)
    except OSError:
        pass
"""


@pytest.fixture(params=["all", "landlock"])
def without_namespaces(request, sandbox) -> str:
    """What a worker runs first: nothing, or what leaves it Landlock alone."""
    if request.param == "all":
        return ""
    if not landlock_version() or sandbox.name != "process":
        pytest.skip("needs the process sandbox on a kernel with Landlock")
    code = "from autograder.sandbox.confine import namespaces\n"
    return code + "namespaces.enter_namespaces = lambda: False"


def test_solutions_stay_hidden_where_gradus_is_installed(
    sandbox, probe, installed, without_namespaces
):
    names = [str(path.relative_to(installed)) for path in installed.rglob("?") if path.is_file()]
    code = f"names = {names!r}\nfolder = {str(installed)!r}\n{FIND}"
    extra = (installed, installed / "exercises" / "rnn", installed / "autograder/sandbox/worker")
    result = probe(sandbox, code, extra=extra, before=without_namespaces).printed
    assert result == [
        "autograder/sandbox/worker/g",
        "exercises/rnn/c",
        "framework/e",
        "numpy/a",
    ]


def test_packages_that_are_not_granted_cannot_be_read(sandbox, probe, without_namespaces):
    beside_python = Path(sysconfig.get_path("stdlib"), "site-packages")
    system = Path("/usr/lib/python3/dist-packages")
    others = [*beside_python.glob("*/__init__.py"), *system.glob("*/__init__.py")]
    linked = [
        Path("/lib", path.relative_to("/usr/lib")) for path in others if system in path.parents
    ]
    packages = [Path(pytest.__file__), ROOT / "framework/evaluation/metrics.py", *others, *linked]
    names = [str(path) for path in (Path(numpy.__file__), *packages)]
    code = f"names = {names!r}\nfolder = '/'\n{FIND}"
    result = probe(sandbox, code, before=without_namespaces, imports="import numpy").printed
    assert result == [numpy.__file__]


def test_what_is_asked_for_itself_is_shown(installed, tmp_path):
    view = build_view([installed, installed / "solutions"], tmp_path)
    inside = [path for path in view.hidden if path.startswith(f"{installed}/")]
    hidden = {path.removeprefix(f"{installed}/") for path in inside}
    assert hidden == {"autograder", "exercises", "plugins"}


def test_links_lead_somewhere(tmp_path, sandbox, probe):
    real = tmp_path / "real" / "folder"
    real.mkdir(parents=True)
    (real / "file").write_text("found")
    (tmp_path / "link").symlink_to("real")
    location = tmp_path / "link" / "folder"
    result = probe(sandbox, f"print(open('{location}/file').read())", extra=(location,))
    assert result.printed == ["found"], result


def test_an_unknown_sandbox_names_those_there_are():
    with pytest.raises(UnknownNameError, match="did you mean 'bubblewrap'"):
        choose("bublewrap")


@pytest.mark.parametrize(
    ("script", "told"),
    [
        (None, "is not installed: install it with `apt install bubblewrap`"),
        ("", "bubblewrap cannot be started"),
        ("#!/bin/sh\nexec sleep 60\n", "timed out after 0.5 seconds"),
        ("#!/bin/sh\necho 'bwrap: Unknown option --size' >&2; exit 1\n", "too old"),
        ("#!/bin/sh\necho 'bwrap: Permission denied' >&2; exit 1\n", r"\(bwrap: Permission denied"),
        ("#!/bin/sh\necho '\udcc3 is no letter' >&2; exit 1\n", "\N{REPLACEMENT CHARACTER} is no"),
    ],
    ids=["missing", "no program", "endless", "old", "refused", "no UTF-8"],
)
def test_a_bubblewrap_that_does_not_work_is_reported_and_not_used(
    monkeypatch, tmp_path, script, told
):
    fake = tmp_path / "bwrap"
    fake.write_text(script or "", "utf-8", "surrogateescape")
    fake.chmod(0o755 if script else 0o644)
    location = None if script is None else str(fake)
    monkeypatch.setattr(bubblewrap_module.shutil, "which", lambda name: location)
    monkeypatch.setattr(bubblewrap_module, "_TRIAL_SECONDS", 0.5)
    with pytest.raises(SandboxError, match=told):
        choose("bubblewrap")
    assert isinstance(choose("auto"), ProcessSandbox)


def test_bubblewrap_shows_nothing_that_was_not_granted():
    command = BubblewrapSandbox().command(FilesystemView(("/usr/lib",), "/tmp"), Limits())
    bound = [command[i + 1] for i, word in enumerate(command) if "bind" in word]
    assert bound == ["/usr/lib"]
    assert "--unshare-all" in command
