"""Right answers in other styles than the solution's get full marks, whatever the seed.

``tests/data/alternates/UNIT/EXERCISE/STYLE.py`` holds them; styles named ``*torch*`` are graded as
``grade --backend torch`` does. Where one of them fails, a check is too strict.

By default one alternate of each exercise sees one seed: of its styles, a different one for each
exercise in turn. Checks that train a model are left out: the solution runs them.
``pytest --exercise NAME`` takes all alternates and checks of an exercise.
``pytest -m slow tests/exercises/test_alternates.py`` runs all of them with 50 seeds, or with those
of ``GRADUS_SEEDS``: see `right_answers`.
"""

from __future__ import annotations

from collections.abc import Sequence
from importlib.util import find_spec
from itertools import groupby
from pathlib import Path

import pytest
from graded_changes import trains_nothing
from repository import ROOT
from right_answers import COURSE, SEEDS, failures, is_torch, runs_all, seeds_of

ALTERNATES = ROOT / "tests" / "data" / "alternates"
FILES = sorted(ALTERNATES.glob("*/*/*.py"))
OF_EXERCISE = [[*files] for _, files in groupby(FILES, lambda file: file.parent)]
SAMPLE = [files[turn % len(files)] for turn, files in enumerate(OF_EXERCISE)]


def alternates(groups: Sequence[Sequence[Path]], named: str) -> list[object]:
    """A parameter for each group of files of an exercise, with the name ``named`` of a file."""
    marks = pytest.mark.skipif(not find_spec("torch"), reason="PyTorch is not installed")
    return [
        pytest.param(
            files,
            id=named.format(files[0], "torch" if is_torch(files[0]) else "numpy"),
            marks=marks if is_torch(files[0]) else (),
        )
        for files in groups
    ]


def pytest_generate_tests(metafunc):
    """Take one alternate of each exercise, or all of the exercise of ``--exercise NAME``."""
    if metafunc.function is test_an_alternate_gets_full_marks:
        name = metafunc.config.getoption("exercise")
        chosen = [file for file in FILES if file.parent.name == name] if name else SAMPLE
        groups = [[file] for file in chosen]
        metafunc.parametrize("files", alternates(groups, "{0.parent.name}-{0.stem}"))


def test_an_alternate_gets_full_marks(files, request):
    needs = runs_all if request.config.getoption("exercise") else trains_nothing
    assert list(failures(files, range(1), needs)) == []


BY_BACKEND = [
    [*same] for files in OF_EXERCISE for _, same in groupby(sorted(files, key=is_torch), is_torch)
]


@pytest.mark.slow
@pytest.mark.timeout(5400)
@pytest.mark.parametrize("files", alternates(BY_BACKEND, "{0.parent.name}-{1}"))
def test_alternates_get_full_marks_whatever_the_seed(files):
    assert list(failures(files, SEEDS)) == []


def test_seeds_go_on_where_a_run_has_ended():
    assert seeds_of("50") == range(50) and seeds_of("5:20") == range(5, 20)


def test_every_exercise_has_alternates_in_three_styles_one_of_them_in_torch():
    for exercise in COURSE.code_exercises:
        styles = [file for file in FILES if file.parent.name == exercise.name]
        assert len(styles) >= 3, exercise.name
        assert any(map(is_torch, styles)) or exercise.name == "autograd"  # NumPy alone
