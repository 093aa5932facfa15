"""The built autograder, run in a folder laid out as Gradescope's container is."""

import json
import os
import shutil
import stat
import sys
import sysconfig
import zipfile
from dataclasses import replace
from importlib.metadata import version

import pytest
from gradus_command import gradus
from programs import completed
from repository import ROOT

from autograder.course.reading import find_course
from framework.errors import BadInputError, ConflictError, UnknownNameError
from plugins.authoring.kits.gradescope_autograder import requirements

RIGHT = (ROOT / "solutions/word_vectors/one_hot/one_hot.py").read_text("utf-8")
WRONG = RIGHT.replace("return ", "return 0 * ", 1)


@pytest.fixture(scope="module")
def package(tmp_path_factory):
    """The zip for one exercise."""
    file = tmp_path_factory.mktemp("built") / "lab1.zip"
    output = gradus("gradescope", "build", file, "one_hot", "--seed", 5, "--course", ROOT)
    assert "1 exercise" in output and "keep it from students" in output
    return file


@pytest.fixture
def container(package, tmp_path):
    """The folder `/autograder` after Gradescope has unpacked the zip, with Python installed."""
    root = tmp_path / "autograder"
    with zipfile.ZipFile(package) as archive:
        for member in archive.infolist():
            file = root / "source" / member.filename
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_bytes(archive.read(member))
            file.chmod(member.external_attr >> 16)
    for name in ("submission", "results", "environment/bin"):
        (root / name).mkdir(parents=True)
    shutil.copy(root / "source/run_autograder", root / "run_autograder")
    # The packages without gradus, which is in `source` alone: no .pth file is read.
    python = root / "environment/bin/python"
    packages = sysconfig.get_path("purelib")
    python.write_text(
        f'#!/bin/sh\nexport PYTHONPATH="$PYTHONPATH:{packages}"\nexec {sys.executable} -S "$@"\n'
    )
    python.chmod(0o755)
    (root / "submission_metadata.json").write_text('{"id": 1, "previous_submissions": []}')
    return root


def run(container, *arguments, name="run_autograder"):
    return completed(
        str(container / name),
        *arguments,
        cwd=container,
        env={"PATH": os.environ["PATH"], "HOME": "/nowhere", "NO_COLOR": "1"},
    )


def results(container):
    return json.loads((container / "results/results.json").read_text("utf-8"))


@pytest.mark.skipif(os.name != "posix", reason="runs a shell script")
def test_what_the_zip_holds_grades_and_hidden_results_wait_after_some_attempts(container):
    (container / "submission/one_hot.py").write_text(WRONG, "utf-8")
    checks = container / "source/course/exercises/word_vectors/one_hot/test_one_hot.py"
    text = checks.read_text("utf-8")
    checks.write_text(text + "\n\ndef test_it_is_that_of_the_zip(submission):\n    pass\n", "utf-8")
    script = container / "run_autograder"
    text = script.read_text().replace("visibility=visible", "visibility=after_due_date")
    script.write_text(text.replace("attempts=0", "attempts=2"))
    for before, expected in ((1, {"visible"}), (2, {"visible", "after_due_date"})):
        listed = json.dumps({"previous_submissions": [{"score": 0}] * before})
        (container / "submission_metadata.json").write_text(listed)
        done = run(container)
        assert done.returncode == 0, done.stdout + done.stderr
        result = results(container)
        hidden = [test for test in result["tests"] if test["extra_data"]["hidden"]]
        assert hidden and {test["visibility"] for test in result["tests"]} == expected
        is_shown = before == 1
        assert all((test["visibility"] == "visible") == is_shown for test in hidden)
        assert ("of public checks" in result["output"]) != is_shown
        assert 0 <= result["score"] < 15
        assert any("that_of_the_zip" in test["extra_data"]["id"] for test in result["tests"])
        assert result["extra_data"]["sandbox"] in ("bubblewrap", "fork")
        assert result["extra_data"]["uncontained"] == []
        assert not (container / "results/results.json.part").exists()
    (container / "submission_metadata.json").write_text("damaged")
    assert run(container).returncode == 1 and [*(container / "results").iterdir()] == []


