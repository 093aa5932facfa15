"""A course that `gradus new` makes is complete, can be installed, and builds on another one.

By default its parts are tested in place. ``pytest -m slow`` installs it into a fresh environment.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import sysconfig
import zipfile
from functools import partial
from pathlib import Path

import numpy as np
import pytest
from grading import graded_folder
from programs import completed
from repository import ROOT

from autograder.conversations.recording import content
from autograder.course.kit_folder import kit_of
from autograder.course.reading import Course, find_course
from autograder.submissions.submission import load_submission, student_implementations
from autograder.verdicts import Verdict
from framework.commands.setup import choose_backend, unfinished_parts
from framework.errors import BadInputError, ConflictError, UsageError
from framework.providers.loaded_plugins import Plugins
from plugins.authoring.kits.building import build_kit
from plugins.authoring.kits.gradescope_autograder import build_gradescope
from plugins.authoring.kits.proof import quotations, solution_lines
from plugins.authoring.new.exercise import write_exercise
from plugins.authoring.new.new_course import write_course
from plugins.authoring.stub_files import stub_files, write_stubs

#: The files of a course of other material.
FILES = ROOT / "tests" / "data" / "courses" / "radial"
EXERCISES = (
    "preparation/standardize",
    "networks/radial_basis",
    "networks/radial_classifier",
)


def made_course(folder: Path) -> Course:
    """Make the course in the new folder `folder`, with the base cs224n."""
    write_course(folder, "radial", base="cs224n")
    for index in EXERCISES:
        write_exercise(find_course(folder), index)
    shutil.copytree(FILES, folder, dirs_exist_ok=True)
    shutil.rmtree(folder / "tests" / "data" / "alternates" / "preparation")
    shutil.rmtree(folder / "tests" / "data" / "alternates" / "networks")
    write_stubs(find_course(folder), force=True)
    return find_course(folder)


@pytest.fixture(scope="module")
def radial(tmp_path_factory) -> Course:
    return made_course(tmp_path_factory.mktemp("made") / "radial")


def graded(course: Course, folder: Path, *names: str) -> tuple[float, int]:
    """Return earned points and exit code of the files in `folder`."""
    report = graded_folder(course, folder, names)
    return report.earned, report.exit_code


def test_solutions_get_all_points_and_stubs_none(radial, tmp_path):
    """A student of the course does not write the exercises of its base."""
    assert graded(radial, radial.root / "solutions") == (26, 0)
    assert graded(radial, radial.root / "exercises") == (0, 1)
    assert [stub.path for stub in stub_files(radial) if stub.drifted] == []
    for name in ("radial_basis", "radial_classifier"):
        shutil.copy(radial.exercise(name).solution, tmp_path)
    assert graded(radial, tmp_path, "radial_classifier") == (6, 0)


def test_names_that_the_course_and_its_base_share_or_do_not_have_are_refused(radial, tmp_path):
    root = shutil.copytree(radial.root, tmp_path / "radial")
    toml = find_course(root).exercise("radial_classifier").toml
    before = toml.read_text("utf-8")
    for wrong, told in (
        ("cs224n/activation", "cs224n does not list"),
        ("cs231n/activations", "'cs231n' is no base of the course: cs224n"),
    ):
        toml.write_text(before.replace("cs224n/activations", wrong), "utf-8")
        with pytest.raises(BadInputError, match=told):
            find_course(root).exercise("radial_classifier")
    toml.write_text(before, "utf-8")
    basis = find_course(root).exercise("radial_basis").toml
    basis.write_text(basis.read_text("utf-8").replace('"RadialBasis"', '"Tanh"'), "utf-8")
    with pytest.raises(ConflictError, match="both define 'tanh': rename that of the course"):
        build_kit(find_course(root), tmp_path / "kit", [], 1, print)


@pytest.fixture(scope="module")
def kit(radial, tmp_path_factory) -> Course:
    """A kit of the classifier, with what it requires of its own course and of the base."""
    location = tmp_path_factory.mktemp("kits") / "kit"
    built = build_kit(radial, location, ["radial_classifier"], 1, lambda line: None)
    assert built.added == ("activations", "radial_basis")
    return find_course(location)


def test_exercises_of_the_base_are_exercises_of_the_kit(kit):
    assert kit.exercise_names == ("activations", "radial_basis", "radial_classifier")
    assert kit.exercise("radial_classifier").requires == ("radial_basis", "activations")
    assert kit.bases == ()
    for name in kit.exercise_names:
        exercise = kit.exercise(name)
        assert exercise.tests.is_file() and exercise.readme.is_file()
        assert kit_of(kit.root).recording(name).is_file()


def test_a_kit_holds_no_line_of_a_solution_of_the_course_or_its_base(kit, radial):
    (base,) = radial.bases
    solved = [*radial.select(), *base.select(["activations"])]
    lines = solution_lines(solved, map(kit.exercise, kit.exercise_names))
    assert len(lines) > 20
    files = [file for file in kit.root.rglob("*") if file.is_file()]
    data = b"\n".join(file.read_bytes() for file in files if file.suffix != ".recording")
    data += b"".join(content(file) for file in files if file.suffix == ".recording")
    assert [line for line in lines if line.encode() in data] == []
    assert not any("solutions" in file.parts for file in files)


@pytest.mark.parametrize("name", ["activations", "optimizers"])
def test_a_solution_of_the_base_that_lies_about_is_refused(kit, radial, tmp_path, name):
    """Also one that no exercise of the kit requires."""
    root = shutil.copytree(kit.root, tmp_path / "kit")
    assert quotations(root, radial, radial.select(["radial_classifier"])) == []
    shutil.copyfile(radial.bases[0].exercise(name).solution, root / "exercises" / "notes.txt")
    with pytest.raises(BadInputError, match=r"lines of solutions.*exercises/notes\.txt"):
        quotations(root, radial, radial.select(["radial_classifier"]))


@pytest.fixture
def work(kit, radial, tmp_path):
    """The kit of a student who wrote everything but the exercise of the base."""
    root = shutil.copytree(kit.root, tmp_path / "kit")
    mine = find_course(root)
    for name in ("radial_basis", "radial_classifier"):
        shutil.copyfile(radial.exercise(name).solution, mine.exercise(name).stub)
    return mine


def test_a_part_of_the_base_is_the_students_own_in_a_kit(work, radial):
    waits = graded_folder(work, work.root / "exercises", ["radial_classifier"]).checks
    assert {(check.verdict, check.message) for check in waits} == {
        (Verdict.BLOCKED, "uses your activations, which is not written yet")
    }
    written = work.exercise("activations").stub
    shutil.copyfile(radial.bases[0].exercise("activations").solution, written)
    assert graded(work, work.root / "exercises", "radial_classifier") == (4, 0)
    assert graded(work, work.root / "exercises", "activations") == (18, 0)


def test_a_scoped_name_means_the_part_of_the_kit(work, radial):
    """A kit has a part of the base under the name that the full course gives it."""
    shutil.copyfile(
        radial.bases[0].exercise("activations").solution, work.exercise("activations").stub
    )
    with load_submission(work.root / "exercises", work) as submission:
        names = [entry.name for entry in student_implementations(submission, work)]
    assert {"tanh", "cs224n/tanh", "radial_basis"} <= set(names)
    assert "cs224n/radial_basis" not in names
    file = work.exercise("radial_classifier").stub
    source = file.read_text("utf-8")
    for name, points in (("cs224n/tanh", 4), ("radial/tanh", 0)):
        file.write_text(source.replace('part("tanh")', f'part("{name}")'), "utf-8")
        assert graded(work, work.root / "exercises", "radial_classifier")[0] == points


def test_training_in_a_kit_names_the_exercise_of_the_base(work, monkeypatch):
    monkeypatch.chdir(work.root)
    folder = work.root / "exercises"
    backend = choose_backend(Plugins(course=work), "numpy", "student", submission=folder)
    rng = np.random.default_rng(0)
    with (
        pytest.raises(UsageError, match=r"'tanh' is not written.*activations: .*tanh"),
        unfinished_parts(backend),
    ):
        backend.build("radial_classifier", 2, 3, 2, kind="model", rng=rng)


def test_an_autograder_holds_the_solutions_of_the_base(radial, tmp_path):
    """There, the base's part stands beside the submission, as in the course itself."""
    build_gradescope(tmp_path / "lab.zip", radial, [radial.exercise("radial_classifier")])
    with zipfile.ZipFile(tmp_path / "lab.zip") as archive:
        archive.extractall(tmp_path)
    copied = find_course(tmp_path / "course")
    assert [base.exercise_names for base in copied.bases] == [("activations",)]
    work = tmp_path / "work"
    work.mkdir()
    for name in ("radial_basis", "radial_classifier"):
        shutil.copy(radial.exercise(name).solution, work)
    assert graded(copied, work, "radial_classifier") == (6, 0)


