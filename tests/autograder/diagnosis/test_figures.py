"""How many mistakes are recognised: by the lists of their exercises, and without any list.

``pytest -m slow -s tests/autograder/diagnosis/test_figures.py`` measures it and shows the table.
Every listed mistake is handed in as a submission. It is recognised by its list if a failed check
names it and none names another one; without the lists, if a failed check is given a general
explanation. `UNTRUE` holds those whose general explanation agrees with all answers and still says
something else than what was done: they do not count. It takes half an hour.
"""

from __future__ import annotations

import warnings
from collections import Counter
from dataclasses import dataclass

import pytest
from rich.console import Console
from rich.table import Table

from autograder.course.mistakes import load_mistakes
from autograder.course.reading import find_course
from framework.errors import BadInputError

pytestmark = [
    pytest.mark.slow,
    pytest.mark.timeout(3000),
    pytest.mark.filterwarnings("default::UserWarning"),
]

OWN, GENERAL, MANY = 0.95, 0.60, 80
#: Mistakes that no check of the exercise distinguishes share a name: the first of the list.
SAME = {("optimizers", "rms-prop-never-forgets"): "rms-prop-new-square-in-full"}
UNTRUE = {
    ("activations", "relu-derivative-by-the-upstream-sign"),
    ("optimizers", "rms-prop-never-forgets"),
}


@dataclass(frozen=True)
class Found:
    """What was said of one mistake."""

    exercise: str
    id: str
    own: set[str]
    general: dict[str, str]

    @property
    def is_named(self) -> bool:
        return self.own == {SAME.get((self.exercise, self.id), self.id)}

    @property
    def is_explained(self) -> bool:
        return bool(self.general) and (self.exercise, self.id) not in UNTRUE


@pytest.fixture(scope="module")
def found(with_mistake) -> list[Found]:
    found = []
    for exercise in find_course().code_exercises:
        for mistake in load_mistakes(exercise):
            try:
                graded = with_mistake(exercise.name, mistake.id)
            except BadInputError as error:  # `gradus audit --mistakes` is about that
                warnings.warn(str(error), stacklevel=1)
                continue
            own = {diagnosis.id for diagnosis in graded.diagnoses().values()}
            general = graded.diagnoses(listed=False).values()
            told = {diagnosis.id: diagnosis.sentence for diagnosis in general}
            found.append(Found(exercise.name, mistake.id, own, told))
    show(found)
    return found


def show(found: list[Found]) -> None:
    table = Table("exercise", "mistakes", "named by their lists", "without lists")
    for exercise in dict.fromkeys(one.exercise for one in found):
        table.add_row(exercise, *counts([one for one in found if one.exercise == exercise]))
    table.add_row("all", *counts(found), style="bold")
    console = Console(width=100)
    console.print(table)
    for one in found:
        if not one.is_named:
            console.print(f"not named by its list: {one.exercise} {one.id}: {one.own or 'nothing'}")
    names = Counter(name for one in found if one.is_explained for name in one.general)
    console.print("without lists: " + ", ".join(f"{n} {c}" for n, c in names.most_common()))


def counts(found: list[Found]) -> list[str]:
    named, explained = sum(one.is_named for one in found), sum(one.is_explained for one in found)
    share = [f"{n} ({100 * n / len(found):.0f} %)" for n in (named, explained)]
    return [str(len(found)), *share]


def test_listed_mistakes_are_named(found):
    assert sum(one.is_named for one in found) >= OWN * len(found)


def test_mistakes_are_explained_without_the_lists(found):
    assert len(found) >= MANY
    assert sum(one.is_explained for one in found) >= GENERAL * len(found)
