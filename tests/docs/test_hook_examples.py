"""The plugins of the documentation: one for each hook, loaded and used as its first line says."""

import numpy as np
import pytest
from gradus_command import typed
from repository import ROOT

from autograder.course.reading import find_course
from docs.pages.hooks import EXAMPLES, hook_names
from framework.errors import PluginError
from framework.providers.installed_courses import courses_of
from framework.providers.loaded_plugins import Plugins
from plugins.authoring.new.new_course import write_course
from plugins.lectures.formats.corpus_files import load_corpus

FOLDER = ROOT / EXAMPLES
POINTS = find_course(ROOT).exercise("one_hot").points


def loaded(hook):
    return Plugins([str(FOLDER / f"{hook}.py")])


def run(command, folder):
    code, output = typed(command, folder)
    assert code == 0, output
    return output


def graded(plugin, folder, options=""):
    course = f"--course {ROOT} --submission {ROOT}/solutions"
    return run(f"grade one_hot {course} --plugin {plugin} {options}", folder)


def test_every_hook_has_an_example():
    assert {file.stem for file in FOLDER.glob("[!_]*.py")} == set(hook_names())


def test_an_optimizer_is_offered():
    step = loaded("register_implementations").registry.get("sign_sgd", "week3")
    parameters = {"W": np.zeros(2)}
    step(0.5).step(parameters, {"W": np.array([3.0, -0.1])})
    assert parameters["W"].tolist() == [-0.5, 0.5]


def test_a_corpus_is_offered():
    corpus = load_corpus("weather", loaded("register_corpora").corpora)
    changes = np.mean(corpus.train[1:] != corpus.train[:-1])
    assert changes == pytest.approx(0.1, abs=0.02)
    assert corpus.best_score == pytest.approx(1.384, abs=0.001)


def test_a_course_is_offered(tmp_path):
    plugin = tmp_path / "register_courses.py"
    plugin.write_text((FOLDER / "register_courses.py").read_text("utf-8"), "utf-8")
    write_course(tmp_path / "scales", "scales")
    assert courses_of(Plugins([str(plugin)]))["scales"].root == tmp_path / "scales"


@pytest.mark.parametrize(
    ("hook", "options", "shown"),
    [
        ("register_sandboxes", "--sandbox small", "sandbox small"),
        ("grade_submission", "", "1 graded by the rules of spring term"),
    ],
)
def test_a_grading_uses_what_is_offered(hook, options, shown, tmp_path):
    assert shown in graded(FOLDER / f"{hook}.py", tmp_path, options)


def test_a_report_format_is_offered(tmp_path):
    graded(FOLDER / "register_reporters.py", tmp_path, "--report points=points.txt")
    assert (tmp_path / "points.txt").read_text("utf-8") == f"one_hot {POINTS}\n"


def test_files_of_a_student_are_found_by_other_names(tmp_path):
    (tmp_path / "optimizers_solved.py").write_text("class SGD: pass\n", "utf-8")
    plugins = Plugins([str(FOLDER / "student_implementations.py")], blocked=["autograder"])
    plugins.add_student(tmp_path)
    assert plugins.registry.offers("sgd", "student")


def test_a_command_is_added(tmp_path):
    plugin = FOLDER / "add_commands.py"
    assert run(f"gradus --plugin {plugin} deadline lstm", tmp_path) == "lstm: 29 March\n"


def test_a_finished_report_is_used(tmp_path):
    graded(FOLDER / "submission_graded.py", tmp_path)
    assert (tmp_path / "graded.csv").read_text("utf-8").endswith(f",{POINTS},{POINTS}\n")


def test_a_grading_that_returns_something_else_names_the_plugin(tmp_path):
    source = "from framework.hookspecs import hookimpl\n\n\n@hookimpl(wrapper=True)\n"
    source += "def grade_submission(request):\n    yield\n    return 'done'\n"
    (tmp_path / "odd.py").write_text(source, "utf-8")
    message = "plugin odd: hook 'grade_submission': it must return the report"
    with pytest.raises(PluginError, match=message):
        graded("odd.py", tmp_path)


def test_a_gradebook_and_a_rule_of_a_class_are_offered():
    # `tests/plugins/classes/commands/test_gradebook.py` uses both.
    assert "marks" in loaded("register_gradebooks").named("register_gradebooks")
    assert loaded("adjust_points").manager.hook.adjust_points.get_hookimpls()


def test_pairs_of_another_program_are_read():
    # `tests/plugins/classes/similarity/test_similar_code.py` uses it.
    assert loaded("similar_pairs").manager.hook.similar_pairs.get_hookimpls()