def call(environment: Path, folder: Path, program: str, *arguments: str) -> str:
    """Run a program of the fresh environment in `folder`; return what it printed."""
    command = [str(environment / "bin" / program), *arguments]
    clean = {k: v for k, v in os.environ.items() if k not in ("PYTHONPATH", "VIRTUAL_ENV", "CI")}
    clean["PATH"] = f"{environment / 'bin'}{os.pathsep}{clean['PATH']}"
    done = completed(*command, cwd=folder, env=clean)
    assert done.returncode == 0, f"{command}\n{done.stdout}{done.stderr}"
    return done.stdout


@pytest.fixture(scope="module")
def environment(tmp_path_factory) -> Path:
    """A new environment with gradus and its solutions as wheels; dependencies are those here."""
    location = tmp_path_factory.mktemp("fresh") / "environment"
    subprocess.run([sys.executable, "-m", "venv", "--without-pip", str(location)], check=True)
    (site,) = location.glob("lib/python*/site-packages")
    (site / "dependencies.pth").write_text(sysconfig.get_path("purelib") + "\n", "utf-8")
    for folder in (ROOT, ROOT / "solutions"):
        install(location, folder)
    return location


def install(environment: Path, folder: Path) -> None:
    out = environment / "wheels" / folder.name
    build = [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(out)]
    subprocess.run(build, cwd=folder, check=True, capture_output=True)
    (wheel,) = out.glob("*.whl")
    pip = [sys.executable, "-m", "pip", "--python", str(environment / "bin" / "python")]
    options = ["install", "--quiet", "--no-deps", "--no-index", "--force-reinstall", str(wheel)]
    subprocess.run([*pip, *options], check=True, capture_output=True)


