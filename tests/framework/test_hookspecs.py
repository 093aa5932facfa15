"""Every hook: documented, checked against its specification, and reached by a plugin."""

import inspect
import sys

import pytest
from repository import text_of

from autograder.course.reading import Exercise
from autograder.grading.request import GradeRequest
from autograder.results.report import ExerciseResult, Provenance, Report
from framework import hookspecs
from framework.commands.groups import commands_of_plugins
from framework.providers.installed_courses import courses_of_plugin
from framework.providers.loaded_plugins import Plugins
from framework.providers.registry import Implementation

HOOKS = sorted(
    name
    for name, value in vars(hookspecs).items()
    if inspect.isfunction(value) and hasattr(value, f"{hookspecs.hookspec.project_name}_spec")
)

EVERY_HOOK = text_of("plugins/every_hook.py")


@pytest.fixture
def every(write):
    return Plugins(options=[write("every", EVERY_HOOK)])


def courses(plugins):
    return courses_of_plugin(plugins, plugins.sources[-1])


def told(plugins):
    plugins.call("submission_graded", report="report")
    return sys.modules["every"].seen


def offered(plugins):
    return [entry.name for entry in plugins.registry if entry.provider == "every"]


#: hook -> (how its result is reached, what the plugin above makes of it).
REACHED = {
    "register_implementations": (offered, ["sgd", "adam"]),
    "register_corpora": (lambda p: p.corpora.find("poems", "text").target, "every:poems"),
    "register_courses": (lambda p: [one.owner for one in courses(p)], ["every"]),
    "register_sandboxes": (lambda p: p.named("register_sandboxes")["glass"], "every:Glass"),
    "register_reporters": (lambda p: p.named("register_reporters")["haiku"], "every:haiku"),
    "student_implementations": (
        lambda p: p.student_implementations("exercises"),
        [Implementation("model", "rnn", "student", "exercises/rnn.py:RNN")],
    ),
    "add_commands": (lambda p: commands_of_plugins(p)["purr"][0].name, "every"),
    "grade_submission": (lambda p: p.hook.grade_submission(request="order"), "report on order"),
    "submission_graded": (told, ["report"]),
    "register_gradebooks": (lambda p: p.named("register_gradebooks")["slate"], "every:slate"),
    "adjust_points": (
        lambda p: [value for _, value in p.call("adjust_points", points="points")],
        ["points more"],
    ),
    "similar_pairs": (
        lambda p: p.hook.similar_pairs(comparison="mine"),
        [("mine", "other", 1.0)],
    ),
}


def test_every_hook_has_a_case_here():
    assert sorted(REACHED) == HOOKS


@pytest.mark.parametrize("name", HOOKS)
def test_a_hook_says_what_it_is_for_and_is_annotated(name):
    hook = getattr(hookspecs, name)
    doc, signature = inspect.getdoc(hook), inspect.signature(hook)
    assert doc and doc.splitlines()[0].endswith((".", ":", ";")), f"{name} has no first sentence"
    annotations = [one.annotation for one in signature.parameters.values()]
    assert inspect.Parameter.empty not in (*annotations, signature.return_annotation)


@pytest.mark.parametrize("name", REACHED)
def test_a_hook_reaches_a_plugin(every, name):
    if name == "student_implementations":
        every = Plugins([sys.modules["every"].__file__], blocked=["autograder"])
    ask, expected = REACHED[name]
    assert ask(every) == expected


def test_a_plugin_may_name_its_function_otherwise(write):
    source = "@hookimpl(specname='register_sandboxes')\ndef mine():\n    return {'glass': 'm:f'}"
    assert Plugins(options=[write("mine", source)]).named("register_sandboxes")["glass"] == "m:f"


def test_a_hook_takes_only_what_it_asks_for(write):
    path = write("deaf", "calls = []\n\n@hookimpl\ndef submission_graded():\n    calls.append(1)")
    Plugins(options=[path]).call("submission_graded", report="report")
    assert sys.modules["deaf"].calls == [1]


def test_a_grading_can_be_wrapped_as_for_a_late_penalty(write):
    late = "@hookimpl(wrapper=True)\ndef grade_submission(request):\n    return ('late', (yield))"
    plugins = Plugins(
        options=[write("every", EVERY_HOOK), write("late", late)], blocked=["autograder"]
    )
    assert plugins.hook.grade_submission(request="order") == ("late", "report on order")


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
