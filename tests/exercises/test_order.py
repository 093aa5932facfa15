"""What an exercise uses is taught before it: the order of course.toml, and `requires`."""

import ast
import re

import pytest

from autograder.course.reading import find_course

COURSE = find_course()
PLACES = {name: index for index, name in enumerate(COURSE.exercise_names)}
OWNERS = {
    name: exercise.name
    for exercise in COURSE.code_exercises
    for task in exercise.tasks
    for name in (task.name, task.registry_name)
}
PART = re.compile(r'\bpart\("(\w+)"')
#: A pair of two references measures for a plot: no part of the student is used.
REFERENCES_ALONE = re.compile(r"\w+\(reference, reference, .*")

every_exercise = pytest.mark.parametrize(
    "exercise", COURSE.code_exercises, ids=lambda first: first.name
)


def python_of(exercise):
    """Everything that runs: the solution, the checks, and the examples of the README."""
    files = (exercise.solution, exercise.tests, exercise.hidden_tests)
    examples = re.findall(r"```python\n(.*?)```", exercise.readme.read_text("utf-8"), re.DOTALL)
    text = "\n".join([*(file.read_text("utf-8") for file in files), *examples])
    return REFERENCES_ALONE.sub("", text)


def named_in(exercise, names):
    """Those of `names` that the README writes as code, apart from commands."""
    spans = re.findall(r"`([^`]*)`", exercise.readme.read_text("utf-8"))
    code = " ".join(span for span in spans if not span.startswith(("gradus ", "grade ")))
    return [name for name in names if re.search(rf"\b{name}\b", code)]


def later_than(exercise, owners):
    return [name for name, owner in owners.items() if PLACES[owner] > PLACES[exercise.name]]


@every_exercise
def test_what_is_used_is_required_and_stands_before(exercise):
    later = [name for name in exercise.requires if PLACES[name] >= PLACES[exercise.name]]
    assert not later, f"{exercise.name} requires {later}: move it behind them in course.toml"
    owners = {OWNERS[name] for name in PART.findall(python_of(exercise)) if name in OWNERS}
    missing = owners - {exercise.name, *exercise.requires}
    assert not missing, f"{exercise.toml}: `requires` is missing {sorted(missing)}"
    nodes = ast.walk(ast.parse(exercise.solution_source()))
    texts = {node.value for node in nodes if isinstance(node, ast.Constant)}
    assert not texts & set(later_than(exercise, OWNERS))
    for sentence in re.findall(r"[Ss]olve ([^.;]*?) first", exercise.readme.read_text("utf-8")):
        assert set(re.findall(r"`(\w+)`", sentence)) <= set(exercise.requires)


@every_exercise
def test_a_readme_names_no_task_of_a_later_exercise(exercise):
    """A pointer to a later exercise names the exercise; its tasks are not known yet."""
    later = [
        name
        for name in later_than(exercise, OWNERS)
        if name not in PLACES and (name != name.lower() or "_" in name)
    ]
    assert not named_in(exercise, later)


@pytest.mark.parametrize(
    ("first", "second"),
    [
        ("perplexity", "ngram"),  # whose quality it measures
        ("gradient_check", "neuron"),  # the first backward pass of the unit
        ("gradient_clipping", "vanishing_gradients"),
        ("shortcuts", "stacked"),  # which has two of them around its layers
        ("bag_of_vectors", "text_cnn"),  # which is compared with it
    ],
)
def test_an_idea_is_taught_before_it_is_referred_to(first, second):
    assert PLACES[first] < PLACES[second]
