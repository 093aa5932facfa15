"""For listed mistakes, a kit's verdict on every public check is that of the full course.

Only *needs the course's grader* may take its place. The other parts are solved. By default a
sample of mistakes is graded; `pytest -m slow -s tests/plugins/authoring/kits` builds the kit of
all exercises, takes all listed mistakes, and says how many checks need the course's grader and
how many mistakes a kit names.
"""

import sys
from collections import Counter
from dataclasses import replace

import pytest
from graded_changes import GradedChanges, as_result
from grading import graded_folder

from autograder.course.mistakes import load_mistakes
from autograder.course.reading import Course, find_course
from autograder.grading.checks_run import public_only
from autograder.judging.rules import confirmation
from autograder.verdicts import Verdict
from plugins.authoring.kits.building import SEED, build_kit, move_kit

COURSE = find_course()
EXERCISES = [exercise for exercise in COURSE.select() if not exercise.questions]
#: Mistakes of one exercise by default.
SAMPLE = 3
NEEDED = "need the course's grader"
#: Largest size in bytes of the kit of all exercises, as a zip and on disk.
LARGEST = 40 << 20


@pytest.fixture(scope="session")
def kit_of_all(tmp_path_factory):
    """What the build of the kit of all exercises returns."""
    location = tmp_path_factory.mktemp("kits") / "kit"
    return build_kit(COURSE, location, [], 0, lambda line: print(line, file=sys.stderr))


def graders(kit):
    """Return what grades the public checks in the full course, and in its kit `kit`."""
    return [GradedChanges(COURSE, graded_in, seed=SEED) for graded_in in (COURSE, kit)]


def public(changes, exercise, source):
    """Check id -> the result of each public check of `source`; a diagnosis in a kit alone."""
    graded = changes.graded(exercise.name, source, select=public_only)
    graded = replace(graded, checks=confirmation(as_result(exercise, graded.checks)).checks)
    is_kit = changes.graded_in is not COURSE
    return {check.id: check for check in (graded.explained() if is_kit else graded.checks)}


def is_named(checks, mistake):
    result = (check.diagnosis for check in checks.values() if check.diagnosis is not None)
    return any(diagnosis.id == mistake.id for diagnosis in result)


def verdicts(checks):
    return {name: check.verdict for name, check in checks.items()}


def require_parity(full, in_kit, about):
    """Require that every check has the verdict of the full course, or needs the course's grader."""
    assert full.keys() == in_kit.keys(), about
    differing = {
        name: (full[name].verdict, in_kit[name].verdict, in_kit[name].message)
        for name in full
        if in_kit[name].verdict not in (full[name].verdict, Verdict.NEEDS_GRADER)
    }
    assert not differing, (about, differing)


def test_a_sample_of_mistakes_has_the_same_verdicts(built, tmp_path):
    """The first of them is graded as `grade` does, too."""
    exercise, kit = COURSE.exercise("activations"), Course.read(built.place)
    in_course, in_kit = graders(kit)
    first, *others = load_mistakes(exercise)[::8][:SAMPLE]
    for mistake in (first, *others):
        source = mistake.apply(exercise.solution_source())
        full, mine = public(in_course, exercise, source), public(in_kit, exercise, source)
        assert verdicts(full) == verdicts(mine)
        assert is_named(mine, mistake)
    source = first.apply(exercise.solution_source())
    (tmp_path / "activations.py").write_text(source, "utf-8")
    for course in (COURSE, kit):
        report = graded_folder(course, tmp_path, ["activations"], seed=SEED)
        results = {check.id: check for check in report.checks if not check.hidden}
        assert verdicts(results) == verdicts(public(in_kit, exercise, source))
        assert is_named(results, first)


def test_the_consistent_form_of_a_mistake_is_named_in_both_passes(built):
    exercise, (_, in_kit) = COURSE.exercise("activations"), graders(Course.read(built.place))
    for mistake in load_mistakes(exercise):
        for form in mistake.forms[1:]:
            checks = public(in_kit, exercise, form.apply(exercise.solution_source())).values()
            failed = [check for check in checks if check.verdict is not Verdict.PASSED]
            assert {check.diagnosis.id for check in failed} == {mistake.id}
            assert len(failed) == 2, mistake.id


def counted_of(full, mine, mistake):
    """Count the checks of one mistake by their verdicts."""
    wrong = {name for name in full if full[name].verdict is not Verdict.PASSED}
    needed = {name for name in mine if mine[name].verdict is Verdict.NEEDS_GRADER}
    result = {name for name in mine if mine[name].verdict is not Verdict.PASSED} - needed
    return Counter(
        {
            "mistakes": 1,
            "checks": len(mine),
            NEEDED: len(needed),
            "failed in the course": len(wrong),
            f"of these, {NEEDED}": len(wrong & needed),
            "caught by the kit": bool(result),
            "named by the kit": is_named(mine, mistake),
        }
    )


@pytest.mark.slow
@pytest.mark.timeout(3600)
@pytest.mark.parametrize("exercise", EXERCISES, ids=lambda exercise: exercise.name)
def test_every_listed_mistake_has_the_same_verdicts(exercise, kit_of_all):
    graded_by, counts = graders(Course.read(kit_of_all.place)), Counter()
    for mistake in load_mistakes(exercise):
        source = mistake.apply(exercise.solution_source())
        full, mine = (public(changes, exercise, source) for changes in graded_by)
        require_parity(full, mine, (exercise.name, mistake.id))
        counts += counted_of(full, mine, mistake)
    assert counts["checks"]
    proof = next(item for item in kit_of_all.proofs if item.exercise == exercise.name)
    print(
        f"\n{exercise.name}: {dict(counts)}, {kit_of_all.sizes[exercise.name]:,} bytes, "
        f"{sum(proof.open_checks.values()):g} of {proof.points:g} points {NEEDED}"
    )


@pytest.mark.slow
@pytest.mark.timeout(3600)
def test_a_kit_of_all_exercises_is_small_and_almost_complete(kit_of_all, tmp_path):
    graded = [proof for proof in kit_of_all.proofs if not COURSE.exercise(proof.exercise).questions]
    opened = sum(sum(proof.open_checks.values()) for proof in graded)
    points = sum(proof.points for proof in graded)
    print(f"{opened:g} of {points:g} points {NEEDED}")
    assert len(kit_of_all.exercises) == len(COURSE.select())
    assert opened <= 0.05 * points
    move_kit(kit_of_all.place, tmp_path / "kit.zip")
    on_disk = sum(file.stat().st_size for file in kit_of_all.place.rglob("*") if file.is_file())
    largest = sorted(kit_of_all.sizes.items(), key=lambda item: -item[1])[:5]
    for size in (on_disk, (tmp_path / "kit.zip").stat().st_size):
        assert size < LARGEST, f"a kit of {size:,} bytes; the largest recordings: {largest}"
