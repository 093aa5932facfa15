"""How often the main cause is named: in code with two flaws, and in consistent forms.

``pytest -m slow -s tests/autograder/diagnosis/test_measured.py`` measures a sample and shows a
table. ``GRADUS_COMBINATIONS=500`` takes 500 combinations: a quarter of an hour on two idle cores.
A combination is a listed mistake of a seeded exercise, with another one or with a flaw of the form.
A name is false if the code has no such mistake, and the solution with what is named answers
otherwise than the code.
"""

from __future__ import annotations

import os
from collections import Counter
from dataclasses import asdict, dataclass, replace

import numpy as np
import pytest
from graded_changes import Told
from measured_cases import Case, measured
from repository import text_of
from rich.console import Console
from rich.table import Table

from autograder.course.mistakes import Mistake, load_mistakes
from autograder.course.reading import Exercise, find_course
from framework.errors import BadInputError

pytestmark = [
    pytest.mark.slow,
    pytest.mark.timeout(20_000),
    pytest.mark.filterwarnings("default::UserWarning"),
]

COMBINATIONS = int(os.environ.get("GRADUS_COMBINATIONS", "24"))
SEED = int(os.environ.get("GRADUS_SEED", "0"))
MAIN, CONSISTENT, WITHOUT_FORMS, FALSE = 0.70, 0.80, 0.70, 0.005

#: Appended to a solution: all results of `{task}` get a flaw of the form.
WRAPPED = text_of("texts/measured/wrapped.txt")
BODIES = {
    "float32 result": """
        value = function(*args, **kwargs)
        is_array = isinstance(value, np.ndarray) and value.dtype == np.float64
        return value.astype(np.float32) if is_array else value""",
    "in-place argument": """
        value = function(*args, **kwargs)
        for array in args:
            if isinstance(array, np.ndarray) and array.dtype.kind == "f":
                array *= 2
                break
        return value""",
    "extra axis": """
        value = function(*args, **kwargs)
        is_number = isinstance(value, (float, np.floating))
        is_array = isinstance(value, np.ndarray) and value.dtype.kind == "f"
        return np.asarray(value)[..., None] if is_number or is_array else value""",
}
#: Replacements that make an exponential function overflow.
NAIVE = {
    "np.tanh(": "(lambda z: (np.exp(z) - np.exp(-z)) / (np.exp(z) + np.exp(-z)))(",
    " - logits.max(axis=-1, keepdims=True)": "",
    " - scores.max(axis=-1, keepdims=True)": "",
}


@dataclass(frozen=True)
class Code:
    """One submission: the ids of its mistakes, its flaw, and its source."""

    exercise: Exercise
    mistakes: tuple[str, ...]
    flaw: str
    source: str

    @property
    def label(self) -> str:
        return " + ".join(filter(None, (*self.mistakes, self.flaw)))


@dataclass(frozen=True)
class Answer:
    """What was said of one submission, check by check."""

    code: Code
    told: tuple[Told, ...]
    alike: frozenset[tuple[str, str]] = frozenset()  # check, and a name that answers alike in it

    @property
    def main(self) -> Counter[str]:
        """The main name of each check that has one."""
        return Counter(item.id for item in self.told if item.id)

    @property
    def every(self) -> set[str]:
        return set[str]().union(*(item.names for item in self.told))

    @property
    def is_named(self) -> bool:
        """Whether the cause of most checks is in the code."""
        return bool(self.main) and self.is_true(self.main.most_common(1)[0][0])

    @property
    def are_all_named(self) -> bool:
        return set(self.code.mistakes) <= self.every

    @property
    def doubtful(self) -> list[tuple[Told, str]]:
        """The listed mistakes that are named and not in the code, with where they are named."""
        return [
            (item, name)
            for item in self.told
            for name in item.names
            if not (name.startswith("generic/") or self.is_true(name))
        ]

    @property
    def false_names(self) -> set[str]:
        return {name for item, name in self.doubtful if (item.check, name) not in self.alike}

    def is_true(self, name: str) -> bool:
        """Return whether the code has a mistake, or its flaw, of this name."""
        is_flaw = bool(self.code.flaw) and name in FLAWS
        is_naive = self.code.flaw == NAIVE_EXP and name in OVERFLOWING
        return name in self.code.mistakes or is_flaw or is_naive


FLAWS = {
    f"generic/{name}"
    for name in (
        "other-dtype",
        "extra-axis",
        "changes-an-argument",
        "not-finite",
        "shares-memory",
    )
}
#: The flaw of an exponential function that overflows, and the listed mistakes that are the same.
NAIVE_EXP = "naive exp"
OVERFLOWING = {
    "sigmoid-overflows",
    "tanh-overflows",
    "cross-entropy-overflows",
    "likelihood-without-shift",
    "softmax-without-shift",
    "log-softmax-without-shift",
    "no-max-shift",
}