@pytest.mark.slow
@pytest.mark.timeout(900)
def test_installed_into_a_fresh_environment_every_command_works(environment, tmp_path):
    work = tmp_path / "work"
    work.mkdir()
    run = partial(call, environment, work)
    made = made_course(tmp_path / "radial").root
    install(environment, made)
    assert "radial" in run("gradus", "plugins", "radial")
    assert "radial_classifier" in run("gradus", "--course", "radial", "list")
    (site,) = environment.glob("lib/python*/site-packages")
    solutions = str(site / "radial" / "solutions")
    assert "26/26" in run("grade", "--course", "radial", "--submission", solutions)
    assert "all were caught" in run("gradus", "audit", "--course", "radial")
    few = ["radial_classifier", "--seeds", "20"]
    assert "accuracy" in run("gradus", "calibrate", *few, "--course", "radial")
    run("gradus", "check", "--course", "radial")
    assert "all stubs" in run("gradus", "stubs", "--course", "radial").lower()
    assert "18 of 18" in run("gradus", "kit", "build", "kit", "--course", "radial")
    options = ["--epochs", "1", "--out", "model.safetensors"]
    assert run("gradus", "--course", "cs224n", "train", "rnn_lm", *options)
    call(environment, made, "python", "-m", "pytest", "-q")


@pytest.mark.slow
@pytest.mark.timeout(900)
def test_a_course_and_its_base_are_found_and_graded_from_their_wheels(environment, tmp_path):
    """The folders that the wheels were made from are gone."""
    run = partial(call, environment, tmp_path)
    run("gradus", "new", "course", "ground")
    install(environment, tmp_path / "ground")
    run("gradus", "new", "course", "upper", "--base", "ground")
    call(environment, tmp_path / "upper", "gradus", "new", "exercise", "networks/doubled")
    doubled = Path("networks", "doubled")
    toml = tmp_path / "upper" / "exercises" / doubled / "exercise.toml"
    needs = toml.read_text("utf-8").replace("requires = []", 'requires = ["ground/linear"]')
    toml.write_text(needs, "utf-8")
    file = tmp_path / "upper" / "solutions" / doubled / "doubled.py"
    uses = "\n\nfrom framework.models.parts import part\n\nBASE = part('ground/linear')\n"
    file.write_text(file.read_text("utf-8") + uses, "utf-8")
    install(environment, tmp_path / "upper")
    for folder in ("ground", "upper"):
        shutil.rmtree(tmp_path / folder)
    listed = run("gradus", "--course", "upper", "list")
    assert "doubled" in listed and "linear" in listed
    (site,) = environment.glob("lib/python*/site-packages")
    solutions = str(site / "upper" / "solutions")
    told = run("grade", "doubled", "--course", "upper", "--submission", solutions)
    assert "10/10 points" in told
