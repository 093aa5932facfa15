"""A `backward` by differences of `forward` earns nothing: it is too slow for large layers.

Central differences take two calls of `forward` for each parameter, complex steps one. Every class
with a `backward` gets central differences, in every exercise that asks for many gradients. By
default one exercise is graded so; ``-m slow`` grades all of them.
"""

import ast
import inspect

import pytest
from graded_changes import GradedChanges
from repository import text_of

from autograder.course.reading import find_course

COURSE = find_course()
ASKED = "many_gradients"
#: The exercise that is graded by default.
SAMPLE = "layer_norm"
EXERCISES = [
    exercise
    for exercise in COURSE.code_exercises
    if ASKED in exercise.tests.read_text("utf-8") + exercise.hidden_tests.read_text("utf-8")
]
#: Exercises whose checks call `gradients_agree`, but whose functions act on single entries or rows:
#: differences of all of them at once take two calls of `forward`, whatever their size.
BY_ENTRY = {"activations", "batch_norm", "pooling", "positions"}

DIFFERENCES = text_of("submissions/differences.py")


def large_only(items):
    """Leave out the checks without a large layer."""
    items[:] = [item for item in items if ASKED in inspect.getsource(item.function)]


def classes_with_backward(source):
    for node in ast.parse(source).body:
        if isinstance(node, ast.ClassDef):
            names = {part.name for part in node.body if isinstance(part, ast.FunctionDef)}
            if "backward" in names:
                yield node.name


CHANGES = GradedChanges(COURSE)


@pytest.mark.timeout(300)
@pytest.mark.parametrize(
    "exercise",
    [
        pytest.param(item, id=item.name, marks=() if item.name == SAMPLE else pytest.mark.slow)
        for item in EXERCISES
    ],
)
def test_differences_earn_nothing(exercise):
    source = exercise.solution_source()
    classes = [*classes_with_backward(source)]
    changed = "\n".join(f"_by_differences({name})" for name in classes)
    graded = CHANGES.graded(exercise.name, f"{source}{DIFFERENCES}{changed}\n", select=large_only)
    assert graded.checks
    assert graded.failed == graded.checks
    if exercise.name == SAMPLE:
        methods = {method for check in graded.checks for method in check.evidence.outlasted}
        assert methods == {f"{name}.backward" for name in classes}


def test_every_exercise_with_a_backward_asks_for_many_gradients():
    graded = {
        exercise.name
        for exercise in COURSE.code_exercises
        if "gradients_agree" in exercise.tests.read_text("utf-8")
    }
    assert graded - BY_ENTRY <= {exercise.name for exercise in EXERCISES}
