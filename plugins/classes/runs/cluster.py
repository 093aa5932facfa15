"""The engine of Dask distributed: a cluster by its address, or a cluster in this process.

A worker of a cluster runs tasks in threads, where neither timers nor forks are safe, and it may
not have children of `multiprocessing`. So each of its threads starts this module as a program. A
task goes in as a line of JSON, its outcome comes back as a line, and both are checked.
"""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
import weakref
from collections.abc import Callable
from concurrent.futures import BrokenExecutor, CancelledError, Executor, Future
from contextlib import ExitStack, suppress
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec

from autograder.public.grading import libc
from framework.errors import AbsentPartError, GradusError, UsageError
from framework.threads import pin_threads
from plugins.classes.runs.grade_job import (
    Engine,
    Grade,
    Job,
    JobOutcome,
    RunSettings,
    WorkerLostError,
    environment_of,
    grade_job,
    setting_of,
)

if TYPE_CHECKING:
    from distributed import Client

#: The address of a cluster within this process.
LOCAL = "local"
#: Files of a folder with certificates.
CA, CERTIFICATE, KEY = "ca.pem", "cert.pem", "key.pem"
#: Seconds until a scheduler answers, and until it has a worker.
CONNECT_SECONDS, WORKER_SECONDS = 30, 120


#: What a grader reads on a line.
Task = tuple[RunSettings, Job]


class ClusterError(GradusError):
    """The cluster cannot be reached, or has no workers."""


def dask_engine(
    settings: RunSettings, address: str, certificates: Path | None, jobs: int
) -> Engine:
    """Return an engine of the cluster whose scheduler is at `address`.

    Args:
        address: ``tls://host:port``; ``local`` for a cluster within this process.
        certificates: a folder with the files `CA`, `CERTIFICATE` and `KEY`.
        jobs: number of jobs side by side of a local one.
    """
    try:
        import distributed  # noqa: F401 - only to know whether it is there
    except ModuleNotFoundError:
        raise AbsentPartError(
            "a cluster needs Dask: `pip install 'gradus-nlp[cluster]'`", "distributed"
        ) from None
    grade = partial(grade_on_worker, settings)
    if address == LOCAL:
        return _ClusterEngine(partial(_local_cluster, jobs), grade)
    if not address.startswith("tls://"):
        raise UsageError(
            f"no cluster at {address}: expected `{LOCAL}` or tls://HOST:PORT. Without TLS, others "
            "could run programs in your name"
        )
    if certificates is None:
        raise UsageError(
            f"tls:// needs `--certificates DIR`, a folder with {CA}, {CERTIFICATE} and {KEY}"
        )
    missing = [name for name in (CA, CERTIFICATE, KEY) if not (certificates / name).is_file()]
    if missing:
        raise UsageError(f"{certificates} has no {' and no '.join(missing)}")
    return _ClusterEngine(partial(_cluster_at, address, certificates), grade)


class _ClusterEngine(Engine):
    """Grades jobs in the threads of a cluster's workers; they may come and go.

    `connect` returns a client, which leaves the cluster when the stack is closed.
    """

    def __init__(self, connect: Callable[[ExitStack], Client], grade: Grade) -> None:
        super().__init__(self._connected, grade, 1)
        self._connect, self._stack = connect, ExitStack()
        self._client: Client | None = None

    def _connected(self) -> Executor:
        with ExitStack() as stack:
            self._client = self._connect(stack)
            executor: Executor = self._client.get_executor(pure=False, retries=0)
            self._stack = stack.pop_all()
            return executor

    @property
    def width(self) -> int:
        """The number of threads of all workers; at least one."""
        with suppress(Exception):  # the connection is lost: `submit` says so
            if self._client is not None:
                self._width = sum(self._client.nthreads().values()) or self._width
        return self._width

    def submit(self, job: Job) -> Future[JobOutcome]:
        """Grade `job` in the cluster; the future raises `WorkerLostError` if its worker is lost."""
        if self._client is not None and self._client.status != "running":
            raise BrokenExecutor("the connection to the cluster was lost")
        outcome: Future[JobOutcome] = Future()
        outcome.set_running_or_notify_cancel()
        super().submit(job).add_done_callback(partial(_hand_on, outcome))
        return outcome

    def close(self) -> None:
        """Leave the cluster; a cluster in this process ends. The next job connects again."""
        if self._executor is not None:
            self._executor.shutdown(wait=False)
            self._executor = self._client = None
            end_graders()  # of threads of this process
            self._stack.close()

    restart = close


def _hand_on(outcome: Future[JobOutcome], future: Future[JobOutcome]) -> None:
    try:
        outcome.set_result(future.result())
    except CancelledError:
        outcome.set_exception(BrokenExecutor("the connection to the cluster was lost"))
    except Exception as error:  # any error of the cluster itself
        outcome.set_exception(WorkerLostError(f"{type(error).__name__}: {error}"))


