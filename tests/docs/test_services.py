"""The files of the page about services are run as the services run them."""

import json
import os
import shutil
import tarfile
import zipfile
from xml.etree import ElementTree

import pytest
import yaml
from programs import completed, with_scripts
from repository import ROOT

from autograder.course.kit_folder import kit_of
from autograder.course.reading import find_course
from autograder.sandbox.runners import choose
from autograder.sandbox.runners.fork import ForkSandbox
from framework.errors import GradusError
from plugins.authoring.kits.building import build_kit

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
    environment = with_scripts(**variables)
    environment.pop("CI", None)
    return completed("bash", "-c", command, cwd=folder, env=environment)


@pytest.fixture(scope="module")
def kit(tmp_path_factory):
    """The kit of the page, which the jobs of students' repositories grade with."""
    location = tmp_path_factory.mktemp("kits") / "kit"
    build_kit(find_course(ROOT), location, ["one_hot"], 1, lambda line: None)
    return location


def test_the_workflow_of_github(kit, tmp_path):
    (tmp_path / "kit").symlink_to(kit)
    work = tmp_path / "work"
    work.mkdir()
    (work / "one_hot.py").write_text(WRONG, "utf-8")
    (job,) = yaml.safe_load((FILES / "github-workflow.yml").read_text("utf-8"))["jobs"].values()
    steps = {item["name"]: item["run"] for item in job["steps"] if "name" in item}
    command = steps["Grade"].replace("--sandbox bubblewrap", f"--sandbox {sandbox()}")
    places = {"GITHUB_STEP_SUMMARY": str(tmp_path / "sum.md"), "RUNNER_TEMP": str(tmp_path)}
    graded = shell(command, work, **places, **job["env"])
    assert graded.returncode == 1, graded.stderr
    annotated = shell(steps["Annotate"], work).stdout
    assert "::error file=one_hot.py" in annotated
    assert (tmp_path / "sum.md").read_text("utf-8").startswith("## ")
    assert seed_of(work / "junit.xml") == kit_of(kit).seed
    assert all((work / name).stat().st_size for name in ("junit.xml", "report.html"))


@pytest.mark.slow
def test_the_job_of_gitlab(kit, tmp_path):
    (tmp_path / "one_hot.py").write_text(WRONG, "utf-8")
    job = yaml.safe_load((FILES / "gitlab-ci.yml").read_text("utf-8"))["grade"]
    command = " ".join(job["script"]).replace("/tmp/kit", str(kit))
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
    result = json.loads((tmp_path / "results/results.json").read_text("utf-8"))
    assert result["gradable"] and result["score"] == 1
    (tmp_path / "results/results.json").unlink()
    shell(f"bash {file}", tmp_path, SANDBOX="none", **variables)
    assert json.loads((tmp_path / "results/results.json").read_text("utf-8"))["gradable"] is False


def seed_of(report):
    """The seed that the JUnit report names."""
    (result,) = ElementTree.parse(report).iterfind(".//property[@name='seed']")
    return int(result.attrib["value"])


def test_jobs_that_students_control_get_a_kit_and_the_others_a_secret_seed():
    """A job of a student's repository may read no solution, hidden check or secret."""
    for file in FILES.iterdir():
        text = file.read_text("utf-8")
        is_students = file.suffix == ".yml"
        assert text.count("grade --course") == 1
        assert ("--seed secret" in text, "KIT_REPOSITORY" in text) == (not is_students, is_students)
        assert not (is_students and ("COURSE" in text or "secrets." in text))


def test_the_fork_server_is_what_the_files_name():
    text = "".join(file.read_text("utf-8") for file in FILES.iterdir())
    assert f"--sandbox {ForkSandbox.name}" in text and "--sandbox bubblewrap" in text
