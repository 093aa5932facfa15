"""A course of other material, made by `gradus new` and by the files of its folder `radial`."""

from __future__ import annotations

import shutil
from pathlib import Path

from repository import ROOT

from autograder.course.reading import Course, find_course
from plugins.authoring.new.exercise import write_exercise
from plugins.authoring.new.new_course import write_course
from plugins.authoring.stub_files import write_stubs

FILES = ROOT / "tests" / "data" / "courses" / "radial"
EXERCISES = (
    "preparation/standardize",
    "networks/radial_basis",
    "networks/radial_classifier",
)


def made_course(folder: Path) -> Course:
    """Make the course in the new folder `folder`, with the base cs224n."""
    write_course(folder, "radial", base="cs224n")
    for place in EXERCISES:
        write_exercise(find_course(folder), place)
    shutil.copytree(FILES, folder, dirs_exist_ok=True)
    shutil.rmtree(folder / "tests" / "data" / "alternates" / "preparation")
    shutil.rmtree(folder / "tests" / "data" / "alternates" / "networks")
    write_stubs(find_course(folder), force=True)
    return find_course(folder)
