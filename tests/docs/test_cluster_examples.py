"""The example files for clusters call commands that exist, with a shard for each index."""

from __future__ import annotations

import os
import re
import shlex
import subprocess

import pytest
from gradus_command import gradus
from repository import ROOT

EXAMPLES = ROOT / "docs" / "examples" / "clusters"


def options_of_grade():
    words = gradus("class", "grade", "--help").split()
    return {word.rstrip(",.") for word in words if word.startswith("--")}


@pytest.mark.skipif(os.name != "posix", reason="needs a shell")
def test_a_slurm_array_grades_one_shard_in_each_task(tmp_path):
    stand_in = tmp_path / "gradus"
    stand_in.write_text('#!/bin/sh\necho "$@"\n')
    stand_in.chmod(0o755)
    slurm = {"SLURM_ARRAY_TASK_ID": "3", "SLURM_ARRAY_TASK_COUNT": "40", "SLURM_CPUS_PER_TASK": "4"}
    path = {"PATH": f"{tmp_path}:{os.environ['PATH']}", "COLLECTION": "/shared/a class"}
    found = subprocess.run(
        ["bash", EXAMPLES / "slurm.sh"],
        env={**path, **slurm},
        capture_output=True,
        text=True,
        check=True,
    )
    assert found.stdout == "class grade /shared/a class --jobs 4 --shard 3/40\n"
    assert {"--jobs", "--shard"} <= options_of_grade()
    assert "--array=0-39" in (EXAMPLES / "slurm.sh").read_text("utf-8")


def test_a_kubernetes_job_grades_one_shard_in_each_pod():
    yaml = pytest.importorskip("yaml")
    job = yaml.safe_load((EXAMPLES / "kubernetes.yaml").read_text("utf-8"))
    assert (job["kind"], job["spec"]["completionMode"]) == ("Job", "Indexed")
    pod = job["spec"]["template"]["spec"]
    assert pod["restartPolicy"] == "Never" and not pod["automountServiceAccountToken"]
    (container,) = pod["containers"]
    assert "ports" not in container
    words = shlex.split(container["args"][0])
    assert words[:4] == ["exec", "gradus", "class", "grade"]
    assert {word for word in words if word.startswith("--")} <= options_of_grade()
    assert words[-1] == f"$JOB_COMPLETION_INDEX/{job['spec']['completions']}"


@pytest.mark.skipif(os.name != "posix", reason="needs a shell")
@pytest.mark.parametrize("words", [("scheduler",), ("worker", "tls://host:8786")])
def test_a_scheduler_and_its_workers_speak_tls_alone(tmp_path, words):
    stand_in = tmp_path / "dask"
    stand_in.write_text('#!/bin/sh\necho "$@"\nenv | grep DASK\n')
    stand_in.chmod(0o755)
    path = {"PATH": f"{tmp_path}:{os.environ['PATH']}", "CERTIFICATES": "/secret"}
    found = subprocess.run(
        ["bash", EXAMPLES / "dask.sh", *words], env=path, capture_output=True, text=True, check=True
    ).stdout
    assert found.startswith(" ".join(words))
    for word in ("--tls-ca-file /secret/ca.pem", "--tls-cert /secret/cert.pem", "--no-dashboard",
                 "--tls-key /secret/key.pem", "--dashboard-address 127.0.0.1:0",
                 "DASK_DISTRIBUTED__COMM__REQUIRE_ENCRYPTION=true"):  # fmt: skip
        assert word in found


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


@pytest.mark.slow
def test_the_commands_of_the_page_grade_a_class(lab1):
    pytest.importorskip("distributed", reason="needs the extra `cluster`")
    page = (ROOT / "docs" / "clusters.md").read_text("utf-8")
    plan, shard, merge, dask = re.findall(r"^    gradus (.*)$", page, re.MULTILINE)
    assert "2 results to be made" in gradus(*shlex.split(plan))
    assert "shard 0 of 1 · 2 results" in gradus(*shlex.split(shard.replace("0/40", "0/1")))
    assert "merged 2 results, 0 missing" in gradus(*shlex.split(merge))
    words = dask.partition("--cluster")[0].split()
    output = gradus(*words, "--cluster", "local", "--jobs", 2, "--regrade", "all")
    assert "one_hot: 1 passed, 1 failed" in output
    assert "moved between run 1 and run 2: 0 results" in gradus(
        "class", "diff", 1, 2, "--in", "lab1"
    )
