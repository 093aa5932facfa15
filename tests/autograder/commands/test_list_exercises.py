"""`gradus list`: units, points and progress."""

import pytest


def test_list_shows_units_points_and_progress(gradus, lines, written, solved):
    stub = written.exercise("squash").stub
    stub.write_text(solved["squash"].replace("return 2 * x", "raise NotImplementedError"))
    code, output = gradus("list")
    assert code == 0
    assert lines(output) == [
        "unit, exercise   title             points   state",
        "───────────────────────────────────────────────────────────────────",
        "first_unit       The first unit",
        "  squash         Squashing              5   started: 1 of 2 written",
        "second_unit      The second unit",
        "  sums           Sums                   1   not started",
        "───────────────────────────────────────────────────────────────────",
        "total                                 0/6   0 of 2 passed",
    ]


@pytest.mark.parametrize(
    ("content", "state"),
    [
        (None, "no file"),
        (b"\xff", "unreadable"),
        (b"def total(", "begun"),
        (b"def total(v): return 1", "all written"),
    ],
)
def test_list_copes_with_any_file(gradus, written, content, state):
    stub = written.exercise("sums").stub
    stub.unlink()
    if content is not None:
        stub.write_bytes(content)
    assert state in gradus("list", "sums")[1]
