"""For listed mistakes, a kit's verdict on every public check is that of the full course.

Only *needs the course's grader* may take its place. The other parts are solved. By default a sample
of mistakes is graded; `pytest -m slow -s tests/autograder/kits` takes all exercises and all listed
mistakes, and says how many checks need the course's grader and how many mistakes a kit names.
"""

from __future__ import annotations

from collections import Counter

import pytest

from autograder.course.kit import seed_in
from autograder.course.mistakes import load_mistakes
from autograder.course.reading import Course, find_course
from autograder.grading.grader import Grader
from autograder.grading.kit.confirmation import confirmed
from autograder.grading.pytest_run import PublicOnly
from autograder.grading.setting import Setting
from autograder.isolation.sandboxes import choose
from autograder.kits.building import build_kit
from autograder.submissions.submission import load_submission
from autograder.verdicts import Verdict
from framework.providers.plugins import Plugins

COURSE = find_course()
EXERCISES = [exercise for exercise in COURSE.select() if not exercise.questions]
#: Mistakes of one exercise by default.
SAMPLE = 3


def checks_of(course, folder, name):
    """The results of the public checks of an exercise, by id."""
    seed = seed_in(course.root, None)
    setting = Setting(course, Plugins(course=course), choose("process"), seed=seed)
    with load_submission(folder, course) as submission:
        grader = Grader(setting, submission)
        try:
            result = grader.grade(course.exercise(name), plugins=[PublicOnly()])
        finally:
            grader.close()
    return {check.id: check for check in confirmed(result.checks)}


def with_mistake(folder, exercise, mistake):
    """A submission that is right but for one mistake."""
    folder.mkdir(exist_ok=True)
    for one in COURSE.with_required([exercise]):
        (folder / f"{one.name}.py").write_text(one.solution_source(), "utf-8")
    wrong = mistake.apply(exercise.solution_source())
    (folder / f"{exercise.name}.py").write_text(wrong, "utf-8")
    return folder


def compared(kit, folder, exercise, mistakes):
    """Compare all checks for all of `mistakes`; returns what was counted."""
    counts = Counter()
    for mistake in mistakes:
        submission = with_mistake(folder, exercise, mistake)
        full = checks_of(COURSE, submission, exercise.name)
        in_kit = checks_of(kit, submission, exercise.name)
        assert full.keys() == in_kit.keys()
        for name, check in full.items():
            other = in_kit[name]
            told = (exercise.name, mistake.id, name, check.verdict, other.verdict, other.message)
            assert other.verdict in (check.verdict, Verdict.NEEDS_GRADER), told
            counts["checks"] += 1
            counts["need the course's grader"] += other.verdict is Verdict.NEEDS_GRADER
        counts["mistakes"] += 1
        counts["named by the full course"] += is_named(full, mistake)
        counts["named by the kit"] += is_named(in_kit, mistake)
    return counts


def is_named(checks, mistake):
    found = (check.diagnosis for check in checks.values() if check.diagnosis is not None)
    return any(diagnosis.id == mistake.id for diagnosis in found)


def test_a_sample_of_mistakes_has_the_same_verdicts(built, tmp_path):
    exercise = COURSE.exercise("activations")
    mistakes = load_mistakes(exercise)[::8][:SAMPLE]
    counts = compared(Course.read(built.place), tmp_path / "work", exercise, mistakes)
    assert counts["named by the kit"] == counts["named by the full course"] == SAMPLE
    assert counts["need the course's grader"] == 0


@pytest.mark.slow
@pytest.mark.timeout(7200)
@pytest.mark.parametrize("exercise", EXERCISES, ids=lambda exercise: exercise.name)
def test_every_listed_mistake_has_the_same_verdicts(exercise, tmp_path):
    place = tmp_path / "kit"
    built = build_kit(COURSE, place, [exercise.name], 1, lambda line: None)
    mistakes = load_mistakes(exercise)
    counts = compared(Course.read(place), tmp_path / "work", exercise, mistakes)
    proof = next(one for one in built.proofs if one.exercise == exercise.name)
    opened = sum(proof.open_checks.values())
    print(
        f"\n{exercise.name}: {dict(counts)}, {built.sizes[exercise.name]:,} bytes, "
        f"{opened:g} of {proof.points:g} points need the course's grader"
    )


@pytest.mark.slow
@pytest.mark.timeout(7200)
def test_a_kit_of_all_exercises_is_small_and_almost_complete(tmp_path):
    built = build_kit(COURSE, tmp_path / "kit.zip", [], 0, print)
    graded = [proof for proof in built.proofs if not COURSE.exercise(proof.exercise).questions]
    opened = sum(sum(proof.open_checks.values()) for proof in graded)
    points = sum(proof.points for proof in graded)
    print(f"{opened:g} of {points:g} points need the course's grader")
    assert len(built.exercises) == len(COURSE.select())
    assert opened <= 0.05 * points
    assert built.place.stat().st_size < 32 << 20
