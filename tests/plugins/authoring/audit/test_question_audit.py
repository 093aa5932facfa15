"""An audit of written questions: model answers pass, and each listed wrong answer fails its own."""

import pytest
from grading import setting_of

from autograder.course.questions import answer_keys
from framework.errors import GradusError
from plugins.authoring.audit.auditing import audit
from plugins.authoring.audit.findings import AuditOutcome


@pytest.fixture
def run(asked_course):
    setting = setting_of(asked_course)
    return lambda: audit(setting, [asked_course.exercise("asked")], jobs=1)


def test_a_wrong_answer_fails_its_own_question(run):
    (finding,) = run().findings
    assert (finding.id, finding.task, finding.outcome) == (
        "factor-left-out",
        "square",
        AuditOutcome.KILLED,
    )
    assert finding.failed == ("questions.md::square",)


def test_a_comparison_that_accepts_everything_is_found(run, monkeypatch):
    monkeypatch.setattr(answer_keys.AnswerKey, "judged", lambda *_: ("", None))
    (finding,) = run().findings
    assert finding.outcome is AuditOutcome.SURVIVED


def test_a_comparison_that_refuses_the_model_answer_is_an_error(run, monkeypatch):
    monkeypatch.setattr(answer_keys.AnswerKey, "judged", lambda *_: ("no", None))
    with pytest.raises(GradusError, match="the solution of asked fails its own check"):
        run()
