"""The solutions of a course: their folder, their import, and the advice if they are missing."""

from __future__ import annotations

import sys
from functools import cache
from hashlib import sha256
from importlib.machinery import ModuleSpec
from importlib.util import module_from_spec
from pathlib import Path

import framework
from framework.course.folder import public_course_folder

#: The start of the package names of courses; a hash follows.
_PREFIX = "gradus_course_"


def solutions_folder(root: Path) -> Path:
    """Return the folder with the solutions of the course at `root`; absent from a student kit."""
    return root / "solutions"


def is_kit(root: Path) -> bool:
    """Return whether the course at `root` is a student kit: it has no solutions.

    The installed course may have none either, and is no kit.
    """
    return not solutions_folder(root).is_dir() and root.resolve() != public_course_folder()


def solution_module(root: Path, unit: str, exercise: str) -> str:
    """Return the name of the module with the solution of `exercise`, ready for import.

    Each course has its own package. Courses with exercises of the same name share no module, and no
    installed package is hidden.
    """
    return f"{_course_package(root.absolute())}.{unit}.{exercise}.{exercise}"


def is_solution_module(name: str) -> bool:
    """Return whether the module `name` contains a solution; users should not see such a name."""
    return name.startswith(_PREFIX)


def _course_package(root: Path) -> str:
    """Return the name of the package of the folder of solutions, created on first use."""
    name = f"{_PREFIX}{sha256(str(root).encode()).hexdigest()[:12]}"
    if name not in sys.modules:
        spec = ModuleSpec(name, None, is_package=True)
        spec.submodule_search_locations = [str(solutions_folder(root))]
        sys.modules[name] = module_from_spec(spec)
    return name


def missing_solution(root: Path, unit: str, exercise: str, file_name: str = "") -> str:
    """Return the sentence for a missing solution: its file and how to get it."""
    file = solutions_folder(root) / unit / exercise / (file_name or f"{exercise}.py")
    return f"{file} is missing, the solution of '{exercise}'. {_advice(root)}"


@cache
def _advice(root: Path) -> str:
    if root.resolve() == public_course_folder():
        return (
            f"`pip install '{framework.DISTRIBUTION}-solutions=={framework.__version__}'` installs "
            "the solutions of this course, and a clone of gradus has them"
        )
    return f"Student kits have no solutions: get the folder 'solutions' of the course at {root}"
