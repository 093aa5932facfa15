"""Work shared out to forked processes: in order, as it ends, and given up all at once."""

import multiprocessing
import os
import signal
import subprocess
import sys
import time

import pytest
from programs import completed, completed_python
from repository import ROOT, text_of

from autograder.grading import parallel as forks
from autograder.grading.parallel import in_parallel, processes
from plugins.authoring.new.new_plugin import write_plugin

on_linux = pytest.mark.skipif(sys.platform != "linux", reason="processes are forked on Linux alone")


@on_linux
@pytest.mark.parametrize(("as_they_end", "expected"), [(False, [0, 1, 2]), (True, [1, 2, 0])])
def test_results_come_in_the_order_of_the_arguments_or_as_they_end(as_they_end, expected):
    delays = [0.6, 0.0, 0.3]
    result = in_parallel(lambda i: time.sleep(delays[i]) or i, range(3), 3, as_they_end=as_they_end)
    assert list(result) == expected


@pytest.mark.parametrize(
    ("platform", "jobs", "is_here"),
    [pytest.param("linux", 2, False, marks=on_linux), ("linux", 1, True), ("darwin", 2, True)],
)
def test_a_call_runs_in_another_process_where_forking_is_safe(monkeypatch, platform, jobs, is_here):
    monkeypatch.setattr(sys, "platform", platform)
    result = set(in_parallel(lambda _: os.getpid(), range(4), jobs))
    assert result == {os.getpid()} if is_here else os.getpid() not in result


#: Arrays whose library converts in a thread of its own: a forked process would wait forever.
THREADED = text_of("texts/parallel/threaded.py")


@pytest.mark.timeout(300)
def test_a_provider_with_threads_is_graded_in_turn(tmp_path):
    folder = tmp_path / "threaded"
    write_plugin("threaded", folder, "backend")
    arrays, module = folder / "threaded/arrays.py", folder / "threaded/__init__.py"
    arrays.write_text(arrays.read_text("utf-8") + THREADED, "utf-8")
    module.write_text(
        module.read_text("utf-8").replace("arrays:OwnArrays", "arrays:ThreadedArrays"), "utf-8"
    )
    command = "from autograder.cli import main; main()"
    words = ["gradient_clipping", "one_hot", "--provider", "threaded", "--plugin", str(folder)]
    done = completed_python("-c", command, *words, "--jobs", "2", cwd=ROOT, timeout=200)
    assert (done.returncode, done.stderr) == (0, "")
    assert "All passed." in done.stdout


def fail_at_once(argument):
    if argument == "bad":
        raise LookupError("not here")
    time.sleep(30)


@on_linux
@pytest.mark.timeout(10)
def test_an_error_ends_the_other_processes():
    with pytest.raises(LookupError, match="not here"):
        list(in_parallel(fail_at_once, ["bad", "slow"], jobs=2))
    assert multiprocessing.active_children() == []


@on_linux
@pytest.mark.timeout(10)
def test_so_does_an_interrupt_where_the_results_are_used():
    results = in_parallel(lambda i: time.sleep(30 * i) or i, range(2), jobs=2)
    assert next(results) == 0
    with pytest.raises(KeyboardInterrupt):
        results.throw(KeyboardInterrupt)
    assert multiprocessing.active_children() == []


@on_linux
@pytest.mark.timeout(10)
def test_an_ended_process_cleans_up_first_and_starts_nothing_else(tmp_path):
    def work(name):
        file = tmp_path / name
        try:
            file.touch()
            time.sleep(0.3 if name == "quick" else 30)
        finally:
            file.unlink(missing_ok=True)
        return name

    results = in_parallel(work, ["quick", "slow", "slower", "slowest"], jobs=2, as_they_end=True)
    assert next(results) == "quick"
    results.close()
    assert multiprocessing.active_children() == []
    assert list(tmp_path.iterdir()) == []


def heed_nothing(argument):
    if argument == "bad":
        time.sleep(0.3)
        raise LookupError("not here")
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
    time.sleep(30)


@on_linux
@pytest.mark.timeout(10)
def test_a_process_that_does_not_heed_its_end_is_killed(monkeypatch):
    monkeypatch.setattr(forks, "GRACE", 0.5)
    with pytest.raises(LookupError, match="not here"):
        list(in_parallel(heed_nothing, ["bad", "deaf"], jobs=2))
    assert multiprocessing.active_children() == []


@on_linux
def test_a_process_for_each_processor_but_none_without_work(monkeypatch):
    monkeypatch.setattr(forks.os, "cpu_count", lambda: 4)
    assert [processes(*pair) for pair in ((0, 9), (0, 3), (2, 9), (3, 0))] == [4, 3, 2, 0]


EARLY = text_of("texts/parallel/early.py")


@on_linux
@pytest.mark.parametrize(("number", "printed"), [("SIGTERM", "ended"), ("SIGINT", "[1, 2, 3]")])
def test_a_process_that_is_ended_or_interrupted_before_it_begins(number, printed):
    """Ctrl-C goes to all processes of a terminal: the first one ends the others."""
    command = [sys.executable, "-c", EARLY, number]
    done = completed(*command, timeout=60)
    assert (done.stdout, done.stderr) == (f"{printed}\n", "")


@on_linux
def test_a_second_end_does_not_interrupt_what_cleans_up_after_the_first():
    command = [sys.executable, "-c", text_of("texts/parallel/ended_twice.py")]
    pipe = subprocess.PIPE
    with subprocess.Popen(command, stdout=pipe, stderr=pipe, text=True) as process:
        for line in ("begun\n", "cleaning up\n"):
            assert process.stdout.readline() == line
            process.send_signal(signal.SIGTERM)
        output, errors = process.communicate(timeout=15)
    assert (process.returncode, output, errors) == (1, "cleaned up\n", "")
