"""`docs/lectures.md` and `docs/papers.md`: every statement has a row, and places exist."""

import ast
import re
from collections import Counter
from functools import cache
from string import ascii_lowercase

import pytest
from repository import ROOT

from autograder.course.reading import find_course
from framework.cli import BUILT_IN_COMMANDS, COMMANDS
from plugins.lectures.experiments.catalogue import EXPERIMENTS

COURSE = find_course()
TEXT = "".join((ROOT / f"docs/{page}.md").read_text("utf-8") for page in ("lectures", "papers"))
#: Lecture or paper -> each section with its number of statements. A new one is added in both.
STATEMENTS = {
    "Lecture 1": (
        "1.1:1 1.2:1 1.3:2 1.4:4 1.5:2 1.6:2 1.7:1 2.1:1 2.2:4 3.1:5 3.2:1 4.1:2 4.2:4 4.3:4"
    ),
    "Notes, part III": (
        "1.1:3 1.2:2 1.3:3 1.4:3 1.5:4 1.6:4 2.1:3 2.2:6 2.3:6 2.4:7 2.5:3 2.6:4 2.7:4 2.8:1 2.9:3"
    ),
    "Lecture 6": (
        "1.1:1 1.2:1 1.3:1 1.4:1 1.5:2 1.6:1 1.7:2 1.8:3 1.9:1 1.10:1 1.11:1 1.12:1 1.13:1 "
        "1.14:1 1.15:2 2.1:1 2.2:1 2.3:3 2.4:1 2.5:1 2.6:1 2.7:1 2.8:1 2.9:1 2.10:1 "
        "2.11:1 2.12:3 3.1:1 3.2:1 3.3:1 3.4:1 3.5:2 3.6:1"
    ),
    "Lecture 7": (
        "1.1:1 1.2:1 1.3:2 1.4:1 1.5:1 1.6:1 1.7:1 2.1:1 2.2:1 2.3:1 2.4:1 3.1:2 3.2:1 3.3:1 "
        "3.4:1 3.5:2 3.6:1 4.1:2 4.2:2 4.3:5 4.4:1 4.5:1 4.6:1 4.7:1 4.8:1 4.9:2 4.10:1 4.11:1 "
        "4.12:2 4.13:1"
    ),
    "Lecture 11": (
        "1.1:2 1.2:1 1.3:2 1.4:1 1.5:1 1.6:1 1.7:1 1.8:1 1.9:1 1.10:1 1.11:2 2.1:3 2.2:1 "
        "2.3:2 2.4:1 2.5:2 2.6:2 3.1:2 3.2:1 3.3:2 3.4:7 3.5:1 3.6:3 3.7:1 3.8:1 3.9:2 3.10:1 "
        "4.1:1 4.2:1 4.3:1 4.4:2 4.5:1 5.1:2 5.2:1 5.3:2 5.4:2 5.5:1"
    ),
    "Bahdanau et al. 2015": "2.1:1 3.1:6 3.2:2 5.2.1:1 5.2.2:1",
    "Luong et al. 2015": "3:1 3.1:3 3.2:1 3.3:1",
    "Vaswani et al. 2017": "3.1:1 3.2:1 3.2.1:4 3.2.2:2 3.2.3:2 3.3:2 3.5:4 4:3 5.3:2 5.4:1",
    "Sennrich et al. 2016": "3.2:5 4.2:1",
    "Wang et al. 2020": "2.1:1 2.2:1",
    "Papineni et al. 2002": "2.1:4 2.2:2 2.3:1",
    "Popović 2015": "2:2",
    "Koehn 2004": "3:2",
    "Guo et al. 2017": "2:2",
    "Levy and Goldberg 2014": "3.1:1 3.2:1 3.3:1 4.1:1 4.2:2",
    "Pennington et al. 2014": "3:4 4.2:1",
    "Shazeer 2019": "3:2 4:1",
    "Ainslie et al. 2023": "2.1:1 2.2:1",
    "Hendrycks and Gimpel 2016": "2:3",
    "Xiong et al. 2020": "3.1:1 3.2:2 4:1",
    "Ba et al. 2016": "3:2 3.1:1 5.1:2",
    "Zhang and Sennrich 2019": "4:2 4.1:1 4.2:1 4.3:1",
    "Su et al. 2021": "3.1:1 3.2:1 3.3:1 3.4:2",
    "Dao et al. 2022": "2.2:1 3.1:5 3.2:1",
    "Rabe and Staats 2021": "2:2",
    "Hu et al. 2021": "4.1:4 5.1:1 7.2:1",
    "Elhage et al. 2021": "1:2 2:1",
    "Olsson et al. 2022": "1:2 2:1 5:1",
    "Loshchilov and Hutter 2017": "3:2",
    "Loshchilov and Hutter 2019": "2:4",
    "Press and Wolf 2017": "2:2 3:1 5:1",
    "Radford et al. 2019": "2.3:2",
    "Shieber 1985": "1:2",
    "Leviathan et al. 2023": "2.1:1 2.2:1 2.3:2 3.1:1 3.2:1 3.3:1 3.6:1",
    "Willard and Louf 2023": "3:2",
}
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


def text_of(lecture):
    """Return the text under the heading of `lecture`."""
    return next(one for one in TEXT.split("\n## ") if one.startswith(f"{lecture}: "))


def rows(lecture):
    """Return section, letter, statement, places and outcome of each row of `lecture`."""
    return ROW.findall(text_of(lecture))


ALL = [row for lecture in STATEMENTS for row in rows(lecture)]


@cache
def checks_of(name):
    """Return the names of the checks of an exercise, without `test_`."""
    exercise = COURSE.exercise(name)
    files = (file for file in (exercise.tests, exercise.hidden_tests) if file.is_file())
    trees = (ast.walk(ast.parse(file.read_text("utf-8"))) for file in files)
    found = (node.name for tree in trees for node in tree if isinstance(node, ast.FunctionDef))
    return {name.removeprefix("test_") for name in found if name.startswith("test_")}


@pytest.mark.parametrize("lecture", STATEMENTS)
def test_every_statement_of_a_lecture_or_paper_has_one_row(lecture):
    expected = [
        section + letter
        for section, count in (entry.split(":") for entry in STATEMENTS[lecture].split())
        for letter in ascii_lowercase[: int(count)]
    ]
    assert [section + letter for section, letter, *_ in rows(lecture)] == expected
    ids = re.findall(r"^\| \d+(?:\.\d+)*[a-z]", text_of(lecture), re.MULTILINE)
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
