"""Wrong answers that were written from READMEs and stubs alone lose points, nearly all in public.

``wrong_answers/EXERCISE.toml`` holds them: the name of a wrong answer -> the replacements
``[find, replace, function]`` that turn the solution into it. By default a few are graded. All are,
and the shares are printed, by ``pytest -m slow -s tests/exercises/test_wrong_answer_bank.py``: that
takes 20 minutes on two idle cores.
``GRADUS_WRONG_ANSWERS=200`` takes that number of them, seeded, and ``GRADUS_EXERCISES=rnn,lstm``
takes those of some exercises.
"""

import os
import random
import tomllib
from collections import Counter
from dataclasses import asdict
from pathlib import Path

import pytest
from graded_changes import GradedChanges, Told, untrained
from measured_cases import Case, measured
from renamed import original, renamed

from autograder.course.mistakes import Replacement
from autograder.course.reading import find_course
from autograder.verdicts import Verdict

COURSE = find_course()
FOLDER = Path(__file__).parent / "wrong_answers"
BANK = {
    (file.stem, name): replacements
    for file in sorted(FOLDER.glob("*.toml"))
    for name, replacements in tomllib.loads(file.read_text("utf-8")).items()
}
SAMPLE = random.Random(15).sample(sorted(BANK), 5)
#: Wrong answers that lose points, at least; those of them that hidden checks alone catch; and
#: those that are named, of the ones that public checks catch.
CAUGHT, HIDDEN_ALONE, NAMED = 0.995, 0.08, 0.80


def source_of(exercise, name, solution=None):
    """The solution of an exercise, changed into the wrong answer `name`."""
    source = solution or COURSE.exercise(exercise).solution_source()
    for replacement in BANK[exercise, name]:
        source = Replacement(*replacement).apply(source)
    return source


CHANGES = GradedChanges(COURSE)


def graded(exercise, source):
    """The checks of a source; those that train a model run only where it passes all others."""
    for select in (untrained, None):
        result = CHANGES.graded(exercise, source, select=select)
        assert not [check for check in result.checks if check.verdict is Verdict.NOT_GRADED]
        if result.failed:
            break
    return result


def verdict_on(failed):
    """``named``, ``public``, ``hidden`` or ``passes``: what becomes of a wrong answer."""
    public = [told for told in failed if not told.hidden]
    if any(told.id for told in public):
        return "named"
    return "public" if public else "hidden" if failed else "passes"


def test_the_bank_is_large_and_covers_every_exercise():
    assert {name for name, _ in BANK} == {exercise.name for exercise in COURSE.code_exercises}
    assert len(BANK) >= 300


@pytest.mark.parametrize("name", [exercise.name for exercise in COURSE.code_exercises])
def test_every_wrong_answer_is_a_change_of_the_solution(name):
    """Also where the solution has other names for its local variables."""
    other = renamed(COURSE.exercise(name).solution_source())
    for exercise, wrong_answer in BANK:
        if exercise == name:
            source = source_of(name, wrong_answer)
            compile(source, wrong_answer, "exec")
            if all(len(replacement) == 3 for replacement in BANK[name, wrong_answer]):
                assert original(source_of(name, wrong_answer, other)) == source


def pytest_generate_tests(metafunc):
    """Take a few wrong answers, or all of the exercise of ``--exercise NAME``."""
    if metafunc.function is test_a_wrong_answer_loses_points:
        name = metafunc.config.getoption("exercise")
        chosen = [entry for entry in sorted(BANK) if entry[0] == name] if name else SAMPLE
        metafunc.parametrize(("name", "wrong_answer"), chosen)


def test_a_wrong_answer_loses_points(name, wrong_answer):
    """What is said of its failed checks takes far longer: the slow test below counts that."""
    assert graded(name, source_of(name, wrong_answer)).failed


def chosen():
    """The wrong answers that are graded: all, those of some exercises, or a seeded number."""
    exercises = os.environ.get("GRADUS_EXERCISES", "")
    every = [item for item in sorted(BANK) if not exercises or item[0] in exercises.split(",")]
    count = int(os.environ.get("GRADUS_WRONG_ANSWERS", "0")) or len(every)
    return random.Random(0).sample(every, min(count, len(every)))


def verdicts(entries):
    """What becomes of each of these wrong answers."""
    cases = [Case(*entry, source_of(*entry)) for entry in entries]
    results = measured(
        lambda case: list(map(asdict, graded(case.exercise, case.source).told())), cases, "bank"
    )
    return {
        (case.exercise, case.label): verdict_on([Told(**told) for told in results[case]])
        for case in cases
    }


@pytest.mark.slow
@pytest.mark.timeout(14_400)
def test_nearly_all_wrong_answers_lose_points_in_public():
    result = verdicts(chosen())
    counts = Counter(result.values())
    caught = len(result) - counts["passes"]
    print(f"\n{len(result)} wrong answers: {caught} lose points ({caught / len(result):.1%})")
    print(f"{counts['hidden']} by hidden checks alone ({counts['hidden'] / len(result):.1%})")
    public = counts["named"] + counts["public"]
    share = counts["named"] / max(public, 1)
    print(f"{counts['named']} of {public} caught in public are named ({share:.1%})")
    for kind in ("passes", "hidden", "public"):
        print(
            kind,
            *(f"{name}/{first}" for (name, first), v in result.items() if v == kind),
            sep="\n  ",
        )
    assert caught >= CAUGHT * len(result)
    assert counts["hidden"] <= HIDDEN_ALONE * len(result)
    assert counts["named"] >= NAMED * public
