"""The list of what graded code may import: exactly what stubs import of `framework`."""

from __future__ import annotations

import ast

from repository import ROOT

from autograder.course.reading import find_course
from autograder.isolation.sandboxes.graded_imports import (
    EVERYTHING,
    FRAMEWORK,
    PACKAGES,
    GradedImports,
)


def imported_by_stubs():
    """Module of `framework` -> the names that stubs import of it."""
    found = {}
    for exercise in find_course(ROOT).code_exercises:
        for node in ast.walk(ast.parse(exercise.stub.read_text("utf-8"))):
            if isinstance(node, ast.Import):
                assert all(not alias.name.startswith("framework") for alias in node.names)
            elif isinstance(node, ast.ImportFrom) and node.module.startswith("framework"):
                found.setdefault(node.module, set()).update(alias.name for alias in node.names)
    return found


def test_the_allowed_names_of_framework_are_those_that_stubs_import():
    assert {module: set(names) for module, names in FRAMEWORK.items()} == imported_by_stubs()


def test_a_course_adds_packages_and_whole_modules_of_framework():
    allowed = GradedImports.with_added(["numpy", "scipy", "framework.data.batching"])
    assert allowed.packages == (*PACKAGES, "scipy")
    assert allowed.framework == {**FRAMEWORK, "framework.data.batching": EVERYTHING}


def test_what_one_course_adds_is_not_there_for_the_next():
    GradedImports.with_added(["scipy", "framework.data.batching"])
    assert GradedImports.with_added([]) == GradedImports()
    assert "framework.data.batching" not in GradedImports().framework
