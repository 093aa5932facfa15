"""Every hook is documented and annotated; `tests/docs/test_hook_examples.py` uses each one."""

import inspect
import sys

import pytest

from autograder.course.reading import Exercise
from autograder.grading.request import GradeRequest
from autograder.results.report import ExerciseResult, Provenance, Report
from framework import hookspecs
from framework.providers.loaded_plugins import Plugins

HOOKS = sorted(
    name
    for name, value in vars(hookspecs).items()
    if inspect.isfunction(value) and hasattr(value, f"{hookspecs.hookspec.project_name}_spec")
)


@pytest.mark.parametrize("name", HOOKS)
def test_a_hook_says_what_it_is_for_and_is_annotated(name):
    hook = getattr(hookspecs, name)
    doc, signature = inspect.getdoc(hook), inspect.signature(hook)
    assert doc and doc.splitlines()[0].endswith((".", ":", ";")), f"{name} has no first sentence"
    annotations = [parameter.annotation for parameter in signature.parameters.values()]
    assert inspect.Parameter.empty not in (*annotations, signature.return_annotation)


def test_a_plugin_may_name_its_function_otherwise(write):
    source = "@hookimpl(specname='register_sandboxes')\ndef mine():\n    return {'glass': 'm:f'}"
    assert Plugins(options=[write("mine", source)]).named("register_sandboxes")["glass"] == "m:f"


def test_a_hook_takes_only_what_it_asks_for(write):
    path = write("deaf", "calls = []\n\n@hookimpl\ndef submission_graded():\n    calls.append(1)")
    Plugins(options=[path]).call("submission_graded", report="report")
    assert sys.modules["deaf"].calls == [1]


@pytest.mark.parametrize(
    ("promised", "given"),
    [
        (hookspecs.GradedReport, Report),
        (hookspecs.GradedExercise, ExerciseResult),
        (hookspecs.ReportOrigin, Provenance),
        (hookspecs.GradingRequest, GradeRequest),
        (hookspecs.NamedExercise, Exercise),
    ],
)
def test_what_hooks_are_called_with_has_what_is_documented(promised, given):
    """The framework knows the autograder's types by what it promises of them."""
    names = {name for name in (*promised.__annotations__, *vars(promised)) if name[0] != "_"}
    assert names
    assert names <= {*given.__dataclass_fields__, *dir(given)}
