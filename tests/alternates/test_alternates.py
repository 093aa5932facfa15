"""Right answers in other styles than the solution's get full marks, whatever the seed.

``tests/alternates/UNIT/EXERCISE/STYLE.py`` holds them; styles named ``*torch*`` are graded as
``grade --backend torch`` does. Where one of them fails, a check is too strict.

By default one alternate of each exercise sees one seed: of its styles, a different one for each
exercise in turn. ``pytest -m slow tests/alternates/test_alternates.py`` runs all of them with 50
seeds, or with as many as ``GRADUS_SEEDS`` says.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import replace
from importlib.util import find_spec
from itertools import groupby
from pathlib import Path

import pytest

from autograder.course.reading import TimeBudget, find_course
from autograder.grading.grader import Grader
from autograder.grading.pytest_run import run_checks
from autograder.grading.setting import Setting
from autograder.isolation.sandboxes import choose
from autograder.submissions.submission import Staging, Submission, SubmittedFile
from autograder.verdicts import Verdict
from framework.providers.plugins import Plugins

HERE = Path(__file__).parent
COURSE = find_course(HERE)
FILES = sorted(HERE.glob("*/*/*.py"))
OF_EXERCISE = [[*files] for _, files in groupby(FILES, lambda file: file.parent)]
SAMPLE = [files[turn % len(files)] for turn, files in enumerate(OF_EXERCISE)]
ONE, ALL = range(1), range(int(os.environ.get("GRADUS_SEEDS", "50")))


def is_torch(file: Path) -> bool:
    return "torch" in file.stem


def source_beside(file: Path, exercise: str) -> str:
    """The alternate of the same style for an exercise that `file` needs, or else the solution."""
    found = COURSE.exercise(exercise)
    same_style = HERE / found.unit / exercise / file.name
    return (same_style if same_style.is_file() else found.solution).read_text("utf-8")


def handed_in(file: Path) -> Submission:
    exercise = COURSE.exercise(file.parent.name)
    sources = {name: source_beside(file, name) for name in exercise.requires}
    sources[exercise.name] = file.read_text("utf-8")
    files = {
        name: SubmittedFile(name, file, f"{name}.py", f"{name}.py", source)
        for name, source in sources.items()
    }
    return Submission(file.stem, files, "", (), Staging(sources))


def failures(file: Path, seeds: range) -> Iterator[tuple[int, str, str, str]]:
    """Seed, check, verdict and message of every check that does not pass."""
    exercise = COURSE.exercise(file.parent.name)
    patient = replace(exercise, time=TimeBudget(exercise.time.call, 3600))  # one worker for all
    backend = "torch" if is_torch(file) else "numpy"
    with handed_in(file) as submission:
        grader = Grader(Setting(COURSE, Plugins(), choose("process"), backend), submission)
        with grader.under_test(patient) as under_test:
            for seed in seeds:
                for result in run_checks(patient, replace(under_test, seed=seed)):
                    if result.verdict is not Verdict.PASSED:
                        yield seed, result.id, result.verdict.value, result.message
        grader.close()


def alternates(files: list[Path], seeds: range) -> list[object]:
    marks = pytest.mark.skipif(not find_spec("torch"), reason="PyTorch is not installed")
    return [
        pytest.param(
            file, seeds, id=f"{file.parent.name}-{file.stem}", marks=marks if is_torch(file) else ()
        )
        for file in files
    ]


@pytest.mark.parametrize(("file", "seeds"), alternates(SAMPLE, ONE))
def test_an_alternate_gets_full_marks(file, seeds):
    assert list(failures(file, seeds)) == []


@pytest.mark.slow
@pytest.mark.timeout(1800)
@pytest.mark.parametrize(("file", "seeds"), alternates(FILES, ALL))
def test_an_alternate_gets_full_marks_whatever_the_seed(file, seeds):
    assert list(failures(file, seeds)) == []


def test_every_exercise_has_alternates_in_three_styles_one_of_them_in_torch():
    for exercise in COURSE.code_exercises:
        styles = [file for file in FILES if file.parent.name == exercise.name]
        assert len(styles) >= 3, exercise.name
        assert any(map(is_torch, styles)), exercise.name
