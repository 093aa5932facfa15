import ast
import random
from collections import Counter

import pytest
from renamed import original, renamed
from repository import text_of

from autograder.course.mistakes import Replacement, combined, load_mistakes, mistakes_file
from autograder.course.reading import find_course
from autograder.course.source import find_regions
from framework.errors import BadInputError

COURSE = find_course()
WITH_MISTAKES = [e for e in COURSE.code_exercises if mistakes_file(e).is_file()]

#: Exercises whose variables are renamed by default.
SAMPLE = [e.name for e in random.Random(43).sample(WITH_MISTAKES, 6)]

GOOD = """
[[mistakes]]
id = "adds-once"
task = "double"
sentence = "You return x itself."
hint = "Twice."
find = "return 2 * x"
replace = "return x"
"""


def written(course, text):
    exercise = course.exercise("squash")
    mistakes_file(exercise).write_text(text, "utf-8")
    return exercise


def test_a_mistake_is_a_patch_to_the_solution(tiny_course):
    assert load_mistakes(tiny_course.exercise("squash")) == ()
    exercise = written(tiny_course, GOOD)
    (mistake,) = load_mistakes(exercise)
    assert (mistake.id, mistake.task, mistake.also_fails) == ("adds-once", "double", ())
    assert "    return x\n" in mistake.apply(exercise.solution.read_text("utf-8"))
    assert mistake.forms == (mistake,)


def test_a_mistake_may_take_several_replacements_and_have_a_consistent_form(tiny_course):
    solution, further = "SCALE = 1.0\nreturn 2 * x\n", "[{ find = '1.0', replace = '2.0' }]\n"
    (mistake,) = load_mistakes(written(tiny_course, f"{GOOD}also = {further}"))
    assert mistake.apply(solution) == "SCALE = 2.0\nreturn x\n"
    (mistake,) = load_mistakes(written(tiny_course, f"{GOOD}consistent = {further}"))
    first, consistent = mistake.forms
    assert first is mistake and consistent.id == mistake.id
    assert mistake.apply(solution) == "SCALE = 1.0\nreturn x\n"
    assert consistent.apply(solution) == "SCALE = 2.0\nreturn x\n"


@pytest.mark.parametrize("source", ["return 3 * x", "return 2 * x; return 2 * x"])
def test_a_patch_that_does_not_fit_names_file_and_mistake(tiny_course, source):
    (mistake,) = load_mistakes(written(tiny_course, GOOD))
    with pytest.raises(BadInputError, match=r"mistakes\.toml: mistake 'adds-once' .* times"):
        mistake.apply(source)


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ('id = "adds-once"', 'id = "Adds once"', "id must be written in kebab-case"),
        ('task = "double"', 'task = "triple"', "'triple' is no task of squash: Sigmoid, double"),
        ('hint = "Twice."', "", "hint is missing"),
        ('hint = "Twice."', 'hint = " "', "hint is empty"),
        ('hint = "Twice."', 'hnt = "Twice."', "hnt is no known key: did you mean 'hint'?"),
        ('replace = "return x"', 'replace = "return 2 * x"', "replace is the same as find"),
        ('hint = "Twice."', 'hint = "Twice."\nalso_fails = ["x"]', "'x' is no task of squash"),
        ('hint = "Twice."', 'hint = "Twice."\nalso = [{ find = "a" }]', "replace is missing"),
        (GOOD, GOOD + GOOD, "id 'adds-once' 2 times"),
    ],
)
def test_a_wrong_file_is_refused_with_its_key(tiny_course, old, new, message):
    exercise = written(tiny_course, GOOD.replace(old, new))
    with pytest.raises(BadInputError) as caught:
        load_mistakes(exercise)
    assert message in str(caught.value)
    assert str(mistakes_file(exercise)) in str(caught.value)


LAYER = text_of("texts/mistakes/layer.py")


def changed(find, new, source=LAYER, function="f"):
    return Replacement(find, new, function).apply(source)


