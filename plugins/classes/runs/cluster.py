"""The engine of Dask distributed: a cluster by its address, or a cluster in this process.

A worker of a cluster runs tasks in threads, where neither timers nor forks are safe. So each of
its threads has a process that grades, which is started afresh and ends with the worker.
"""

from __future__ import annotations

import multiprocessing
import threading
from collections.abc import Callable
from concurrent.futures import BrokenExecutor, Executor, Future
from contextlib import ExitStack, suppress
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from framework.errors import AbsentPartError, GradusError, UsageError
from framework.threads import pin_threads
from plugins.classes.runs.grade_job import (
    Engine,
    Grade,
    Job,
    JobOutcome,
    RunSettings,
    environment_of,
    grade_job,
    local_engine,
    setting_of,
    settled,
)

if TYPE_CHECKING:
    from distributed import Client

#: The address of a cluster within this process.
LOCAL = "local"
#: Files of a folder with certificates.
CA, CERTIFICATE, KEY = "ca.pem", "cert.pem", "key.pem"
#: Seconds until a scheduler answers, and until it has a worker.
CONNECT_SECONDS, WORKER_SECONDS = 30, 120


class ClusterError(GradusError):
    """The cluster cannot be reached, or has no workers."""


def dask_engine(
    settings: RunSettings, address: str, certificates: Path | None, jobs: int
) -> Engine:
    """Return an engine of the cluster at ``tls://host:port``, or ``local`` in this process."""
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
        """Grade `job` in the cluster; without a connection, its future is cancelled."""
        if self._client is not None and self._client.status != "running":
            raise BrokenExecutor("the connection to the cluster was lost")
        return super().submit(job)

    def close(self) -> None:
        """Leave the cluster; a cluster in this process ends. The next job connects again."""
        if self._executor is not None:
            self._executor.shutdown(wait=False)
            self._executor = self._client = None
            for child in multiprocessing.active_children():  # of a cluster in this process
                child.terminate()
            self._stack.close()

    restart = close


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


_of_this_thread = threading.local()


def grade_on_worker(settings: RunSettings, job: Job) -> JobOutcome:
    """Grade a job in the process of this thread, which the first job of `settings` starts."""
    if multiprocessing.current_process().daemon:
        return JobOutcome(fault="a worker with a nanny has no processes: start it with --no-nanny")
    pin_threads()
    own = _of_this_thread.__dict__
    if own.get("settings") != settings:
        if "engine" in own:
            own["engine"].restart()
        own["engine"] = local_engine(partial(graded, settings), 1, has_threads=True)
        own["settings"] = settings
    engine: Engine = own["engine"]
    try:
        future = engine.submit(job)
    except BrokenExecutor:  # the job before this one ended the process
        engine.restart()
        future = engine.submit(job)
    return settled(future, alone=job.alone)


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
