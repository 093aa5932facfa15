"""A callback of a check stays with the grader: the submission calls it, and sees plain values."""

import numpy as np
import pytest
from repository import text_of

from autograder.sandbox.session.faults import Crashed, TimedOut
from autograder.sandbox.session.inline import CallbackTable
from autograder.sandbox.session.requests import RemoteModule, callback
from autograder.sandbox.wire import WireError

BORROWS = text_of("submissions/uses_callbacks.py")


class Counter:
    """Counts its calls."""

    secret = "the answer"

    def __init__(self):
        self.seen = []

    def __call__(self, x):
        self.seen.append(x)
        return float(len(self.seen))

    def double(self, x):
        return 2 * x


def square(x):
    """x²."""
    return x * x


@pytest.fixture
def module_of(open_session):
    def module_of(**settings):
        session = open_session(BORROWS, **settings)
        session.begin()
        return session, RemoteModule(session)

    return module_of


def test_a_function_is_called_with_copies_in_every_sandbox(module_of, sandbox):
    session, module = module_of(sandbox=sandbox)
    x = np.arange(3.0)
    np.testing.assert_array_equal(module.twice(callback(square), x), [0, 2, 8])
    assert session.calls.latest.text == "twice(square, float64 (3,))"
    np.testing.assert_array_equal(module.overwrites(callback(lambda x: x), x), x)


def test_the_check_sees_every_call(module_of):
    _, module = module_of()
    counter = Counter()
    assert module.twice(callback(counter), 5) == 3.0
    assert counter.seen == [5, 5]


def test_attributes_are_read_anew_each_time(module_of):
    _, module = module_of()
    assert module.remembers(callback(Counter(), "seen", "double", "__call__")) == ([], [1.0])
    with pytest.raises(Crashed, match="'Counter' object has no attribute 'never'"):
        module.reads(callback(Counter(), "never"))


def test_only_callbacks_can_be_called(module_of):
    _, module = module_of()
    assert module.uses(callback(Counter(), "double")) == (42, False, "<Counter of the grader>")
    with pytest.raises(Crashed, match="'Counter' object is not callable"):
        module.calls(callback(Counter(), "double"))


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("forges", "a question about an unknown callback"),
        ("forges_a_method", "a question about an unknown callback"),
        ("forges_a_number", "a question that is none"),
    ],
)
def test_a_question_about_anything_else_ends_the_worker(module_of, name, words):
    session, module = module_of()
    with pytest.raises(Crashed, match=words):
        getattr(module, name)(callback(square))
    session.begin()
    assert module.twice(callback(square), 2) == 8, "the next check gets a fresh worker"


def test_a_callback_ends_with_its_check(module_of):
    session, module = module_of()
    module.keeps(callback(square))
    assert module.uses_kept(3) == 9
    session.begin()
    with pytest.raises(Crashed, match="a question about an unknown callback"):
        module.uses_kept(3)


def test_an_exception_reaches_the_submission_as_a_value_error(module_of):
    def picky(x):
        raise KeyError("no such word")

    _, module = module_of()
    assert module.survives(callback(picky)) == "'no such word'"


def test_the_submissions_own_objects_arrive_as_handles(module_of):
    _, module = module_of()
    assert module.gives_itself(callback(lambda value: type(value).__name__)) == "Handle"


def test_questions_do_not_stop_the_clock(module_of):
    _, module = module_of(call=0.5)
    with pytest.raises(TimedOut):
        module.for_ever(callback(square))


def test_objects_without_a_callback_are_not_sent():
    with pytest.raises(WireError):
        CallbackTable().stand_in(square)


def test_a_value_that_cannot_be_sent_is_blamed_on_a_submission_that_has_answered(module_of):
    session, module = module_of()
    module.twice(callback(square), 2)
    session.begin()
    with pytest.raises(WireError):
        module.twice(square, 2)
    module.twice(callback(square), 2)
    with pytest.raises(Crashed, match="too much to be handed back"):
        module.twice(square, 2)


@pytest.mark.parametrize(
    "question",
    [
        [],
        [1, "__call__", []],
        [[1], "__call__", [], {}],
        [True, "__call__", [], {}],
        [1, b"__call__", [], {}],
        [1, "__call__", {}, {}],
        [1, "__call__", [], [("x", 2)]],
    ],
)
def test_a_question_of_another_form_is_not_answered(question):
    table = CallbackTable()
    table.stand_in(callback(square))
    with pytest.raises(WireError, match="a question that is none"):
        table.answer(question)


def test_a_ledger_hands_out_copies_of_what_is_new():
    table, counter = CallbackTable(), Counter()
    table.stand_in(callback(counter))
    copies = table.new()
    counter(1)
    assert table.new() == {}
    assert copies[1].target.seen == []
