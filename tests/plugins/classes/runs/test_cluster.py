"""Dask distributed: each job once, nothing open to others, a lost worker is no grade."""

import multiprocessing
import os
import signal
import subprocess
import sys
import threading
import time
from contextlib import suppress
from dataclasses import replace
from pathlib import Path

import psutil
import pytest
from queue_run import kill_on_worker

from autograder.public.grading import GradeOptions
from framework.errors import UsageError
from plugins.classes.runs import cluster as cluster_module
from plugins.classes.runs import jobs
from plugins.classes.runs.cluster import CA, CERTIFICATE, KEY, ClusterError, dask_engine, graded
from plugins.classes.runs.grade_job import Job, RunSettings, environment_of, setting_of

pytest.importorskip("distributed", reason="needs the extra `cluster`")
pytestmark = pytest.mark.filterwarnings("ignore::DeprecationWarning", "ignore::ResourceWarning")

NAMES = [f"s{number}" for number in range(12)]


@pytest.fixture
def settings():
    return RunSettings(GradeOptions(course=Path("no course")))


def listening(process):
    """The addresses at which a process and its children can be reached."""
    result = set()
    for item in [process, *process.children(recursive=True)]:
        with suppress(psutil.NoSuchProcess):  # a grader that was killed
            sockets = item.net_connections("inet")
            result |= {each.laddr.ip for each in sockets if each.status == psutil.CONN_LISTEN}
    return result


def test_a_local_cluster_grades_each_job_once_and_is_closed_to_others(run, settings, monkeypatch):
    monkeypatch.setattr(cluster_module, "graded", kill_on_worker)
    monkeypatch.setattr(jobs, "TRIES", 1)
    started, start = [], cluster_module._local_cluster
    monkeypatch.setattr(
        cluster_module, "_local_cluster", lambda *args: started.append(1) or start(*args)
    )
    run.queue("killer", *NAMES)
    engine = dask_engine(settings, "local", None, 2)
    seen = []
    grade = engine.submit

    def submit(job):
        seen.append(listening(psutil.Process()))
        return grade(job)

    engine.submit = submit
    run.go(None, engine=engine)
    assert run.counts == {"done": len(NAMES), "fault": 1}
    assert run.fault("killer") == "the process that graded it was lost"
    assert len(started) == 1  # a lost process leaves the cluster as it is
    assert set().union(*seen) <= {"127.0.0.1", "::1"}
    assert not multiprocessing.active_children()


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
def cluster(certificates, tmp_path):
    """`cluster.scheduler`, `cluster.start_worker()`: processes that speak TLS on loopback."""
    made = _Cluster(certificates, tmp_path)
    yield made
    made.close()


class _Cluster:
    def __init__(self, certificates, folder):
        self._folder, self._started = folder, []
        files = {"ca-file": CA, "cert": CERTIFICATE, "key": KEY}
        self._tls = [f"--tls-{kind}={certificates / name}" for kind, name in files.items()]
        (folder / "preload.py").write_text(
            "from queue_run import kill_on_worker\nfrom plugins.classes.runs import cluster\n"
            "cluster.graded = kill_on_worker\n"
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
        own = {"DASK_DISTRIBUTED__SCHEDULER__ALLOWED_FAILURES": "0"}
        environment = {**os.environ, "PYTHONPATH": os.pathsep.join(sys.path), **own}
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

    graders = []

    def disturb():
        second = cluster.start_worker()
        while not graders:
            time.sleep(0.5)
            graders.extend(psutil.Process(first.pid).children(recursive=True))
        os.kill(first.pid, signal.SIGKILL)
        return second

    thread = threading.Thread(target=disturb)
    thread.start()
    run.go(None, engine=engine)
    thread.join()
    assert run.counts == {"done": len(names)}
    assert all(run.result(name).verdict == "passed" for name in names)
    assert graders
    assert psutil.wait_procs(graders, timeout=20)[1] == []  # they have ended with their worker
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


def test_a_worker_with_other_versions_or_another_course_has_a_fault(tiny_course):
    options = GradeOptions(course=tiny_course.root, sandbox="process")
    nowhere = replace(options, course=Path("/nowhere"))
    job = Job(str(tiny_course.root / "solutions"), "squash")
    revision = setting_of(RunSettings(options)).course_hash
    for settings, fault in (
        (RunSettings(options, revision, "numpy 1"), "instead of numpy 1"),
        (RunSettings(options, "x" * 64, environment_of(options)), "instead of xxxxxxxxxxxx"),
        (RunSettings(nowhere, "r", environment_of(nowhere)), "/nowhere"),
    ):
        assert fault in graded(settings, job).fault
