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

    cases = []
    for exercise, mistake in sample():
        try:
            source = mistake.apply(exercise.solution_source())
        except BadInputError as error:  # `gradus audit --mistakes` is about that
            warnings.warn(str(error), stacklevel=1)
        else:
            cases.append(Case(exercise.name, mistake.id, source))
    results = measured(told, cases, "mistakes")
    values = [Found(case.exercise, case.label, set(own), g) for case, (own, g) in results.items()]
    show(values)
    return values


def sample() -> list[tuple[Exercise, Mistake]]:
    """Return the listed mistakes, or a seeded sample of them, in the order of the course."""
    every = [(e, m) for e in find_course().code_exercises for m in load_mistakes(e)]
    if not SAMPLE:
        return every
    chosen = np.random.default_rng(0).permutation(len(every))[:SAMPLE]
    return [every[i] for i in sorted(chosen)]


def show(found: list[Found]) -> None:
    table = Table("exercise", "mistakes", "named by their lists", "without lists")
    rows: dict[str, list[Found]] = {}
    for item in found:
        rows.setdefault(item.exercise, []).append(item)
    for name, some in {**rows, "all": found}.items():
        counts = [sum(item.is_named for item in some), sum(item.is_explained for item in some)]
        shares = [f"{n} ({100 * n / len(some):.0f} %)" for n in counts]
        table.add_row(name, str(len(some)), *shares)
    console = Console(width=100)
    console.print(table)
    for item in found:
        if not item.is_named or not item.is_explained:
            words = f"{item.exercise} {item.id}: by its list {item.own}, without it {item.general}"
            console.print(words, markup=False)


def test_listed_mistakes_are_named(found):
    assert sum(item.is_named for item in found) >= OWN * len(found)


def test_mistakes_are_explained_without_the_lists(found):
    assert sum(item.is_explained for item in found) >= GENERAL * len(found)
