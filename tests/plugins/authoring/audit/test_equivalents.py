"""`gradus audit --accept` lists survivors, and an author has to say why each is right."""

from __future__ import annotations

import pytest

from framework.errors import BadInputError
from plugins.authoring.audit.equivalents import accept, equivalents_file, load_equivalents
from plugins.authoring.audit.findings import MISTAKES, Audit, AuditFinding, AuditOutcome


def finding(id_: str, outcome: AuditOutcome, operator: str = "axis") -> AuditFinding:
    return AuditFinding("squash", operator, id_, outcome, "squash.py:1", ())


FOUND = Audit(
    (
        finding("axis in f: 'a' -> \"b\" | x = 'a'", AuditOutcome.SURVIVED),
        finding("caught", AuditOutcome.KILLED),
        finding("a-mistake", AuditOutcome.SURVIVED, MISTAKES),
        finding("second", AuditOutcome.SURVIVED),
    )
)


@pytest.fixture
def file(tiny_course):
    return equivalents_file(tiny_course.exercise("squash"))


def justify(file):
    file.write_text(file.read_text("utf-8").replace('reason = ""', 'reason = "It is."'), "utf-8")


def test_survivors_are_added_and_mistakes_never(tiny_course, file):
    before = '# kept\n[[equivalents]]\nreason = "Known."\nmutants = ["old"]\n'
    file.write_text(before, "utf-8")
    assert accept(FOUND, tiny_course) == {file: 2}
    assert file.read_text("utf-8").startswith(before)
    justify(file)
    listed = load_equivalents(tiny_course.exercise("squash"))
    assert listed == {
        "old": "Known.",
        "axis in f: 'a' -> \"b\" | x = 'a'": "It is.",
        "second": "It is.",
    }


def test_an_empty_reason_stays_an_error_with_its_line(tiny_course, file):
    file.unlink(missing_ok=True)
    accept(FOUND, tiny_course)
    with pytest.raises(BadInputError, match=r"equivalents\.toml:2: .*reason is empty"):
        load_equivalents(tiny_course.exercise("squash"))


def test_nothing_is_written_where_nothing_survived(tiny_course, file):
    before = file.read_text("utf-8") if file.is_file() else None
    assert accept(Audit((finding("caught", AuditOutcome.KILLED),)), tiny_course) == {}
    assert (file.read_text("utf-8") if file.is_file() else None) == before
