"""The solutions of a course: where they are, how they are imported, what helps if they lack."""

from __future__ import annotations

import sys
from functools import cache
from hashlib import sha256
from importlib.machinery import ModuleSpec
from importlib.util import module_from_spec
from pathlib import Path

import framework

#: What the packages of courses are called, followed by a hash.
_PREFIX = "gradus_course_"


def solutions_folder(root: Path) -> Path:
    """The folder with the solutions of the course at `root`; absent from a student kit."""
    return root / "solutions"


def solution_module(root: Path, unit: str, exercise: str) -> str:
    """Name of the module that holds the solution of `exercise`: it can be imported from now on.

    It lies in a package of its course alone. Two courses with exercises of the same name never
    share a module, and no installed package is hidden.
    """
    return f"{_course_package(root.absolute())}.{unit}.{exercise}.{exercise}"


def is_solution_module(name: str) -> bool:
    """Whether the module `name` holds a solution: its name says nothing to a person."""
    return name.startswith(_PREFIX)


def _course_package(root: Path) -> str:
    """Name of the package whose folder is that of the solutions, made on first use."""
    name = f"{_PREFIX}{sha256(str(root).encode()).hexdigest()[:12]}"
    if name not in sys.modules:
        spec = ModuleSpec(name, None, is_package=True)
        spec.submodule_search_locations = [str(solutions_folder(root))]
        sys.modules[name] = module_from_spec(spec)
    return name


def missing_solution(root: Path, unit: str, exercise: str) -> str:
    """The sentence for a solution that is not there: which file, and how to get it."""
    file = solutions_folder(root) / unit / exercise / f"{exercise}.py"
    return f"{file} is missing, the solution of '{exercise}'. {_advice(root)}"


@cache
def _advice(root: Path) -> str:
    if root.resolve() == Path(framework.__file__).resolve().parents[1]:
        return (
            f"`pip install '{framework.DISTRIBUTION}-solutions=={framework.__version__}'` installs "
            "the solutions of this course, and a clone of gradus has them"
        )
    return f"Student kits lack it: get the folder 'solutions' of the course at {root}"