@pytest.mark.slow
@pytest.mark.skipif(os.name != "posix", reason="runs a shell script")
def test_the_image_is_proved_and_what_cannot_be_graded_gets_no_score(container):
    proved = run(container, name="source/setup.sh")
    assert proved.returncode == 0, proved.stdout + proved.stderr
    assert "works, solutions get full marks" in proved.stdout
    (container / "results/results.json").write_text('{"score": 15}')
    solution = container / "source/course/solutions/word_vectors/one_hot/one_hot.py"
    solution.write_text("import nothing_of_that_name\n", "utf-8")
    (container / "submission/one_hot.py").write_text(RIGHT, "utf-8")
    done = run(container)
    assert done.returncode == 1
    assert "not graded, by a fault of the grader" in done.stdout
    assert [*(container / "results").iterdir()] == []
    assert run(container, "--prove").returncode == 1


def test_the_zip_holds_what_it_needs_and_its_owner_alone_can_read_it(package):
    assert stat.S_IMODE(package.stat().st_mode) == 0o600
    with zipfile.ZipFile(package) as archive:
        modes = {item.filename: item.external_attr >> 16 for item in archive.infolist()}
        script = archive.read("run_autograder").decode()
        needed = archive.read("requirements.txt").decode().splitlines()
    assert all(modes[name] & 0o111 for name in ("setup.sh", "run_autograder"))
    assert "secret=5\nexercises=(one_hot)\n" in script
    assert 'sandboxes="bubblewrap fork"\n' in script and "@" not in script.replace(
        "$@", ""
    ).replace("[@]", "")
    assert f"numpy=={version('numpy')}" in needed and not any("gradus" in item for item in needed)
    courses = [name for name in modes if name.startswith("course/solutions/")]
    assert {name.split("/")[3] for name in courses} == {"one_hot"}
    assert not any("__pycache__" in name for name in modes)


def test_options_and_what_exercises_require(tmp_path):
    wheels = tmp_path / "wheels"
    wheels.mkdir()
    (wheels / "numpy-1-py3-none-any.whl").write_bytes(b"")
    file = tmp_path / "lab.zip"
    output = gradus("gradescope", "build", file, "rnn_lm", "--wheels", wheels, "--allow-weaker",
                    "--hidden-attempts", 4, "--course", ROOT)  # fmt: skip
    assert "with what they require: " in output and "rnn" in output
    with zipfile.ZipFile(file) as archive:
        script = archive.read("run_autograder").decode()
        assert 'sandboxes="bubblewrap fork process"\n' in script
        assert "visibility=after_due_date\nattempts=4\n" in script
        assert "wheels/numpy-1-py3-none-any.whl" in archive.namelist()
        assert "course/solutions/language_models/rnn/rnn.py" in archive.namelist()


def test_packages_of_exercises_are_pinned():
    course = find_course(ROOT)
    exercises = [course.exercise("one_hot")]
    added = replace(exercises[0], packages=("jinja2",))
    assert f"Jinja2=={version('jinja2')}".lower() in [
        requirement.lower() for requirement in requirements(course, [added])
    ]
    with pytest.raises(BadInputError, match="the package nothing_here is not installed"):
        list(requirements(course, [replace(added, packages=("nothing_here",))]))


def test_errors_name_the_next_step(package, tmp_path):
    with pytest.raises(ConflictError, match="exists: name a new file"):
        gradus("gradescope", "build", package, "--course", ROOT)
    with pytest.raises(UnknownNameError, match="did you mean 'one_hot'"):
        gradus("gradescope", "build", tmp_path / "x.zip", "one_hat", "--course", ROOT)
    for words, message in (
        ((tmp_path / "x.tar", "one_hot"), "Gradescope takes a zip"),
        ((tmp_path / "x.zip", "one_hot", "--wheels", tmp_path), "holds no wheels"),
    ):
        with pytest.raises(BadInputError, match=message):
            gradus("gradescope", "build", *words, "--course", ROOT)
