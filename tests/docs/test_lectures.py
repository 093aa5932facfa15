"""`docs/lectures.md` and `docs/papers.md`: every statement has a row, and places exist."""

import ast
import re
import tomllib
from collections import Counter
from functools import cache
from string import ascii_lowercase

import pytest
from repository import ROOT, text_of

from autograder.course.reading import find_course
from framework.cli import BUILT_IN_COMMANDS, COMMANDS
from plugins.lectures.experiments.catalogue import EXPERIMENTS

COURSE = find_course()
TEXT = "".join((ROOT / f"docs/{page}.md").read_text("utf-8") for page in ("lectures", "papers"))
#: Lecture or paper -> each section with its number of statements. A new one is added in both.
STATEMENTS = tomllib.loads(text_of("texts/lectures/statements.toml"))
ROW = re.compile(r"^\| (\d+(?:\.\d+)*)([a-z]) \| (.+?) \| ([^|]+) \| ([^|]+) \|$", re.MULTILINE)
EXERCISE = re.compile(r"(?<!recipe )`([a-z0-9_]+)(?:/(\w+)|::(\w+))?`")
RECIPE = re.compile(r"recipe `(\w+)`")
COMMAND = re.compile(r"`gradus (\w[\w-]*)")
EXPERIMENT = re.compile(r"`gradus experiment (\w+)`")
CLAIM = re.compile(r"\(claim: (.+?)\)")
TEST = re.compile(r"`(tests/[\w/]+\.py)::(\w+)`")
#: Verdicts of one group of commands, and the commands; a verdict of no command says why.
VERDICT = r"(?:holds|undecided|does not hold)(?: \(.+?\))?"
OUTCOME = re.compile(rf"{VERDICT}(?:, {VERDICT})*: (`[^`]+`(?:, `[^`]+`)*)|undecided \(.+\)")


def section_of(lecture):
    """Return the text under the heading of `lecture`."""
    return next(item for item in TEXT.split("\n## ") if item.startswith(f"{lecture}: "))


def rows(lecture):
    """Return section, letter, statement, places and outcome of each row of `lecture`."""
    return ROW.findall(section_of(lecture))


ALL = [row for lecture in STATEMENTS for row in rows(lecture)]


@cache
def checks_of(name):
    """Return the names of the checks of an exercise, without `test_`."""
    exercise = COURSE.exercise(name)
    files = (file for file in (exercise.tests, exercise.hidden_tests) if file.is_file())
    trees = (ast.walk(ast.parse(file.read_text("utf-8"))) for file in files)
    result = (node.name for tree in trees for node in tree if isinstance(node, ast.FunctionDef))
    return {name.removeprefix("test_") for name in result if name.startswith("test_")}


@pytest.mark.parametrize("lecture", STATEMENTS)
def test_every_statement_of_a_lecture_or_paper_has_one_row(lecture):
    expected = [
        section + letter
        for section, count in (entry.split(":") for entry in STATEMENTS[lecture].split())
        for letter in ascii_lowercase[: int(count)]
    ]
    assert [section + letter for section, letter, *_ in rows(lecture)] == expected
    ids = re.findall(r"^\| \d+(?:\.\d+)*[a-z]", section_of(lecture), re.MULTILINE)
    assert len(ids) == len(expected)


def test_every_row_names_a_place_or_says_why_nothing_is_computed():
    for section, letter, _, places, _ in ALL:
        background = places.removeprefix("background: ")
        named = any(kind.search(places) for kind in (EXERCISE, COMMAND, TEST))
        assert named if background == places else len(background) > 15, section + letter


def test_every_exercise_task_and_check_that_is_named_exists():
    for section, letter, _, places, _ in ALL:
        for name, task, check in EXERCISE.findall(places):
            exercise = COURSE.exercise(name)
            assert not task or task in exercise.task_names, f"{section}{letter}: {name}/{task}"
            assert not check or check in checks_of(name), f"{section}{letter}: {name}::{check}"


def test_every_exercise_stands_in_the_table():
    named = Counter(name for *_, places, _ in ALL for name, *_ in EXERCISE.findall(places))
    assert [name for name in COURSE.exercise_names if not named[name]] == []


def test_every_command_claim_and_recipe_that_is_named_exists():
    lectures = ROOT / "plugins/lectures"
    files = (lectures / "comparison/claims.py", *lectures.glob("experiments/*.py"))
    claims = "".join(file.read_text("utf-8") for file in files)
    commands = {*COMMANDS, *(name for own in BUILT_IN_COMMANDS.values() for name in own)}
    recipes = {file.stem for file in (ROOT / "framework/training/published").rglob("*.toml")}
    for section, letter, _, places, _ in ALL:
        assert set(COMMAND.findall(places)) <= commands, section + letter
        assert set(EXPERIMENT.findall(places)) <= set(EXPERIMENTS), section + letter
        assert set(RECIPE.findall(places)) <= recipes, section + letter
        assert all(claim in claims for claim in CLAIM.findall(places)), section + letter


def test_every_test_that_is_named_exists():
    named = {pair for *_, places, _ in ALL for pair in TEST.findall(places)}
    assert named
    for file, test in named:
        assert f"def {test}(" in (ROOT / file).read_text("utf-8"), test


def test_every_row_has_an_outcome_and_its_commands_are_those_of_the_row():
    for section, letter, _, places, outcome in ALL:
        if places.startswith("background: "):
            assert outcome == "not computed", section + letter
            continue
        groups = [OUTCOME.fullmatch(group) for group in outcome.split("; ")]
        assert all(groups), f"{section}{letter}: {outcome}"
        commands = re.findall("`(.+?)`", "".join(group[1] or "" for group in groups))
        assert commands, section + letter
        for command in commands:
            assert names_the_place(command, places), f"{section}{letter}: {command}"


def names_the_place(command, places):
    """Return whether `places` name the exercise, command, test file or page of `command`."""
    program, *words = command.split()
    if program == "grade":
        return words[0] in {name for name, *_ in EXERCISE.findall(places)}
    if program == "pytest":
        return words[-1] in {file for file, _ in TEST.findall(places)}
    if program == "gradus":
        return f"`{command}" in places
    return command == "docs/results.md" and (command in places or "recipe" in places)


@pytest.mark.parametrize("exercise", COURSE.select(), ids=lambda exercise: exercise.name)
def test_every_text_links_what_its_lecture_offers(exercise):
    archive = "https://web.stanford.edu/class/archive/cs/cs224n/cs224n.1194/"
    assert f"]({archive}" in exercise.readme.read_text("utf-8")
