"""Hostile submissions: each declares its verdict, earns no point, and leaves nothing behind."""

from __future__ import annotations

import re
import sys

import pytest

#: Of one check: what is shown of what it printed, and of its message.
MOST_PRINTED = 20_000
MOST_SAID = 3_000

#: What a terminal would obey, and what no sentence for a student has in it.
CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]")
INTERNAL = re.compile(r"Traceback|/autograder/|/tmp/gradus-|<frozen")

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="these sandboxes need Linux")


@pytest.fixture
def aftermath(case, sandbox, expected, gaps, gradings):
    said = set(gaps[sandbox]) & set(expected.not_contained)
    if said:
        pytest.skip(f"not contained by '{sandbox}' on this system: {', '.join(said)}")
    return gradings[case.name, sandbox].result()


def test_it_gets_what_it_deserves(expected, aftermath, listener):
    (result,) = aftermath.report.exercises
    declared = {task.name: expected.verdict(task.name) for task in result.tasks}
    assert {task.name: str(task.verdict) for task in result.tasks} == declared, described(result)
    assert (result.earned, result.possible) == (expected.points, 4)
    for task in result.tasks:
        for words in expected.words(task.name):
            assert words in said_about(task)
    for check in result.checks:
        is_presentable(check)
    assert aftermath.alive == []
    assert aftermath.touched == []
    assert aftermath.descriptors <= 0
    assert aftermath.seconds < expected.seconds
    with pytest.raises(BlockingIOError):
        listener.accept()


def described(result):
    """Everything that was found out, for whoever debugs a case."""
    return "\n".join(
        f"{check.id} {check.verdict}: {check.message} {check.details} | {check.printed[-500:]}"
        for check in result.checks
    )


def said_about(task):
    """What a student reads about the checks of a task that did not pass."""
    failed = [check for check in task.checks if check.verdict != "passed"]
    return "\n".join("\n".join([c.message, *c.details, c.printed, c.call]) for c in failed)


def is_presentable(check):
    """A sentence, no more of it than a person reads, and nothing that a terminal obeys."""
    said = "\n".join([check.message, *check.details, check.call])
    assert (check.verdict == "passed") == (check.message == "")
    assert len(said) < MOST_SAID
    assert len(check.printed) < MOST_PRINTED
    for text in (said, check.printed, *(f.function + f.source for f in check.frames)):
        assert not CONTROL.search(text), ascii(CONTROL.search(text))
    assert not INTERNAL.search(said), said
    assert all("/" not in f.file and len(f"{f.line}") < 8 for f in check.frames)