class TestReplacementInAFunction:
    def test_only_the_function_is_searched(self):
        assert changed("return total", "return 0", function="g").endswith("    return 0\n")
        with pytest.raises(BadInputError, match="once in g, but it occurs 0 times"):
            changed("row.size", "1", function="g")

    def test_local_variables_may_have_other_names(self):
        changes = (
            changed("sum_ = sum_ + entry.size", "sum_ = entry.size"),
            changed("total = total + row.size", "total = row.size"),
        )
        assert changes[0] == changes[1] == LAYER.replace("total + row.size", "row.size")

    def test_names_are_exchanged_one_to_one(self):
        for find in ("a = a + a.size", "a = b + c.size"):
            with pytest.raises(BadInputError, match="occurs 0 times"):
                changed(find, "")

    def test_parameters_attributes_keywords_and_functions_keep_their_names(self):
        for find in ("for row in y", "row.shape", "g(total, line=row)", "h(total, row=row)"):
            with pytest.raises(BadInputError, match="occurs 0 times"):
                changed(find, "")
        assert "g(0, row=row)" in changed("g(t, row=r)", "g(0, row=r)")

    def test_layout_does_not_matter(self):
        source = LAYER.replace("total + row.size", "(\n        total + row.size\n    )")
        assert "total = (row)\n" in changed("t = (t + r.size)", "t = (r)", source)

    def test_names_in_an_f_string_are_variables(self):
        assert 'part = f"{row}!"' in changed('p = f"{r}"', 'p = f"{r}!"')

    def test_a_text_that_fits_twice_is_refused(self):
        with pytest.raises(BadInputError, match="occurs 9 times"):
            changed("total", "0")  # a variable of any name: row and part fit, too

    def test_a_new_text_with_an_unknown_variable_is_refused(self):
        with pytest.raises(BadInputError, match="uses the variable row of f in its new text"):
            changed("return g(total", "return g(row")

    def test_a_function_that_is_missing_is_named(self):
        with pytest.raises(BadInputError, match="needs the function RNN\\.forward"):
            changed("x", "y", function="RNN.forward")


@pytest.mark.parametrize(
    "exercise",
    [
        pytest.param(e, marks=[] if e.name in SAMPLE else pytest.mark.slow, id=e.name)
        for e in WITH_MISTAKES
    ],
)
def test_mistakes_do_not_depend_on_the_names_of_local_variables(exercise):
    solution = exercise.solution.read_text("utf-8")
    other = renamed(solution)
    compile(other, exercise.name, "exec")
    assert other != solution
    for mistake in load_mistakes(exercise):
        for form in mistake.forms:
            assert original(form.apply(other)) == form.apply(solution), form.id


def outside_regions(source, exercise):
    """The lines of a solution that its stub has, too."""
    lines = source.split("\n")
    for region in reversed(find_regions(lines, exercise.solution)):
        lines[region.first : region.last] = []
    return lines


@pytest.mark.parametrize("exercise", COURSE.code_exercises, ids=lambda exercise: exercise.name)
def test_an_exercise_has_mistakes_that_a_student_can_write(exercise):
    """They fit the solution, are Python, and change nothing outside of the marked regions.

    There are at least 6, and 4 for each task with a backward; a base of several tasks is none.
    """
    solution, mistakes = exercise.solution.read_text("utf-8"), load_mistakes(exercise)
    sources = [(form.id, form.apply(solution)) for m in mistakes for form in m.forms]
    assert len({source for _, source in sources}) == len(sources)
    for name, source in sources:
        compile(source, name, "exec")
        assert outside_regions(source, exercise) == outside_regions(solution, exercise), name
    counts = Counter(mistake.task for mistake in mistakes)
    assert counts.total() >= 6
    for node in ast.parse(solution).body:
        methods = [n.name for n in ast.walk(node) if isinstance(n, ast.FunctionDef)]
        is_task = isinstance(node, ast.ClassDef) and node.name in exercise.task_names
        if is_task and "backward" in methods:
            assert counts[node.name] >= 4, node.name
    for mistake in mistakes:
        assert mistake.sentence.endswith("."), mistake.id
        assert mistake.sentence != mistake.hint


@pytest.mark.parametrize(
    ("exercise", "first", "second"),
    [
        ("lexicon", "an-invented-root", "first-place-to-meet"),
        ("regularization", "bias-is-penalised", "l2-forgotten"),
        ("conv1d", "axes-not-swapped", "stride-ignored"),
    ],
)
def test_two_mistakes_combine_where_one_stands_in_the_context_of_the_other(exercise, first, second):
    exercise = find_course().exercise(exercise)
    by_id = {mistake.id: mistake for mistake in load_mistakes(exercise)}
    solution = exercise.solution_source()
    both = combined((by_id[first], by_id[second]), solution)
    assert both == combined((by_id[second], by_id[first]), solution)
    assert both not in (solution, by_id[first].apply(solution), by_id[second].apply(solution))
