"""The names of `autograder.checks`: all of them exist, and a check of one layer imports few."""

from __future__ import annotations

import ast
import subprocess
import sys

import pytest
from repository import ROOT

import autograder.checks

LAZY = autograder.checks._LAZY


def test_every_name_can_be_imported():
    assert {name for names in LAZY.values() for name in names} <= set(autograder.checks.__all__)
    for name in autograder.checks.__all__:
        assert getattr(autograder.checks, name) is not None


def test_type_checkers_see_the_names_where_they_are_imported_from():
    tree = ast.parse((ROOT / "autograder/checks/__init__.py").read_text("utf-8"))
    (block,) = (node for node in tree.body if isinstance(node, ast.If))
    seen = {node.module: tuple(one.name for one in node.names) for node in block.body}
    assert seen == LAZY


def test_an_unknown_name_is_an_attribute_error():
    with pytest.raises(AttributeError, match="no attribute 'agreement'"):
        _ = autograder.checks.agreement


def test_a_check_of_values_imports_neither_training_nor_gradients():
    code = (
        "import sys; from autograder.checks import equal, paired_models;"
        "print(*(n for n in sys.modules if n.startswith(('framework.training', 'framework.gra'))))"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True
    )
    assert done.stdout.split() == []
