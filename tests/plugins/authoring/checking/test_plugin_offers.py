"""`gradus check --plugin` finds what is wrong with a plugin before anything is graded with it."""

import pytest
from gradus_command import invoked
from repository import ROOT, text_of

from autograder.course.reading import find_course
from autograder.grading.setting import GradeOptions
from autograder.reports.report_files import check_files
from framework.cli import app
from framework.errors import PluginError
from framework.providers.loaded_plugins import Plugins

PARTS = text_of("texts/plugin_offers/parts.txt")
RIGHT = {
    "step": "step",
    "factor": "2",
    "penalised": "True",
    "rate": "0.1 / (1 + step)",
    "apply": "return x - self.mean",
    "id": "3",
    "gradebook": "{__file__}:fill",
}


@pytest.fixture
def check(write):
    def checked(source=PARTS, **changed):
        plugin = write("own", source.format(**RIGHT | changed))
        words = ("check", "--plugin", plugin, "--course", ROOT, "--sandbox", "process")
        return invoked(app, *words)

    return checked


def test_a_right_plugin_is_sound(check):
    assert check() == (0, "own: sound\n")


@pytest.mark.parametrize(
    ("changed", "sentence"),
    [
        ({"step": "update"}, "is registered as optimizer but has no step"),
        ({"factor": "1"}, "squares@own: backward returned"),
        ({"penalised": "p.ndim > 1"}, "sum@own: gradient returned 0 for b[0], but the numerical"),
        ({"rate": "float('nan')"}, "steady@own: the rates of the first steps are [nan"),
        ({"apply": "x -= self.mean; return x"}, "centred@own: apply changes its input"),
        ({"id": "2.5"}, "is float64 (3,), expected an array (M,) of integer token ids"),
        ({"id": "9"}, "has ids 2 ... 9, expected 0 ... 3"),
        ({"gradebook": "no_such_module:fill"}, "'slate' of register_gradebooks: no_such_module"),
    ],
)
def test_each_wrong_offer_is_named(check, changed, sentence):
    code, text = check(**changed)
    assert code == 1
    assert sentence in " ".join(text.split())
    assert text.count("✗") == 1


def test_a_part_of_an_exercise_is_graded_by_its_checks(check):
    source = text_of("texts/plugin_offers/source.py")
    course = find_course(ROOT)
    kinds = {task.registry_name: task.kind for task in course.exercise("regularization").tasks}
    code, output = check(source, kinds=kinds)
    assert code == 1
    assert "the backend 'own' fails test_regularization.py::" in output


def test_a_format_without_its_module_is_reported_before_grading(write):
    plugin = write(
        "own", "@hookimpl\ndef register_reporters():\n    return {'odd': 'no_such_module:render'}\n"
    )
    plugins = Plugins([plugin], find_course(ROOT))
    options = GradeOptions(files={"odd": ROOT / "odd.txt"})
    with pytest.raises(PluginError, match="no_such_module:render cannot be imported"):
        check_files(options, plugins)
