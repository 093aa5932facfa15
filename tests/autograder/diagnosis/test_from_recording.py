"""What a kit says of wrong answers: a listed mistake, where they leave no doubt which one it is."""

from __future__ import annotations

import numpy as np
import pytest

from autograder.conversations.recording import Tape
from autograder.diagnosis.from_recording import (
    SealedMistake,
    diagnosed_from_recording,
    key_of_wrong,
    mark_of,
    name_of,
    sealed,
)
from autograder.results.report import CheckResult
from autograder.sandbox.session.requests import Call, Outcome
from autograder.sandbox.session.session import Exchange, Transcript, request_frame
from autograder.verdicts import Verdict

RIGHT = np.array([0.25, 0.75])
WRONG = np.array([0.3, 0.6])
ONES = np.array([1.0, 1.0])
#: What a check gave that is not written, and that of a method that raises an exception.
NOTHING, RAISES = None, "ValueError"


def asked(answer, check):
    """The transcript of one call; it is given up where the method is not written."""
    transcript = Transcript()
    if answer is NOTHING:
        transcript.give_up()
    else:
        method = check.split("-")[0]
        frame = request_frame([Call(None, method, (RIGHT,))])
        if answer is RAISES:
            transcript.exchanges.append(Exchange(frame, (), RAISES, "in line 3"))
        else:
            transcript.add(Exchange(frame, (Outcome(answer),)))
    return transcript


def verdict_of(answer):
    if answer is NOTHING:
        return Verdict.NOT_STARTED
    return Verdict.PASSED if np.array_equal(answer, RIGHT) else Verdict.FAILED


class Course:
    """Checks of one task; each calls the method of its name once.

    Args:
        mistakes: id -> check -> the answer of the solution with this mistake.
    """

    def __init__(self, mistakes):
        self._forms = list(mistakes.items())

    def with_form(self, name, wrong):
        """Add another form of the mistake `name`."""
        self._forms.append((name, wrong))
        return self

    def told(self, answers):
        """Check -> the id of what is said of it, for the `answers` of each check."""
        checks, transcripts, tapes = [], {}, {}
        for check, answer in answers.items():
            checks.append(CheckResult(check, "", "Layer", False, 1.0, verdict_of(answer)))
            transcripts[check] = asked(answer, check)
            tapes[check] = self._tape(check)
        explained = diagnosed_from_recording(checks, transcripts, tapes)
        return {one.id: one.diagnosis.id for one in explained if one.diagnosis}

    def _tape(self, check):
        (right,) = asked(RIGHT, check).exchanges
        tape = Tape(answers=[right])
        for name, wrong in self._forms:
            raising = not name.startswith("generic/")
            seen_in = [mark_of(c) for c, answer in wrong.items() if raising or answer is not RAISES]
            answers = asked(wrong.get(check, RIGHT), check).exchanges
            if key := key_of_wrong(answers, [right], raising=raising):
                fact = sealed(SealedMistake(name, "You ...", "", tuple(seen_in)), key)
                tape.mistakes.setdefault(name_of(key), []).append(fact)
        return tape


@pytest.fixture
def course():
    return Course({"halved": {"forward": WRONG, "backward": RIGHT / 2}, "of-one": {"step": ONES}})


def test_the_mistake_with_these_answers_is_named(course):
    told = course.told({"forward": WRONG, "backward": RIGHT / 2})
    assert told == {"forward": "halved", "backward": "halved"}


def test_a_check_that_passed_contradicts(course):
    assert course.told({"forward": WRONG, "backward": RIGHT}) == {}


def test_what_is_not_written_contradicts_nothing(course):
    assert course.told({"forward": WRONG, "backward": NOTHING}) == {"forward": "halved"}


def test_an_answer_that_many_mistakes_give_names_none(course):
    assert course.told({"step": ONES, "forward": RIGHT}) == {}


def test_it_names_one_where_the_method_was_right_before(course):
    assert course.told({"step": ONES, "step-again": RIGHT})["step"] == "of-one"


def test_of_two_mistakes_the_one_that_explains_more_is_named():
    course = Course({"one": {"forward": WRONG}, "other": {"forward": WRONG, "backward": WRONG}})
    told = course.told({"forward": WRONG, "backward": WRONG})
    assert told == {"forward": "other", "backward": "other"}


def test_two_mistakes_that_explain_as_much_are_not_named():
    course = Course({"one": {"forward": WRONG}, "other": {"forward": WRONG}})
    assert course.told({"forward": WRONG}) == {}


def test_a_failed_check_with_other_answers_contradicts_a_mistake_of_few_facts():
    course = Course({"one": {"forward": WRONG, "backward": WRONG}})
    assert course.told({"forward": WRONG, "backward": WRONG - 0.2}) == {}
    assert course.told({"forward": WRONG, "backward": WRONG})["forward"] == "one"


def test_a_listed_mistake_is_named_before_a_change_of_behaviour():
    course = Course({"generic/ignores-argument": {"forward": WRONG}})
    assert course.told({"forward": WRONG}) == {"forward": "generic/ignores-argument"}
    course.with_form("listed", {"forward": WRONG})
    assert course.told({"forward": WRONG}) == {"forward": "listed"}


def test_an_exception_proves_a_listed_mistake_and_no_change_of_behaviour():
    """The list says what the exception means; a change is one of many that raise it."""
    wrong, asked_for = {"forward": RAISES, "backward": WRONG}, {"forward": RAISES}
    assert Course({"listed": wrong}).told(asked_for) == {"forward": "listed"}
    changed = Course({"generic/forgets": wrong})
    assert changed.told(asked_for).get("forward") != "generic/forgets"
    assert changed.told(wrong)["backward"] == "generic/forgets"


def test_two_forms_of_a_mistake_count_once():
    course = Course({"one": {"forward": WRONG}, "other": {"forward": WRONG}})
    twice = course.with_form("one", {"forward": WRONG, "backward": WRONG})
    assert twice.told({"forward": WRONG}) == {}


def test_numbers_that_another_dtype_rounds_are_explained_by_it(course):
    assert course.told({"forward": (RIGHT + 1e-7).astype(np.float32)}) == {
        "forward": "generic/other-dtype"
    }


def test_patterns_compute_with_infinite_numbers():
    """Without a warning of NumPy, which pytest makes an error here."""
    assert Course({}).told({"forward": np.array([np.inf, -np.inf])}) == {
        "forward": "generic/not-finite"
    }
