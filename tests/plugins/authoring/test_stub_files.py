"""Writing stubs loses no edits."""

import ast

import pytest

from autograder.course.generated_stubs import available_stub
from framework.errors import BadInputError
from plugins.authoring.stub_files import stub_files, write_stubs


def test_writing_twice_changes_nothing(tiny_course):
    first = write_stubs(tiny_course)
    assert [path.name for path in first.written] == ["squash.py", "sums.py"]
    assert write_stubs(tiny_course).written == ()
    assert not any(stub.drifted for stub in stub_files(tiny_course))


def test_edits_are_kept_and_other_stubs_still_written(tiny_course):
    write_stubs(tiny_course)
    stub = tiny_course.exercise("squash").stub
    stub.write_text("# my work\n")
    tiny_course.exercise("sums").stub.unlink()
    result = write_stubs(tiny_course)
    assert result.kept == (stub,)
    assert [path.name for path in result.written] == ["sums.py"]
    assert stub.read_text() == "# my work\n"


def test_force_overwrites_edits_but_keeps_a_copy(tiny_course):
    write_stubs(tiny_course)
    stub = tiny_course.exercise("squash").stub
    stub.write_bytes(b"# caf\xe9\n")
    result = write_stubs(tiny_course, force=True)
    assert stub.read_text("utf-8") == available_stub(tiny_course.exercise("squash"))
    assert [copy.read_bytes() for copy in result.backups] == [b"# caf\xe9\n"]


def test_untouched_stub_follows_its_solution(tiny_course):
    write_stubs(tiny_course)
    exercise = tiny_course.exercise("sums")
    exercise.solution.write_text(exercise.solution.read_text().replace("Sums.", "Totals."))
    assert write_stubs(tiny_course).written == (exercise.stub,)
    assert "Totals." in exercise.stub.read_text()


def test_differing_file_of_unknown_origin_is_kept(tiny_course):
    exercise = tiny_course.exercise("sums")
    exercise.stub.write_text("# whose is this?\n")
    assert write_stubs(tiny_course).kept == (exercise.stub,)


def test_solution_that_the_course_does_not_list_is_an_error(tiny_course, course_root):
    folder = course_root / "solutions/first_unit/lost"
    folder.mkdir()
    (folder / "lost.py").write_text("x = 1\n")
    with pytest.raises(BadInputError, match=r"course\.toml does not list 'lost'"):
        stub_files(tiny_course)


def test_missing_solution_is_an_error(tiny_course):
    tiny_course.exercise("sums").solution.unlink()
    with pytest.raises(BadInputError, match="The stub of 'sums' is made from it"):
        stub_files(tiny_course)


def test_stub_parses(tiny_course):
    for stub in stub_files(tiny_course):
        ast.parse(stub.fresh)