def _local_cluster(jobs: int, stack: ExitStack) -> Client:
    """Start a cluster of threads within this process: no other process can reach it."""
    import dask
    from distributed import Client, LocalCluster

    stack.enter_context(dask.config.set({"distributed.scheduler.allowed-failures": 0}))
    cluster = LocalCluster(
        processes=False,
        n_workers=1,
        threads_per_worker=jobs,
        dashboard_address="127.0.0.1:0",  # without an address it is open to all machines
        worker_dashboard_address="127.0.0.1:0",
    )
    stack.enter_context(cluster)
    client: Client = stack.enter_context(Client(cluster))
    return client


def _cluster_at(address: str, certificates: Path, stack: ExitStack) -> Client:
    """Connect to the scheduler at `address`, and wait for a worker."""
    from distributed import Client
    from distributed.security import Security

    security = Security(
        tls_ca_file=str(certificates / CA),
        tls_client_cert=str(certificates / CERTIFICATE),
        tls_client_key=str(certificates / KEY),
        require_encryption=True,
    )
    try:
        client: Client = stack.enter_context(
            Client(address, security=security, timeout=CONNECT_SECONDS, set_as_default=False)
        )
        client.wait_for_workers(1, timeout=WORKER_SECONDS)
    except (OSError, TimeoutError) as error:
        raise ClusterError(
            f"no cluster at {address}: {error}. Start `dask scheduler` and `dask worker`, as "
            "docs/classes.md shows"
        ) from None
    return client


#: The program; tests take another one.
COMMAND = [sys.executable, "-P", "-m", "plugins.classes.runs.cluster"]
#: Seconds that a process may take to end once its standard input is closed.
END_SECONDS = 5.0

_of_this_thread = threading.local()
_running: weakref.WeakSet[GraderProcess] = weakref.WeakSet()


class GraderLostError(Exception):
    """The process that graded a job has ended."""


class GraderProcess:
    """A process that grades one job after the other; it ends with this object, and its parent."""

    def __init__(self) -> None:
        self._process = subprocess.Popen(COMMAND, stdin=subprocess.PIPE, stdout=subprocess.PIPE)
        self.close = weakref.finalize(self, _end, self._process)
        _running.add(self)

    def grade(self, task: bytes) -> bytes:
        """Return the outcome of a task, unless the process ends."""
        stdin, stdout, answer = self._process.stdin, self._process.stdout, b""
        assert stdin is not None and stdout is not None
        with suppress(OSError):
            stdin.write(task + b"\n")
            stdin.flush()
            answer = stdout.readline()
        if not answer.endswith(b"\n"):
            self.close()
            raise GraderLostError(f"exit status {self._process.returncode}")
        return answer


def grade_on_worker(settings: RunSettings, job: Job) -> JobOutcome:
    """Grade a job in the process of this thread; if there is none, or it was lost, in a new one."""
    grader: GraderProcess | None = getattr(_of_this_thread, "grader", None)
    if grader is None or not grader.close.alive:
        grader = _of_this_thread.grader = GraderProcess()
    task: Task = (settings, job)
    return outcome_from(grader.grade(msgspec.json.encode(task, enc_hook=str)))  # a path is a text


def outcome_from(text: bytes) -> JobOutcome:
    """Return the outcome that `text` is; any other text is a fault of the grader."""
    try:
        outcome = msgspec.json.decode(text, type=JobOutcome)
        if outcome.result is not None:
            msgspec.json.decode(outcome.result.report)
    except (msgspec.MsgspecError, RecursionError, UnicodeError) as error:
        return JobOutcome(fault=f"a worker returned no outcome: {type(error).__name__}: {error}")
    return outcome


def end_graders() -> None:
    """End all graders of this process, also those that grade."""
    for grader in list(_running):
        grader.close()


def _end(process: subprocess.Popen[bytes]) -> None:
    """End a process, and wait for it; a thread that waits for its answer gets none."""
    process.terminate()
    try:
        process.wait(END_SECONDS)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()
    for stream in (process.stdin, process.stdout):
        with suppress(OSError):  # there may be a task that it has not read
            if stream is not None:
                stream.close()


def main() -> None:
    """Grade one job after the other, until standard input ends."""
    pin_threads()
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    if sys.platform == "linux":
        libc.prctl(libc.PR_SET_PDEATHSIG, signal.SIGTERM)
    answers = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)  # printed text must not mix with answers
    for line in sys.stdin.buffer:
        outcome = graded(*read_task(line))
        answers.write(msgspec.json.encode(outcome) + b"\n")
        answers.flush()


def read_task(line: bytes) -> Task:
    """Return the task on a line."""
    task: Task = msgspec.json.decode(line, type=Task, dec_hook=lambda kind, path: kind(path))
    return task


def graded(settings: RunSettings, job: Job) -> JobOutcome:
    """Grade a job; a machine that would give other results has a fault."""
    try:
        own = environment_of(settings.options)
        if own != settings.environment:
            return JobOutcome(fault=f"a worker has {own} instead of {settings.environment}")
        course, expected = setting_of(settings).course_hash, settings.revision
    except Exception as error:  # a course that is not there
        return JobOutcome(fault=f"{type(error).__name__}: {error}")
    if course != expected:
        return JobOutcome(fault=f"a worker has the course {course[:12]} instead of {expected[:12]}")
    return grade_job(settings, job)


if __name__ == "__main__":
    try:
        main()
    except KeyboardInterrupt:  # the worker has ended
        sys.exit(1)
