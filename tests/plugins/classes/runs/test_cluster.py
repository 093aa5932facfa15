"""Dask distributed: each job once, nothing open to others, a lost worker is no grade."""

import os
import signal
import subprocess
import sys
import threading
import time
from contextlib import suppress

import psutil
import pytest

from framework.errors import UsageError
from plugins.classes.runs.cluster import CA, CERTIFICATE, KEY, ClusterError, dask_engine

pytest.importorskip("distributed", reason="needs the extra `cluster`")
pytestmark = pytest.mark.filterwarnings("ignore::DeprecationWarning", "ignore::ResourceWarning")

NAMES = [f"s{number}" for number in range(12)]


def listening(process):
    """The addresses at which a process and its children can be reached."""
    found = set()
    for one in [process, *process.children(recursive=True)]:
        with suppress(psutil.NoSuchProcess):  # a grader that was killed
            sockets = one.net_connections("inet")
            found |= {each.laddr.ip for each in sockets if each.status == psutil.CONN_LISTEN}
    return found


def test_a_local_cluster_grades_each_job_once_and_is_closed_to_others(run, command, settings):
    run.queue("killer", "shaky", "liar", *NAMES)
    engine = dask_engine(settings, "local", None, 2)
    seen = []
    grade = engine.submit

    def submit(job):
        seen.append(listening(psutil.Process()))
        return grade(job)

    engine.submit = submit
    run.go(None, engine=engine)
    assert run.counts == {"done": len(NAMES) + 1, "fault": 2}
    assert run.fault("killer") == "the process that graded it was lost"
    assert "returned no outcome" in run.fault("liar")
    assert run.result("shaky").verdict == "passed"
    assert set().union(*seen) <= {"127.0.0.1", "::1"}
    assert not any(map(is_stand_in, psutil.Process().children(recursive=True)))


def is_stand_in(process):
    try:
        return "stand_in.py" in " ".join(process.cmdline())
    except psutil.NoSuchProcess:
        return False


def test_a_cluster_without_encryption_is_refused(settings, tmp_path):
    for address in ("tcp://127.0.0.1:8786", "127.0.0.1:8786", "ws://host"):
        with pytest.raises(UsageError, match="Without TLS"):
            dask_engine(settings, address, tmp_path, 1)
    with pytest.raises(UsageError, match="--certificates DIR"):
        dask_engine(settings, "tls://host:1", None, 1)
    with pytest.raises(UsageError, match=r"has no ca\.pem and no cert\.pem"):
        dask_engine(settings, "tls://host:1", tmp_path, 1)


@pytest.fixture
def certificates(tmp_path):
    """A folder with certificates of an authority of its own."""
    pytest.importorskip("cryptography")
    from distributed.security import Security

    made, folder = Security.temporary(), tmp_path / "certificates"
    folder.mkdir()
    texts = {CA: made.tls_ca_file, CERTIFICATE: made.tls_client_cert, KEY: made.tls_client_key}
    for name, text in texts.items():
        (folder / name).write_text(text)
    return folder


@pytest.fixture
def cluster(certificates, command, tmp_path):
    """`cluster.scheduler`, `cluster.start_worker()`: processes that speak TLS on loopback."""
    made = _Cluster(certificates, command, tmp_path)
    yield made
    made.close()


class _Cluster:
    def __init__(self, certificates, command, folder):
        self._folder, self._started = folder, []
        files = {"ca-file": CA, "cert": CERTIFICATE, "key": KEY}
        self._tls = [f"--tls-{kind}={certificates / name}" for kind, name in files.items()]
        (folder / "preload.py").write_text(
            "from plugins.classes.runs import cluster\nimport sys\n"
            f"cluster.COMMAND = [sys.executable, {str(command)!r}]\n"
        )
        file = folder / "scheduler.json"
        self.scheduler = self._start(
            "scheduler", "--protocol=tls", "--host=127.0.0.1", "--port=0", "--no-dashboard",
            "--dashboard-address=127.0.0.1:0", f"--scheduler-file={file}",
        )  # fmt: skip
        self.file = file
        while not file.exists():
            time.sleep(0.1)
            assert self.scheduler.poll() is None
        import json

        time.sleep(0.2)
        self.address = json.loads(file.read_text())["address"]

    def _start(self, kind, *options):
        environment = {**os.environ, "DASK_DISTRIBUTED__SCHEDULER__ALLOWED_FAILURES": "0"}
        words = [sys.executable, "-m", "distributed.cli.dask_" + kind, *options, *self._tls]
        log = (self._folder / f"{kind}-{len(self._started)}.log").open("w")
        process = subprocess.Popen(words, env=environment, cwd=self._folder, stdout=log, stderr=log)
        log.close()
        self._started.append(process)
        return process

    def start_worker(self):
        return self._start(
            "worker", self.address, "--no-nanny", "--nthreads=2", "--host=127.0.0.1",
            "--no-dashboard", "--dashboard-address=127.0.0.1:0", "--preload=preload.py",
        )  # fmt: skip

    def close(self):
        for process in self._started:
            process.kill()
            process.wait()


@pytest.mark.slow
@pytest.mark.timeout(300)
def test_a_worker_that_is_killed_costs_no_job_and_no_grade(cluster, certificates, run, settings):
    names = [f"s{number}" for number in range(300)]
    run.queue(*names)
    first = cluster.start_worker()
    engine = dask_engine(settings, cluster.address, certificates, 2)

    def disturb():
        time.sleep(2)
        second = cluster.start_worker()
        time.sleep(4)
        os.kill(first.pid, signal.SIGKILL)
        return second

    thread = threading.Thread(target=disturb)
    thread.start()
    run.go(None, engine=engine)
    thread.join()
    assert run.counts == {"done": len(names)}
    assert all(run.result(name).verdict == "passed" for name in names)
    for process in cluster._started:
        if process.poll() is None:
            assert listening(psutil.Process(process.pid)) <= {"127.0.0.1"}


@pytest.mark.slow
@pytest.mark.timeout(300)
def test_a_cluster_that_does_not_answer_is_an_error_and_nothing_is_lost(
    certificates, run, settings, monkeypatch
):
    monkeypatch.setattr("plugins.classes.runs.cluster.CONNECT_SECONDS", 2)
    run.queue("s1")
    engine = dask_engine(settings, "tls://127.0.0.1:9", certificates, 1)
    with pytest.raises(ClusterError, match=r"no cluster at tls://127\.0\.0\.1:9"):
        run.go(None, engine=engine)
    assert run.counts == {"queued": 1}
