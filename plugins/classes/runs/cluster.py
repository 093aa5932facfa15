"""The engine of Dask distributed: a cluster by its address, or a cluster in this process."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import BrokenExecutor, CancelledError, Executor, Future
from contextlib import ExitStack
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from autograder.public.grading import GradeOptions
from framework.errors import AbsentPartError, GradusError, UsageError
from plugins.classes.runs.engine import Engine, Job, JobOutcome, WorkerLostError
from plugins.classes.runs.grade_job import environment_of
from plugins.classes.runs.grader_process import RemoteJob, end_graders, grade_here, outcome_from

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
    options: GradeOptions, revision: str, address: str, certificates: Path | None, jobs: int
) -> Engine:
    """Return an engine of a cluster.

    Args:
        address: of its scheduler, ``tls://host:port``; ``local`` for one within this process.
        certificates: a folder with the files `CA`, `CERTIFICATE` and `KEY`.
        jobs: number of jobs side by side of a local one.

    Raises:
        UsageError: the address is open to others.
        AbsentPartError: Dask is missing.
        ClusterError: the cluster does not answer.
    """
    _require_dask()
    task_of = partial(RemoteJob, options, revision, environment_of(options))
    if address == LOCAL:
        return _ClusterEngine(partial(_local_cluster, jobs), task_of)
    if not address.startswith("tls://"):
        raise UsageError(
            f"no cluster at {address}: expected `{LOCAL}` or tls://HOST:PORT. Without TLS, others "
            "could run programs in your name"
        )
    return _ClusterEngine(partial(_cluster_at, address, _files(certificates)), task_of)


def _require_dask() -> None:
    try:
        import distributed  # noqa: F401 - only to know whether it is there
    except ModuleNotFoundError:
        raise AbsentPartError(
            "a cluster needs Dask: `pip install 'gradus-nlp[cluster]'`", "distributed"
        ) from None


def _files(certificates: Path | None) -> dict[str, str]:
    """Return the files of the encryption.

    Raises:
        UsageError: one is missing.
    """
    if certificates is None:
        raise UsageError(
            f"tls:// needs `--certificates DIR`, a folder with {CA}, {CERTIFICATE} and {KEY}"
        )
    files = {name: certificates / name for name in (CA, CERTIFICATE, KEY)}
    missing = [name for name, file in files.items() if not file.is_file()]
    if missing:
        raise UsageError(f"{certificates} has no {' and no '.join(missing)}")
    return {name: str(file) for name, file in files.items()}


class _ClusterEngine(Engine):
    """Grades jobs in the threads of a cluster's workers; they may come and go."""

    def __init__(
        self, start: Callable[[], _ClusterExecutor], task_of: Callable[[Job], RemoteJob]
    ) -> None:
        self._task_of = task_of
        super().__init__(start, _unused, 1)

    @property
    def width(self) -> int:
        """The number of threads of all workers; at least one."""
        if isinstance(self._executor, _ClusterExecutor):
            self._width = self._executor.threads or self._width
        return self._width

    def submit(self, job: Job) -> Future[JobOutcome]:
        """Grade `job` in the cluster; the future raises `WorkerLostError` if its worker is lost."""
        if self._executor is None:
            self._executor = self._start()
        return _graded(self._executor.submit(grade_here, self._task_of(job).text()))


def _unused(job: Job) -> JobOutcome:
    raise NotImplementedError(job)


def _graded(future: Future[str]) -> Future[JobOutcome]:
    """Return the outcome that the text of `future` becomes."""
    outcome: Future[JobOutcome] = Future()
    outcome.set_running_or_notify_cancel()
    future.add_done_callback(partial(_hand_on, outcome))
    return outcome


def _hand_on(outcome: Future[JobOutcome], future: Future[str]) -> None:
    try:
        outcome.set_result(outcome_from(future.result()))
    except CancelledError:
        outcome.set_exception(BrokenExecutor("the connection to the cluster was lost"))
    except Exception as error:  # any error of the cluster itself
        outcome.set_exception(WorkerLostError(f"{type(error).__name__}: {error}"))


class _ClusterExecutor(Executor):
    """A client of a cluster, as an executor.

    Args:
        client: connected.
        stack: resources that end with the client.
    """

    def __init__(self, client: Client, stack: ExitStack) -> None:
        self._client, self._stack = client, stack
        self._inner: Executor = client.get_executor(pure=False, retries=0)

    @property
    def threads(self) -> int:
        """The number of threads of all workers; 0 where it is not known."""
        try:
            return sum(self._client.nthreads().values())
        except Exception:  # the connection is lost: `submit` says so
            return 0

    def submit(self, fn: Callable[..., Any], /, *args: Any, **kwargs: Any) -> Future[Any]:
        """Call `fn` in a thread of a worker.

        Raises:
            BrokenExecutor: the connection was lost.
        """
        if self._client.status != "running":
            raise BrokenExecutor("the connection to the cluster was lost")
        return self._inner.submit(fn, *args, **kwargs)

    def shutdown(self, wait: bool = True, *, cancel_futures: bool = False) -> None:
        """Leave the cluster; a cluster in this process ends."""
        self._inner.shutdown(wait=False)
        end_graders()  # of threads of this process
        self._stack.close()


def _local_cluster(jobs: int) -> _ClusterExecutor:
    """Start a cluster of threads within this process: no other process can reach it."""
    import dask
    from distributed import Client, LocalCluster

    with ExitStack() as stack:
        stack.enter_context(dask.config.set({"distributed.scheduler.allowed-failures": 0}))
        cluster = LocalCluster(
            processes=False,
            n_workers=1,
            threads_per_worker=jobs,
            dashboard_address="127.0.0.1:0",  # without an address it is open to all machines
            worker_dashboard_address="127.0.0.1:0",
        )
        stack.enter_context(cluster)
        client = stack.enter_context(Client(cluster))
        return _ClusterExecutor(client, stack.pop_all())


def _cluster_at(address: str, files: dict[str, str]) -> _ClusterExecutor:
    """Connect to the scheduler at `address`, and wait for a worker.

    Raises:
        ClusterError: there is none.
    """
    from distributed import Client
    from distributed.security import Security

    security = Security(
        tls_ca_file=files[CA],
        tls_client_cert=files[CERTIFICATE],
        tls_client_key=files[KEY],
        require_encryption=True,
    )
    with ExitStack() as stack:
        try:
            client = stack.enter_context(
                Client(address, security=security, timeout=CONNECT_SECONDS, set_as_default=False)
            )
            client.wait_for_workers(1, timeout=WORKER_SECONDS)
        except (OSError, TimeoutError) as error:
            raise ClusterError(
                f"no cluster at {address}: {error}. Start `dask scheduler` and `dask worker`, as "
                "docs/classes.md shows"
            ) from None
        return _ClusterExecutor(client, stack.pop_all())
