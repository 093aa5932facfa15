"""The enciphered key of a student kit judges as the key does, and cannot be read."""

from types import SimpleNamespace

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from autograder.course.questions import sealed_key as module
from autograder.course.questions.answer_keys import (
    AnswerKey,
    allowed_difference,
    load_key,
    read_answer,
)
from autograder.course.questions.description import Number, Prose
from autograder.course.questions.sealed_key import SealedKey, sealed_key
from autograder.course.questions.sections import QuestionSection
from autograder.course.reading import find_course

ASKED = [exercise for exercise in find_course().select() if exercise.questions]


@pytest.fixture(autouse=True, scope="module")
def fast_hash():
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(module, "COST", {"n": 2, "r": 1, "p": 1})
        yield


def stored(key):
    """The key as it is read from its file."""
    return msgspec.json.decode(msgspec.json.encode(key), type=SealedKey)


@pytest.mark.parametrize("exercise", ASKED, ids=lambda exercise: exercise.name)
def test_it_judges_the_answers_of_the_course_as_the_key_does(exercise):
    key = load_key(exercise)
    sealed = stored(sealed_key(exercise, key, "test"))
    for question in exercise.questions:
        if not isinstance(question, Prose):
            right = read_answer(question, key.sections[question.id].answer)
            assert sealed.judged(question, right, 3) == ("", None)
    questions = {question.id: question for question in exercise.questions}
    assert key.wrong
    for wrong in key.wrong:
        question = questions[wrong.question]
        answer = read_answer(question, wrong.answer)
        (_, listed), (told, opened) = (each.judged(question, answer, 3) for each in (key, sealed))
        assert told and (opened.sentence, opened.hint) == (listed.sentence, listed.hint)


@given(
    expected=st.floats(-2e4, 2e4),
    tolerance=st.sampled_from([None, 0.0, 0.005, 0.3, 20.0]),
    share=st.floats(-2.0, 2.0),
)
def test_it_accepts_the_numbers_that_the_key_accepts(expected, tolerance, share):
    question = Number("n", 1, "hint", tolerance)
    section = QuestionSection(answer=repr(expected))
    key = AnswerKey({"n": section}, ())
    sealed = sealed_key(SimpleNamespace(questions=(question,)), key, "numbers")
    number = expected + share * allowed_difference(question, expected)
    assert sealed.judged(question, number, 0) == key.judged(question, number, 0)


def test_nothing_of_the_key_can_be_read(asked_course):
    exercise = asked_course.exercise("asked")
    text = msgspec.json.encode(sealed_key(exercise, load_key(exercise), "test")).decode()
    assert '"why"' not in text, "a model answer in prose has no place in a kit"
    for secret in ("0.5", "2*x", "factor"):
        assert secret not in text and secret.encode().hex() not in text


def test_another_answer_opens_nothing(asked_course):
    exercise = asked_course.exercise("asked")
    sealed = sealed_key(exercise, load_key(exercise), "test")
    half, square, letter, _ = exercise.questions
    assert sealed.judged(half, 2.0, 0) == ("2 m is not the right number", None)
    assert sealed.judged(letter, "a", 0) == ("(a) is not the right choice", None)
    cube = read_answer(square, "x**3")
    assert sealed.judged(square, cube, 0) == ("this is not the right formula", None)
    nowhere = read_answer(square, "1/0")
    assert sealed.judged(square, nowhere, 0)[0] == "this is not the right formula"
