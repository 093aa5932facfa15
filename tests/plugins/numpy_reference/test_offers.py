"""The NumPy reference: every solution and every extra can be loaded."""

from dataclasses import replace

import pytest
from programs import completed_python

from framework.course.catalogue import Catalogue, active_course
from framework.providers.loaded_plugins import Plugins

PLUGINS = Plugins()
FASTER = ("text_cnn", "ngram_lm", "add_delta", "backoff", "kneser_ney", "learn_merges")
OFFERED = [entry for entry in PLUGINS.registry if entry.provider == "numpy"]


@pytest.mark.parametrize("implementation", OFFERED, ids=lambda entry: entry.key)
def test_every_target_offers_what_its_kind_promises(implementation):
    PLUGINS.registry.load(implementation)


def test_the_exercises_are_offered_by_their_solutions_and_the_rest_by_the_plugin():
    extras = {entry.name for entry in OFFERED if entry.origin == "numpy_reference"}
    unasked = {
        "arrays",
        "ada_delta",
        "skip_gram_step",
        "constant",
        "linear_decay",
        "plateau",
        "transformer_layer",
        "transformer_translator",
    }
    assert extras == {*unasked, *FASTER}
    course = active_course()
    tasks = {
        task.registry_name: (exercise, task)
        for exercise in course.exercise_names
        for task in course.tasks(exercise)
    }
    assert {entry.name for entry in OFFERED} == {*tasks, *unasked}
    for entry in OFFERED:
        if entry.name not in extras:
            exercise, task = tasks[entry.name]
            assert (entry.kind, entry.target.rpartition(":")[2]) == (task.kind, task.name)
            assert entry.target.rpartition(":")[0].endswith(f".{exercise}.{exercise}")
            assert entry.origin == f"the course ({course.root}/exercises/course.toml)"


def test_a_faster_form_is_used_only_where_the_course_says_so(tmp_path):
    plain = Plugins(course=replace(active_course(), overrides={})).registry
    without = Plugins(course=Catalogue(tmp_path)).registry
    for name in FASTER:
        assert plain.find(name, "numpy").origin.startswith("the course (")
        assert PLUGINS.registry.find(name, "numpy").origin == "numpy_reference"
        assert not without.offers(name, "numpy")


def test_registering_imports_no_solution():
    code = (
        "import sys; from framework.providers.loaded_plugins import Plugins; Plugins().registry; "
        "print([m for m in sys.modules if m.startswith(('solutions', 'torch', "
        "'plugins.numpy_reference.')) or m.startswith('gradus_course_') and '.' in m])"
    )
    done = completed_python("-c", code, check=True)
    assert done.stdout.strip() == "[]"
