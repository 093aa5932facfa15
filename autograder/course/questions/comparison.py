"""Answers that a program can compare: numbers, formulas and choices, each with the key."""

from __future__ import annotations

import math
import random
import re
from collections.abc import Iterator
from unicodedata import normalize

from autograder.course.questions.description import Choice, Formula, Number, Question
from autograder.course.questions.expressions import (
    MAX_LENGTH,
    Expression,
    UnreadableAnswerError,
    short,
)

#: Points at which two formulas are compared.
POINTS = 24
#: Differences that rounding can make: relative to the larger value, and absolute.
RELATIVE, ABSOLUTE = 1e-6, 1e-9

_CHOSEN = re.compile(r"\W*(?P<letter>[A-Za-z])(?![A-Za-z0-9])(?P<rest>.*)")
_FURTHER = re.compile(r"\W*(?:and|or)?\W*[A-Za-z](?![A-Za-z0-9])")
_DECIMAL_COMMA = re.compile(r"[+-]?\d+,\d+")

Answer = float | str | Expression


def first_line(text: str) -> str:
    """Return the line of an answer that is compared; what follows is the student's working.

    A line that opens a block of code is none.
    """
    lines = (line.strip() for line in text.split("\n"))
    return next((line for line in lines if line and not line.startswith(("```", "~~~"))), "")


def read_answer(question: Question, text: str) -> Answer:
    """Return the answer in the first line of `text`.

    Raises:
        UnreadableAnswerError: it is no answer to `question`; the message says what is expected.
    """
    line = first_line(text)
    if len(line) > MAX_LENGTH:
        raise UnreadableAnswerError(
            f"the first line has {len(line)} characters: write the answer alone in it, at most "
            f"{MAX_LENGTH}, and your working below it"
        )
    match question:
        case Number():
            return _number(question, line)
        case Formula():
            return Expression(line, question.variables)
        case Choice():
            return _choice(question, line)
    raise TypeError(f"no program can compare answers to '{question.id}'")


def difference(question: Question, given: Answer, expected: Answer, seed: int) -> str:
    """Return what shows that `given` is not `expected`, as a sentence; empty if they agree."""
    match question, given, expected:
        case Number(), float(), float():
            return _number_difference(question, given, expected)
        case Formula(), Expression(), Expression():
            return _formula_difference(question, given, expected, seed)
    return "" if given == expected else f"({given}) is not the right choice"


def _number(question: Number, line: str) -> float:
    text, factor = _without_unit(question, normalize("NFKC", line).strip("`$* ."))
    if _DECIMAL_COMMA.fullmatch(text):
        raise UnreadableAnswerError(
            f"{text} has a comma: write decimals with a point, and thousands without a comma"
        )
    try:
        value = factor * Expression(text).value()
    except UnreadableAnswerError as error:
        raise UnreadableAnswerError(
            f"the first line must be one number{_unit_words(question)}, as in 0.25 or 3/4: {error}"
        ) from None
    if not math.isfinite(value):
        raise UnreadableAnswerError(f"`{short(text)}` has no finite value")
    return value


def _without_unit(question: Number, text: str) -> tuple[str, float]:
    """Return the number of `text` without its unit, and the value of the unit."""
    for unit in sorted(question.units, key=len, reverse=True):
        if text.lower().endswith(unit.lower()):
            return text[: -len(unit)].strip("`$* "), question.units[unit]
    return text, 1.0


def _unit_words(question: Number) -> str:
    return f" in {' or '.join(question.units)}" if question.units else " without a unit"


def _choice(question: Choice, line: str) -> str:
    match = _CHOSEN.match(normalize("NFKC", line))
    letter = match["letter"].lower() if match else ""
    if match is None or letter not in question.options or _FURTHER.match(_joined(match["rest"])):
        raise UnreadableAnswerError(
            f"the first line must be one of the letters {', '.join(question.options)}"
        )
    return letter


def _joined(rest: str) -> str:
    """Return `rest` if it goes on with a further choice, as in ``a, c``; else nothing."""
    return rest if re.match(r"\s*(?:,|/|&|\+|and\b|or\b)", rest) else ""


def _number_difference(question: Number, given: float, expected: float) -> str:
    allowed = question.tolerance
    if allowed is None:
        allowed = RELATIVE * max(1.0, abs(expected))
    rounding = ABSOLUTE * max(1.0, abs(expected))
    return (
        ""
        if abs(given - expected) <= allowed + rounding
        else f"{given:.6g} is not the right number"
    )


def _formula_difference(
    question: Formula, given: Expression, expected: Expression, seed: int
) -> str:
    for variables in sample(question, seed):
        value, right = given.value(variables), expected.value(variables)
        place = ", ".join(f"{name} = {_short(at)}" for name, at in variables.items())
        if not math.isfinite(value):
            return f"for {place} the formula has no finite value, expected {right:.6g}"
        if abs(value - right) > RELATIVE * max(abs(value), abs(right)) + ABSOLUTE:
            return f"for {place} the formula gives {value:.6g}, expected {right:.6g}"
    return ""


def sample(question: Formula, seed: int) -> Iterator[dict[str, float]]:
    """Yield `POINTS` random values of the variables of `question`; the same for the same seed."""
    rng = random.Random(f"{seed} {question.id}")
    for _ in range(POINTS):
        yield {
            name: float(rng.randint(int(one.low), int(one.high)))
            if one.is_whole
            else rng.uniform(one.low, one.high)
            for name, one in question.variables.items()
        }


def _short(value: float) -> str:
    return f"{value:.4g}"
