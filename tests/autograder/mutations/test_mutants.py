from pathlib import Path

import pytest
from repository import text_of

from autograder.course.reading import find_course
from autograder.mutations.mutants import OPERATORS
from plugins.authoring.audit.auditing import make_mutants

SOURCE = text_of("texts/mutants/source.py")


def ids(source):
    return {mutant.id for mutant in make_mutants(source, Path("f.py"), OPERATORS)}


def test_only_solution_regions_are_changed():
    lines = SOURCE.splitlines()
    for mutant in make_mutants(SOURCE, Path("f.py"), OPERATORS):
        changed = [
            number
            for number, (old, new) in enumerate(
                zip(lines, mutant.source.splitlines(), strict=True), start=1
            )
            if old != new
        ]
        assert changed == [mutant.line]
        assert mutant.line in (8, 9, 15)


def test_every_mutant_is_another_program_and_parses():
    sources = [mutant.source for mutant in make_mutants(SOURCE, Path("f.py"), OPERATORS)]
    assert len(set(sources)) == len(sources)
    for source in sources:
        compile(source, "f.py", "exec")


def test_ids_are_unique_and_survive_edits_elsewhere():
    before = ids(SOURCE)
    assert len(before) == len(make_mutants(SOURCE, Path("f.py"), OPERATORS))
    edited = SOURCE.replace("SCALE = 2.0", "SCALE = 3.0\nOTHER = 1  # a comment")
    assert ids(edited.replace("y = x + 1", "y = x + 2")) == before
    changed = ids(SOURCE.replace("return z * 3", "return z * 3 + 1"))
    kept = {mutant for mutant in before if " in g: " in mutant or "z = y * 3" in mutant}
    assert len(kept) > 10
    assert kept <= changed


def written_lines(solution):
    """Lines between the marks: what a student writes."""
    inside, lines = False, 0
    for line in solution.splitlines():
        if "BEGIN SOLUTION" in line or "END SOLUTION" in line:
            inside = "BEGIN" in line
        else:
            lines += inside and bool(line.strip())
    return lines


@pytest.mark.parametrize(
    "every", [pytest.param(12, id="sample"), pytest.param(1, id="all", marks=pytest.mark.slow)]
)
def test_every_line_of_the_course_is_changed_in_several_ways(every):
    for exercise in find_course().code_exercises[::every]:
        source = exercise.solution.read_text("utf-8")
        mutants = make_mutants(source, exercise.solution, OPERATORS)
        assert len(mutants) >= 5 * written_lines(source) > 0, exercise.name
