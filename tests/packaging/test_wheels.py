"""The two distributions: what they hold, and how gradus works without the second one."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tomllib
import zipfile
from email import message_from_bytes
from email.message import Message
from pathlib import Path

import pytest
from programs import completed_python
from repository import ROOT

import framework

pytest.importorskip("hatchling", reason="building needs the extra `dev`")

#: What `gradus new` writes: an exercise of its own, with everything.
#: The module that `%load_ext gradus` imports: the wheel has it at the top.
EXTENSION = "autograder/notebook/extension/gradus.py"
TEMPLATES = "plugins/authoring/new/templates/"
#: The plain programs of `gradus bench`, which only a clone has.
BENCH = "plugins/bench/"
#: What only instructors may have.
SECRET = ("solutions/", "_hidden.py", "mistakes.toml", "equivalents.toml")


@pytest.fixture(scope="module")
def wheels(tmp_path_factory) -> tuple[Path, Path]:
    """The wheels of gradus and of the solutions."""
    return tuple(_build(folder, tmp_path_factory) for folder in (ROOT, ROOT / "solutions"))


def _build(folder: Path, tmp_path_factory, kind: str = "wheel") -> Path:
    out = tmp_path_factory.mktemp(kind)
    command = [sys.executable, "-m", "hatchling", "build", "-t", kind, "-d", str(out)]
    subprocess.run(command, cwd=folder, check=True, capture_output=True)
    (wheel,) = out.iterdir()
    return wheel


def names(wheel: Path) -> list[str]:
    return zipfile.ZipFile(wheel).namelist()


def metadata(wheel: Path) -> Message:
    (name,) = [name for name in names(wheel) if name.endswith(".dist-info/METADATA")]
    return message_from_bytes(zipfile.ZipFile(wheel).read(name))


def tracked(pattern: str) -> set[str]:
    """The files of the repository that match `pattern`, as they would be in a wheel."""
    return {path.relative_to(ROOT).as_posix() for path in ROOT.glob(pattern)}


def test_gradus_holds_the_public_course_and_nothing_that_gives_answers_away(wheels):
    result = set(names(wheels[0]))
    course = (name for name in result if not name.startswith(TEMPLATES))
    assert [name for name in course if any(secret in name for secret in SECRET)] == []
    for pattern in ("*.py", "README.md", "exercise.toml", "questions.md"):
        expected = tracked(f"exercises/*/*/{pattern}")
        assert expected and expected <= result
    for package in ("framework", "plugins", "autograder"):
        assert tracked(f"{package}/**/*.py") - {EXTENSION} - tracked(f"{BENCH}*") <= result
    assert tracked(f"{BENCH}*.py") and not any(name.startswith(BENCH) for name in result)
    data = {"exercises/course.toml", "plugins/authoring/kits/templates/students.md"} | tracked(
        "plugins/authoring/new/templates/**/*.txt"
    )
    assert data <= result
    tops = {name.partition("/")[0] for name in result if ".dist-info" not in name}
    assert tops == {"framework", "plugins", "autograder", "exercises", "gradus.py"}


def test_the_second_distribution_holds_the_solutions_alone(wheels):
    results = {name for name in names(wheels[1]) if ".dist-info" not in name}
    expected = [tracked(f"solutions/*/*/*.{suffix}") for suffix in ("py", "toml", "md")]
    assert all(expected) and results == set().union(*expected)
    for secret in SECRET:
        assert any(secret in name for name in results)


def test_names_versions_and_dependencies_fit(wheels):
    gradus, solutions = map(metadata, wheels)
    assert (gradus["Name"], gradus["Version"]) == (framework.DISTRIBUTION, framework.__version__)
    assert solutions["Name"] == f"{framework.DISTRIBUTION}-solutions"
    assert solutions["Version"] == framework.__version__
    needed = f"{framework.DISTRIBUTION}=={framework.__version__}"
    assert solutions.get_all("Requires-Dist") == [needed]
    dev = [line for line in gradus.get_all("Requires-Dist") if "extra == 'dev'" in line]
    assert not [line for line in dev if line.startswith("gradus[")]


def test_a_source_distribution_gives_no_answers_away():
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))
    excluded = project["tool"]["hatch"]["build"]["targets"]["sdist"]["exclude"]
    assert {"/solutions", "/tests"} <= set(excluded)


@pytest.mark.slow
def test_a_wheel_made_from_the_source_distribution_is_the_same(wheels, tmp_path_factory):
    """What is installed from it is what all tests of the installation here have seen."""
    source = _build(ROOT, tmp_path_factory, "sdist")
    folder = tmp_path_factory.mktemp("unpacked")
    shutil.unpack_archive(source, folder, filter="data")
    (unpacked,) = folder.iterdir()
    given = [path.relative_to(unpacked).as_posix() for path in unpacked.rglob("*")]
    secret = [name for name in given if any(word in name for word in SECRET)]
    assert [name for name in secret if not name.startswith(TEMPLATES)] == []
    assert contents(_build(unpacked, tmp_path_factory)) == contents(wheels[0])


def contents(wheel: Path) -> dict[str, int]:
    """Return the checksum of every file in a wheel, but for its own list of them."""
    entries = zipfile.ZipFile(wheel).infolist()
    return {
        entry.filename: entry.CRC for entry in entries if not entry.filename.endswith("/RECORD")
    }


@pytest.fixture(scope="module")
def installed(wheels, tmp_path_factory):
    """A folder with gradus as `pip install gradus-nlp` leaves it."""
    folder = tmp_path_factory.mktemp("installed")
    _install(wheels[0], folder)
    return folder


def _install(wheel: Path, folder: Path) -> None:
    options = ["--no-deps", "--no-index", "--no-compile", "--quiet", "--upgrade"]
    command = [sys.executable, "-m", "pip", "install", *options, "--target", str(folder)]
    subprocess.run([*command, str(wheel)], check=True, capture_output=True)


@pytest.fixture
def run(installed, tmp_path):
    """`run("gradus", "list")`: exit code, output and errors of a command of the installation."""

    def run(program, *arguments, site=installed, folder=tmp_path):
        module = {"gradus": "framework.cli", "grade": "autograder.cli"}[program]
        code = f"from {module} import main; main()"
        environment = {**os.environ, "PYTHONPATH": str(site), "COLUMNS": "100"}
        done = completed_python("-c", code, *arguments, cwd=folder, env=environment)
        return done.returncode, done.stdout, done.stderr

    return run


def test_students_can_read_the_installed_course(run, installed):
    code, output, _ = run("gradus", "list", "gated_rnns", "--course", "cs224n")
    assert (code, "Long short-term memory" in output) == (0, True)
    code, output, _ = run("gradus", "show", "lstm")
    assert code == 0
    assert "grade lstm" in output


def test_the_installed_course_is_not_shown_as_if_progress_were_lost(run):
    _, output, error = run("gradus", "list", "--course", "cs224n")
    assert (error, "not started" in output, "passed" in output) == ("", False, False)
    assert "`gradus list` shows your progress in your own folder" in output


def test_outside_of_a_course_list_says_what_grade_says(run, tmp_path):
    listed, graded = run("gradus", "list"), run("grade")
    assert (listed[0], listed[1]) == (graded[0], graded[1]) == (2, "")
    assert listed[2].removeprefix("gradus: ") == graded[2].removeprefix("grade: ")
    assert f"no course at {tmp_path}" in listed[2] and "`--course cs224n`" in listed[2]


def test_an_installed_stub_is_not_started_until_something_is_written(run, installed, tmp_path):
    site = tmp_path / "site"
    shutil.copytree(installed, site)
    _, before, _ = run("gradus", "list", site=site, folder=site)
    assert "unfinished" not in before
    assert before.count("not started") == len(tracked("exercises/*/*/exercise.toml"))
    stub = site / "exercises/gated_rnns/lstm/lstm.py"
    first = stub.read_text("utf-8").replace("raise NotImplementedError", "return None", 1)
    stub.write_text(first, "utf-8")
    assert "unfinished" in run("gradus", "list", "lstm", site=site, folder=site)[1]


@pytest.mark.parametrize(
    "command",
    [
        "grade activations --submission {submission} --course {installed}",
        "grade activations --provider torch --course {installed}",
        "gradus audit activations --mistakes",
        "gradus calibrate rnn_lm --seeds 20",
        "gradus train rnn_lm --epochs 1",
    ],
)
def test_what_needs_a_missing_reference_says_what_is_missing_and_how_to_get_it(
    run, command, submission, installed
):
    command = command.format(submission=submission, installed=installed)
    code, output, error = run(*command.split())
    assert code == 2, output + error
    assert "is missing, the solution of '" in error
    version = framework.__version__
    assert f"`pip install 'gradus-nlp-solutions=={version}'` installs the solutions" in error
    assert "Traceback" not in output + error


def test_stubs_are_checked_and_restored_without_solutions(run, installed, tmp_path):
    """The wheel carries the stubs as they were handed out."""
    site = tmp_path / "site"
    shutil.copytree(installed, site)
    stub = site / "exercises/neural_networks/activations/activations.py"
    first = stub.read_text("utf-8")
    stub.write_text(first.replace("raise NotImplementedError", "return z", 1), "utf-8")
    code, output, error = run("gradus", "stubs", "--check", site=site)
    assert code == 1 and "activations.py" in output + error
    assert run("gradus", "reset", "activations", site=site, folder=site)[0] == 0
    assert stub.read_text("utf-8") == first
    assert run("gradus", "stubs", "--check", site=site)[0] == 0


@pytest.fixture
def submission(tmp_path) -> Path:
    """A right answer to one exercise."""
    source = ROOT / "solutions/neural_networks/activations/activations.py"
    return Path(shutil.copy(source, tmp_path))


def test_with_the_second_distribution_submissions_are_graded(
    run, installed, wheels, submission, tmp_path
):
    site = tmp_path / "site"
    shutil.copytree(installed, site)
    _install(wheels[1], site)
    code, _, error = run("grade", str(submission), site=site)  # this folder holds no course
    assert (code, "is chosen by `--course cs224n`" in error) == (2, True)
    course = ("--course", str(site), "--sandbox", "process")
    code, output, error = run("grade", str(submission), *course, site=site)
    assert (code, error) == (0, "")
    assert "All passed." in output