@pytest.fixture(scope="module")
def answers(hand_in):
    """`answers(codes, title)`: what is said of those of which a check fails."""

    def answers(codes, title):
        cases = [Case(code.exercise.name, code.label, code.source) for code in codes]
        results = measured(
            lambda case: list(map(asdict, hand_in(case.exercise, case.source).told())), cases, title
        )
        told = (tuple(Told(**result) for result in results[case]) for case in cases)
        values = [Answer(*both) for both in zip(codes, told, strict=True) if both[1]]
        return [replace(item, alike=alike(item)) if item.doubtful else item for item in values]

    def alike(answer):
        code = answer.code
        graded = hand_in(code.exercise.name, code.source)

        def is_answered(check, names):
            source = _with_names(code, names)
            return source is not None and graded.is_answered_by(source, check)

        def is_alike(told, name):
            """Whether `name` gives the answers: alone, or with the other, which alone does not."""
            return is_answered(told.check, {name}) or (
                is_answered(told.check, told.names)
                and not is_answered(told.check, told.names - {name})
            )

        return frozenset(
            (item.check, name) for item, name in answer.doubtful if is_alike(item, name)
        )

    return answers


def _with_names(code: Code, names: set[str]) -> str | None:
    """The solution with the listed mistakes among `names`, and with the flaw of `code`.

    None if they change the same place.
    """
    every = {mistake.id: mistake for mistake in load_mistakes(code.exercise)}
    source = code.exercise.solution_source()
    try:
        for name in sorted(names & every.keys()):
            source = every[name].apply(source)
    except BadInputError:
        return None
    return _with_flaw(source, every[code.mistakes[0]].task, code.flaw)


def drawn(count: int, seed: int) -> list[Code]:
    """Seeded combinations: of the same task, because other tasks do not meet."""
    rng = np.random.default_rng(seed)
    exercises = [e for e in find_course().code_exercises if len(load_mistakes(e)) > 1]
    results: list[Code] = []
    while len(results) < count:
        exercise = exercises[rng.integers(len(exercises))]
        code = _combined(exercise, rng)
        if code is not None and code not in results:
            results.append(code)
    return results


def _combined(exercise: Exercise, rng: np.random.Generator) -> Code | None:
    mistakes = load_mistakes(exercise)
    first = mistakes[rng.integers(len(mistakes))]
    if rng.random() < 0.5:
        others = [m for m in mistakes if m.task == first.task and m is not first]
        return _pair(exercise, first, others[rng.integers(len(others))]) if others else None
    flaw = str(rng.choice([*BODIES, NAIVE_EXP]))
    return _flawed(exercise, first, flaw)


def _pair(exercise: Exercise, first: Mistake, second: Mistake) -> Code | None:
    try:
        source = second.apply(first.apply(exercise.solution_source()))
    except BadInputError:  # they change the same place
        return None
    return Code(exercise, (first.id, second.id), "", source)


def _flawed(exercise: Exercise, mistake: Mistake, flaw: str) -> Code | None:
    source = mistake.apply(exercise.solution_source())
    flawed = _with_flaw(source, mistake.task, flaw)
    return Code(exercise, (mistake.id,), flaw, flawed) if flawed != source else None


def _with_flaw(source: str, task: str, flaw: str) -> str:
    """`source` with a flaw of the form, if any; unchanged where it has no exponential function."""
    if flaw in BODIES:
        return source + WRAPPED.format(task=task, body=BODIES[flaw].strip("\n"))
    for old, new in NAIVE.items() if flaw else ():
        source = source.replace(old, new)
    return source


def show(title: str, rows: dict[str, list[Answer]]) -> None:
    table = Table(title, "submissions", "main cause named", "all named", "false names")
    everything = [item for some in rows.values() for item in some]
    for name, some in {**rows, "all": everything}.items():
        count = len(some)
        counts = [
            sum(item.is_named for item in some),
            sum(item.are_all_named for item in some),
            sum(bool(item.false_names) for item in some),
        ]
        shares = [f"{n} ({100 * n / count:.1f} %)" if count else "-" for n in counts]
        table.add_row(name, str(count), *shares)
    console = Console(width=110)
    console.print(table)
    for item in everything:
        if not item.is_named or item.false_names:
            code, result = item.code, f"{dict(item.main)} {item.every}"
            console.print(f"{code.exercise.name}: {code.label}: {result}", markup=False)


def test_the_main_cause_of_two_flaws_is_named(answers):
    rows: dict[str, list[Answer]] = {}
    everything = answers(drawn(COMBINATIONS, SEED), "combinations")
    for item in everything:
        rows.setdefault(item.code.flaw or "two listed mistakes", []).append(item)
    show("combination", rows)
    assert sum(item.is_named for item in everything) >= MAIN * len(everything)
    assert sum(bool(item.false_names) for item in everything) <= max(1, FALSE * len(everything))


@pytest.mark.parametrize("listed", [True, False], ids=["forms listed", "forms not listed"])
def test_consistent_forms_are_named(answers, monkeypatch, listed):
    """Without the listed forms, the wrong forward alone has to tell the mistake."""
    codes = [
        Code(exercise, (form.id,), "", form.apply(exercise.solution_source()))
        for exercise in find_course().code_exercises
        for mistake in load_mistakes(exercise)
        for form in mistake.forms[1:]
    ]
    if not listed:
        monkeypatch.setattr(Mistake, "forms", property(lambda mistake: (mistake,)))
    everything = answers(codes, f"consistent forms, {listed}")
    assert len(everything) == len(codes), "some code fails no check"
    rows: dict[str, list[Answer]] = {}
    for item in everything:
        rows.setdefault(item.code.exercise.name, []).append(item)
    show("consistent form", rows)
    share = CONSISTENT if listed else WITHOUT_FORMS
    assert sum(item.is_named for item in everything) >= share * len(everything)
