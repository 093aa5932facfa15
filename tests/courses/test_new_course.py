"""A course that `gradus new` makes is complete, can be installed, and builds on another one.

By default its parts are tested in place. ``pytest -m slow`` installs it into a fresh environment.
"""

from __future__ import annotations

import os
import subprocess
import sys
import sysconfig
from functools import partial
from pathlib import Path

import pytest
from new_course import made_course
from repository import ROOT

from autograder.course.kit_folder import seed_in
from autograder.course.reading import Course, find_course
from autograder.grading.request import GradeRequest, answer
from autograder.grading.setting import GradeOptions, GradingSetting
from autograder.sandbox.runners import choose
from autograder.submissions.submission import load_submission
from framework.providers.plugins import Plugins
from plugins.authoring.kits.building import build_kit
from plugins.authoring.stub_files import stub_files


@pytest.fixture(scope="module")
def radial(tmp_path_factory) -> Course:
    return made_course(tmp_path_factory.mktemp("made") / "radial")


class Silence:
    """Listens to a grading without a word."""

    def check_done(self, exercise, result):
        pass

    def exercise_done(self, result):
        pass


def graded(course: Course, folder: Path, *names: str):
    """Return earned points and exit code of the files in `folder`."""
    seed = seed_in(course.root, None)
    setting = GradingSetting(
        course, Plugins(course=course), choose("process"), GradeOptions(seed=seed)
    )
    with load_submission(folder, course) as submission:
        exercises = tuple(course.select(names))
        report = answer(GradeRequest(setting, submission, exercises, 1, Silence()))
    return report.earned, report.exit_code


def test_solutions_get_all_points_also_those_that_use_the_base(radial):
    assert graded(radial, radial.root / "solutions") == (26, 0)


def test_stubs_get_no_points_and_are_up_to_date(radial):
    assert graded(radial, radial.root / "exercises") == (0, 1)
    assert [stub.path for stub in stub_files(radial) if stub.drifted] == []


def test_a_part_of_the_base_stands_beside_the_submission(radial, tmp_path):
    """A student of the course does not write the exercises of its base."""
    for name in ("radial_basis", "radial_classifier"):
        source = radial.exercise(name).solution_source()
        (tmp_path / f"{name}.py").write_text(source, "utf-8")
    assert graded(radial, tmp_path, "radial_classifier") == (6, 0)


def test_a_kit_holds_what_it_needs_of_the_base(radial, tmp_path):
    build_kit(radial, tmp_path / "kit", ["radial_classifier"], 1, lambda line: None)
    kit = find_course(tmp_path / "kit")
    given = [base.exercise_names for base in kit.bases]
    assert given == [("activations",)]
    assert not (kit.root / "solutions").exists()
    assert graded(kit, radial.root / "solutions", "radial_classifier") == (4, 0)


def test_a_requirement_of_another_course_is_checked(radial, tmp_path):
    toml = radial.exercise("radial_classifier").toml
    before = toml.read_text("utf-8")
    try:
        for wrong, told in (
            ("cs224n/activation", "cs224n does not list"),
            ("cs231n/activations", "'cs231n' is no base of the course: cs224n"),
        ):
            toml.write_text(before.replace("cs224n/activations", wrong), "utf-8")
            with pytest.raises(Exception, match=told):
                find_course(radial.root).exercise("radial_classifier")
    finally:
        toml.write_text(before, "utf-8")


def call(environment: Path, folder: Path, program: str, *arguments: str) -> str:
    """Run a program of the fresh environment in `folder`; return what it printed."""
    command = [str(environment / "bin" / program), *arguments]
    clean = {k: v for k, v in os.environ.items() if k not in ("PYTHONPATH", "VIRTUAL_ENV", "CI")}
    clean["PATH"] = f"{environment / 'bin'}{os.pathsep}{clean['PATH']}"
    done = subprocess.run(
        command, cwd=folder, env=clean, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, f"{command}\n{done.stdout}{done.stderr}"
    return done.stdout


@pytest.fixture(scope="module")
def environment(tmp_path_factory) -> Path:
    """A new environment with gradus and its solutions as wheels; dependencies are those here."""
    place = tmp_path_factory.mktemp("fresh") / "environment"
    subprocess.run([sys.executable, "-m", "venv", "--without-pip", str(place)], check=True)
    (site,) = place.glob("lib/python*/site-packages")
    (site / "dependencies.pth").write_text(sysconfig.get_path("purelib") + "\n", "utf-8")
    for folder in (ROOT, ROOT / "solutions"):
        install(place, folder)
    return place


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
