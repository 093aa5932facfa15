"""A `backward` by differences of `forward` earns nothing: it is too slow for large layers.

Central differences take two calls of `forward` for each parameter, complex steps one. Every class
with a `backward` gets central differences, in every exercise that asks for many gradients. By
default one exercise is graded so; ``-m slow`` grades all of them.
"""

import ast
import inspect

import pytest
from repository import text_of

from autograder.course.reading import find_course
from autograder.grading.grader import Grader
from autograder.grading.setting import GradingSetting
from autograder.sandbox.runners import choose
from autograder.submissions.submission import submission_of
from autograder.verdicts import Verdict
from framework.providers.plugins import Plugins

COURSE = find_course()
ASKED = "many_gradients"
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


def handed_in(exercise):
    sources = {name: COURSE.exercise(name).solution_source() for name in exercise.requires}
    source = exercise.solution_source()
    changed = [f"_by_differences({name})" for name in classes_with_backward(source)]
    sources[exercise.name] = source + DIFFERENCES + "\n".join(changed) + "\n"
    return submission_of("differences", sources)


def large_checks(exercise):
    with handed_in(exercise) as submission:
        grader = Grader(
            GradingSetting(COURSE, Plugins(course=COURSE), choose("process")), submission
        )
        with grader.under_test(exercise) as under_test:
            results = grader.run(under_test, select=large_only)
        grader.close()
    return results


def earn_nothing(exercise):
    results = large_checks(exercise)
    assert results
    assert not [check.id for check in results if check.verdict is Verdict.PASSED]
    return results


def test_differences_earn_nothing():
    results = earn_nothing(COURSE.exercise("layer_norm"))
    methods = {method for check in results for method in check.evidence.outlasted}
    assert methods == {"LayerNorm.backward", "RMSNorm.backward"}


@pytest.mark.slow
@pytest.mark.timeout(300)
@pytest.mark.parametrize("exercise", EXERCISES, ids=lambda exercise: exercise.name)
def test_differences_earn_nothing_in_any_exercise(exercise):
    earn_nothing(exercise)


def test_every_exercise_with_a_backward_asks_for_many_gradients():
    graded = {
        exercise.name
        for exercise in COURSE.code_exercises
        if "gradients_agree" in exercise.tests.read_text("utf-8")
    }
    assert graded - BY_ENTRY <= {exercise.name for exercise in EXERCISES}
