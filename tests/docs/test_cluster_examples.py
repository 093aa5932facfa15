"""What the page about classes says of several machines works, as far as one machine can tell."""

import contextlib
import os
import re
import signal
import sys
import types

import pytest
from gradus_command import gradus
from programs import completed
from repository import ROOT

EXAMPLES = ROOT / "docs" / "examples" / "clusters"
PAGE = (ROOT / "docs" / "classes.md").read_text("utf-8")


def options_of_grade():
    words = gradus("class", "grade", "--help").split()
    return {word.rstrip(",.") for word in words if word.startswith("--")}


@pytest.mark.skipif(os.name != "posix", reason="needs a shell")
@pytest.mark.parametrize("words", [("scheduler",), ("worker", "tls://host:8786")])
def test_a_scheduler_and_its_workers_speak_tls_alone(tmp_path, words):
    stand_in = tmp_path / "dask"
    stand_in.write_text('#!/bin/sh\necho "$@"\nenv | grep DASK\n')
    stand_in.chmod(0o755)
    path = {"PATH": f"{tmp_path}:{os.environ['PATH']}", "CERTIFICATES": "/secret"}
    result = completed("bash", EXAMPLES / "dask.sh", *words, env=path, check=True).stdout
    assert result.startswith(" ".join(words))
    for word in ("--tls-ca-file /secret/ca.pem", "--tls-cert /secret/cert.pem", "--no-dashboard",
                 "--tls-key /secret/key.pem", "--dashboard-address 127.0.0.1:0",
                 "DASK_DISTRIBUTED__COMM__REQUIRE_ENCRYPTION=true"):  # fmt: skip
        assert word in result


@pytest.fixture
def lab1(tmp_path, monkeypatch):
    """The working folder of an instructor, with a collection of two students."""
    right = (ROOT / "solutions/word_vectors/one_hot/one_hot.py").read_text("utf-8")
    for name, text in {"ana": right, "bo": right.replace("return ", "return 0 * ", 1)}.items():
        file = tmp_path / "export" / name / "one_hot.py"
        file.parent.mkdir(parents=True)
        file.write_text(text, "utf-8")
    for name in ("exercises", "solutions"):
        (tmp_path / name).symlink_to(ROOT / name)
    monkeypatch.chdir(tmp_path)
    gradus("class", "collect", "export", "--as", "folders", "--into", "lab1")


def test_the_program_for_slurm_speaks_tls_alone(monkeypatch, capsys):
    """It runs with the real `Security` of Dask; Slurm and dask-jobqueue are replaced."""
    dask = pytest.importorskip("dask", reason="needs the extra `cluster`")
    given = {}

    class SLURMCluster(contextlib.nullcontext):
        def __init__(self, **options):
            given.update(options)
            super().__init__(self)
            self.scheduler_address = f"{options['protocol']}node:8786"

        def scale(self, jobs):
            given["jobs"] = jobs

    monkeypatch.setitem(
        sys.modules, "dask_jobqueue", types.SimpleNamespace(SLURMCluster=SLURMCluster)
    )
    monkeypatch.setattr(signal, "pause", lambda: None, raising=False)
    (program,) = re.findall(r"```python\n(.*?)```", PAGE, re.DOTALL)
    with dask.config.set({}):
        exec(compile(program, "classes.md", "exec"), {})
        assert dask.config.get("distributed.scheduler.allowed-failures") == 0
    assert capsys.readouterr().out == "tls://node:8786\n"
    for role in ("scheduler", "worker", "client"):
        assert given["security"].get_tls_config_for_role(role)["cert"] == "certificates/cert.pem"
    assert given["security"].require_encryption
    assert (given["jobs"], given["scheduler_options"]) == (10, {"dashboard_address": "127.0.0.1:0"})


@pytest.mark.slow
def test_the_command_of_the_page_grades_a_class_on_a_cluster(lab1):
    pytest.importorskip("distributed", reason="needs the extra `cluster`")
    (command,) = re.findall(r"^    gradus (.*--cluster.*)$", PAGE, re.MULTILINE)
    words = command.split()
    assert {word for word in words if word.startswith("--")} <= options_of_grade()
    gradus("class", "grade", "lab1")
    words = [*words[: words.index("--cluster")], "--cluster", "local"]
    output = gradus(*words, "--jobs", 2, "--regrade", "all")
    assert "one_hot: 1 passed, 1 failed" in output
    assert "moved between run 1 and run 2: 0 results" in gradus(
        "class", "diff", 1, 2, "--in", "lab1"
    )
