"""`gradus next`: the exercise that comes next, and what it needs."""

import pytest

from autograder.course.kit_folder import Kit, manifest_of
from framework.errors import UsageError
from plugins.authoring.kits.building import write_manifest


@pytest.fixture
def connected(written):
    """The tiny course, whose exercise sums is the core and needs squash."""
    toml = written.exercise("sums").toml
    text = toml.read_text("utf-8")
    lines = [line for line in text.splitlines() if not line.startswith("requires")]
    toml.write_text("\n".join(['requires = ["squash"]', "core = true", *lines, ""]), "utf-8")
    return written


def test_the_first_exercise_that_does_not_pass_comes_next(gradus, connected, solved, grade_own):
    assert "Next: squash, Squashing, in exercises/" in gradus("next")[1]
    core = gradus("next", "--core")[1]
    assert "Next: sums, Sums (core), in" in core
    assert "It needs squash (not passed)." in core
    connected.exercise("squash").stub.write_text(solved["squash"])
    grade_own("squash")
    output = gradus("next")[1]
    assert "Next: sums" in output
    assert "It needs squash (passed)." in output


def test_a_kit_names_exercises_of_the_text_that_are_missing(gradus, written):
    readme = written.exercise("squash").readme
    readme.write_text("# Squash\n\nAs in the exercises `rnn`, `sums` and\n`lstm`.\n", "utf-8")
    assert "not in this kit" not in gradus("next")[1]
    kit = Kit(written.root, "hash", "0.1")
    manifest_of(kit.root).parent.mkdir()
    write_manifest(kit)
    assert "\nIts text names lstm, rnn, not in this kit.\n" in gradus("next")[1]
    with pytest.raises(UsageError, match=r"no exercise 'lstm'.* It is not in this kit"):
        gradus("list", "lstm")


def test_nothing_comes_after_the_last_exercise(gradus, connected, solved, grade_own):
    for name in ("squash", "sums"):
        connected.exercise(name).stub.write_text(solved[name])
    grade_own("squash", "sums")
    assert gradus("next")[1] == "All 2 exercises have passed.\n"
    assert gradus("next", "--core")[1] == "All 1 exercises of the core have passed.\n"
