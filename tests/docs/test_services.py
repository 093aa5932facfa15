"""The files of the page about services are run as the services run them."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import tarfile
import zipfile
from pathlib import Path
from xml.etree import ElementTree

import pytest
import yaml
from repository import ROOT

from autograder.course.reading import find_course
from autograder.sandbox.runners import choose
from autograder.sandbox.runners.fork import ForkSandbox
from framework.errors import GradusError

FILES = ROOT / "docs/examples/services"
RIGHT = (ROOT / "solutions/word_vectors/one_hot/one_hot.py").read_text("utf-8")
WRONG = RIGHT.replace("return ", "return 0 * ", 1)

pytestmark = pytest.mark.skipif(os.name != "posix", reason="runs shell scripts")


def sandbox():
    """The first of the sandboxes of the files that works here."""
    for name in ("bubblewrap", "fork"):
        try:
            choose(name)
        except GradusError:
            continue
        return name
    pytest.skip("no sandbox of these works here")


def shell(command, folder, **variables):
    scripts = Path(sys.executable).parent
    environment = {**os.environ, "PATH": f"{scripts}:{os.environ['PATH']}", **variables}
    environment.pop("CI", None)
    return subprocess.run(
        ["bash", "-c", command], cwd=folder, env=environment, capture_output=True, text=True,
        check=False,
    )  # fmt: skip


def test_the_workflow_of_github(tmp_path):
    (tmp_path / "course").symlink_to(ROOT)
    work = tmp_path / "work"
    work.mkdir()
    (work / "one_hot.py").write_text(WRONG, "utf-8")
    (job,) = yaml.safe_load((FILES / "github-workflow.yml").read_text("utf-8"))["jobs"].values()
    steps = {one["name"]: one["run"] for one in job["steps"] if "name" in one}
    command = steps["Grade"].replace("--sandbox bubblewrap", f"--sandbox {sandbox()}")
    places = {"GITHUB_STEP_SUMMARY": str(tmp_path / "sum.md"), "RUNNER_TEMP": str(tmp_path)}
    graded = shell(command, work, **places, **job["env"])
    assert graded.returncode == 1, graded.stderr
    annotated = shell(steps["Annotate"], work).stdout
    assert "::error file=one_hot.py" in annotated
    assert (tmp_path / "sum.md").read_text("utf-8").startswith("## ")
    assert seed_of(work / "junit.xml") > 10**12
    assert all((work / name).stat().st_size for name in ("junit.xml", "report.html"))


@pytest.mark.slow
def test_the_job_of_gitlab(tmp_path):
    (tmp_path / "one_hot.py").write_text(WRONG, "utf-8")
    job = yaml.safe_load((FILES / "gitlab-ci.yml").read_text("utf-8"))["grade"]
    command = " ".join(job["script"]).replace("/tmp/course", str(ROOT))
    command = command.replace("--sandbox fork", f"--sandbox {sandbox()}")
    graded = shell(command, tmp_path, **job["variables"])
    assert graded.returncode == 1, graded.stderr
    reports = job["artifacts"]["reports"]
    (entry, *_) = json.loads((tmp_path / reports["codequality"]).read_text("utf-8"))
    assert entry["location"]["path"] == "one_hot.py"
    assert (tmp_path / reports["junit"]).is_file()


@pytest.mark.slow
def test_the_makefile_of_autolab(tmp_path):
    if shutil.which("make") is None:
        pytest.skip("make is not installed")
    with tarfile.open(tmp_path / "autograde.tar", "w") as archive:
        for name in ("exercises/course.toml", "exercises/word_vectors", "solutions/word_vectors"):
            archive.add(ROOT / name, f"course/{name}")
    table = (ROOT / "exercises/course.toml").read_text("utf-8")
    assert 'name = "word_vectors"' in table
    with zipfile.ZipFile(tmp_path / "handin.zip", "w") as archive:
        archive.writestr("one_hot.py", RIGHT)
    shutil.copy(FILES / "autograde-Makefile", tmp_path / "Makefile")
    graded = shell(f"make autograde SANDBOX={sandbox()}", tmp_path)
    assert graded.returncode == 0, graded.stderr
    points = find_course(ROOT / "exercises").exercise("one_hot").points
    assert json.loads(graded.stdout.splitlines()[-1])["scores"] == {"one_hot": points}
    faulty = shell("make autograde SANDBOX=none", tmp_path)
    assert faulty.returncode and '"scores"' not in faulty.stdout


@pytest.mark.slow
def test_the_entrypoint_of_prairielearn(tmp_path):
    (tmp_path / "student").mkdir()
    (tmp_path / "student/one_hot.py").write_text(RIGHT, "utf-8")
    variables = {"GRADE_ROOT": str(tmp_path), "COURSE": str(ROOT)}
    file = FILES / "prairielearn.sh"
    shell(f"bash {file}", tmp_path, SANDBOX=sandbox(), **variables)
    found = json.loads((tmp_path / "results/results.json").read_text("utf-8"))
    assert found["gradable"] and found["score"] == 1
    (tmp_path / "results/results.json").unlink()
    shell(f"bash {file}", tmp_path, SANDBOX="none", **variables)
    assert json.loads((tmp_path / "results/results.json").read_text("utf-8"))["gradable"] is False


def seed_of(report):
    """The seed that the JUnit report names."""
    (found,) = ElementTree.parse(report).iterfind(".//property[@name='seed']")
    return int(found.attrib["value"])


def test_every_file_grades_with_a_secret_seed():
    commands = [file.read_text("utf-8").count("grade --course") for file in FILES.iterdir()]
    secret = [file.read_text("utf-8").count("--seed secret") for file in FILES.iterdir()]
    assert commands == secret == [1] * 4


def test_the_fork_server_is_what_the_files_name():
    text = "".join(file.read_text("utf-8") for file in FILES.iterdir())
    assert f"--sandbox {ForkSandbox.name}" in text and "--sandbox bubblewrap" in text
