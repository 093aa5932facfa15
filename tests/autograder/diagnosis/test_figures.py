"""How many mistakes are recognised: by the lists of their exercises, and without any list.

``pytest -m slow -s tests/autograder/diagnosis/test_figures.py`` measures it and shows the table.
``GRADUS_MISTAKES=100`` takes that number of mistakes, seeded, instead of all.
Every listed mistake is handed in as a submission. It is recognised by its list if a failed check
names it and none names another one; without the lists, if a failed check is given a general
explanation. `UNTRUE` holds those whose general explanation agrees with all answers and still says
something else than what was done: they do not count. It takes half an hour.
"""

from __future__ import annotations

import os
import warnings
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import pytest
from measured_cases import Case, measured
from rich.console import Console
from rich.table import Table

from autograder.course.mistakes import Mistake, load_mistakes
from autograder.course.reading import Exercise, find_course
from framework.errors import BadInputError

pytestmark = [
    pytest.mark.slow,
    pytest.mark.timeout(3 * 3600),
    pytest.mark.filterwarnings("default::UserWarning"),
]

OWN, GENERAL = 0.98, 0.61
#: Number of mistakes in a sample; 0 for all.
SAMPLE = int(os.environ.get("GRADUS_MISTAKES", "0"))
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
        return self.own == {self.id}

    @property
    def is_explained(self) -> bool:
        return bool(self.general) and (self.exercise, self.id) not in UNTRUE


@pytest.fixture(scope="module")
def found(hand_in) -> list[Found]:
    def told(case: Case) -> list[object]:
        graded = hand_in(case.exercise, case.source)
        general = graded.diagnoses(listed=False).values()
        return [
            [diagnosis.id for diagnosis in graded.diagnoses().values()],
            {diagnosis.id: diagnosis.sentence for diagnosis in general},
        ]

    results = measured(told, cases(), "mistakes")
    found = [Found(case.exercise, case.label, set(own), g) for case, (own, g) in results.items()]
    show(found)
    return found


def cases() -> Iterator[Case]:
    """Yield the solutions with the mistakes of the sample."""
    for exercise, mistake in sample():
        try:
            yield Case(exercise.name, mistake.id, mistake.apply(exercise.solution_source()))
        except BadInputError as error:  # `gradus audit --mistakes` is about that
            warnings.warn(str(error), stacklevel=1)


def sample() -> list[tuple[Exercise, Mistake]]:
    """Return the listed mistakes, or a seeded sample of them, in the order of the course."""
    every = [(e, m) for e in find_course().code_exercises for m in load_mistakes(e)]
    if not SAMPLE:
        return every
    chosen = np.random.default_rng(0).permutation(len(every))[:SAMPLE]
    return [every[i] for i in sorted(chosen)]


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
    for one in found:
        if not one.is_explained:
            console.print(f"not explained without the lists: {one.exercise} {one.id}")
    names = Counter(name for one in found if one.is_explained for name in one.general)
    console.print("without lists: " + ", ".join(f"{n} {c}" for n, c in names.most_common()))


def counts(found: list[Found]) -> list[str]:
    named, explained = sum(one.is_named for one in found), sum(one.is_explained for one in found)
    share = [f"{n} ({100 * n / len(found):.0f} %)" for n in (named, explained)]
    return [str(len(found)), *share]


def test_listed_mistakes_are_named(found):
    assert sum(one.is_named for one in found) >= OWN * len(found)


def test_mistakes_are_explained_without_the_lists(found):
    assert sum(one.is_explained for one in found) >= GENERAL * len(found)
