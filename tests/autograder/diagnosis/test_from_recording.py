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
        return {item.id: item.diagnosis.id for item in explained if item.diagnosis}

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


MISTAKES = {"halved": {"forward": WRONG, "backward": RIGHT / 2}, "of-one": {"step": ONES}}
ONE, MORE = {"forward": WRONG}, {"forward": WRONG, "backward": WRONG}
TOLD = {
    "the mistake with these answers": (
        (MISTAKES, MISTAKES["halved"], {"forward": "halved", "backward": "halved"}),
    ),
    "a check that passed contradicts": ((MISTAKES, {"forward": WRONG, "backward": RIGHT}, {}),),
    "a method that is not written contradicts nothing": (
        (MISTAKES, {"forward": WRONG, "backward": NOTHING}, {"forward": "halved"}),
    ),
    "many mistakes give this answer": ((MISTAKES, {"step": ONES, "forward": RIGHT}, {}),),
    "the method was right before": (
        (MISTAKES, {"step": ONES, "step-again": RIGHT}, {"step": "of-one"}),
    ),
    "the mistake that explains more": (
        ({"one": ONE, "other": MORE}, MORE, {"forward": "other", "backward": "other"}),
    ),
    "two mistakes that explain as much": (({"one": ONE, "other": ONE}, ONE, {}),),
    "other wrong answers contradict a mistake of few facts": (
        ({"one": MORE}, MORE | {"backward": WRONG - 0.2}, {}),
        ({"one": MORE}, MORE, {"forward": "one", "backward": "one"}),
    ),
    "a listed mistake before a change of behaviour": (
        ({"generic/forgets": ONE}, ONE, {"forward": "generic/forgets"}),
        ({"generic/forgets": ONE, "listed": ONE}, ONE, {"forward": "listed"}),
    ),
    "an exception proves a listed mistake": (
        ({"listed": MORE | {"forward": RAISES}}, {"forward": RAISES}, {"forward": "listed"}),
    ),
}


@pytest.mark.parametrize("case", TOLD)
def test_a_mistake_is_named_where_no_check_contradicts(case):
    for mistakes, answers, told in TOLD[case]:
        assert Course(mistakes).told(answers) == told


def test_an_exception_proves_no_change_of_behaviour():
    """The list says what the exception means; a change is one of many that raise it."""
    wrong = MORE | {"forward": RAISES}
    changed = Course({"generic/forgets": wrong})
    assert changed.told({"forward": RAISES}).get("forward") != "generic/forgets"
    assert changed.told(wrong)["backward"] == "generic/forgets"


def test_two_forms_of_a_mistake_count_once():
    twice = Course({"one": ONE, "other": ONE}).with_form("one", MORE)
    assert twice.told(ONE) == {}


def test_numbers_that_another_dtype_rounds_are_explained_by_it():
    assert Course(MISTAKES).told({"forward": (RIGHT + 1e-7).astype(np.float32)}) == {
        "forward": "generic/other-dtype"
    }


def test_patterns_compute_with_infinite_numbers():
    """Without a warning of NumPy, which pytest makes an error here."""
    assert Course({}).told({"forward": np.array([np.inf, -np.inf])}) == {
        "forward": "generic/not-finite"
    }
