"""Answers to written questions: how they are compared, and the key that they are compared with.

The key is ``questions.md`` and ``mistakes.toml`` of the solution. The source of the questions has
each model answer, and for prose a rubric, between ``<!-- BEGIN SOLUTION -->`` and ``<!-- END
SOLUTION -->``. Wrong answers are tables with the keys of `WRONG_ANSWER_FORMAT`.
"""

from __future__ import annotations

import math
import random
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING
from unicodedata import normalize

from autograder.course.questions.description import Choice, Formula, Number, Prose, Question
from autograder.course.questions.expressions import (
    MAX_LENGTH,
    Expression,
    UnreadableAnswerError,
    short,
)
from autograder.course.questions.sections import (
    PLACEHOLDER,
    QuestionSection,
    exercise_mark,
    read_sections,
)
from autograder.course.source import fail_at, find_regions
from framework.toml_tables import Format, Key, Table, read_table

if TYPE_CHECKING:
    from autograder.course.reading import Exercise


WRONG_ANSWER_FORMAT = Format(
    "[[mistakes]] of written questions",
    (
        Key("id", str, "Unique name in kebab-case.", required=True),
        Key("question", str, "Id of the question.", required=True),
        Key("answer", str, "The wrong answer, as a student writes it.", required=True),
        Key("sentence", str, "What is wrong and why, for the student.", required=True),
        Key("hint", str, "The next step, without the answer.", required=True),
    ),
)

#: Points at which two formulas are compared.
POINTS = 24
#: Differences that rounding can make: relative to the larger value, and absolute.
RELATIVE, ABSOLUTE = 1e-6, 1e-9

_CHOSEN = re.compile(r"\W*(?P<letter>[A-Za-z])(?![A-Za-z0-9])(?P<rest>.*)")
#: A further choice, as in ``a, c``.
_FURTHER = re.compile(
    r"(?=\s*+(?:,|/|&|\+|and\b|or\b))\W*+(?:(?:and|or)\W*+)?[A-Za-z](?![A-Za-z0-9])"
)
_DECIMAL_COMMA = re.compile(r"[+-]?\d+,\d+")

Answer = float | str | Expression


@dataclass(frozen=True)
class WrongAnswer:
    """A listed wrong answer: the answer's text, what is wrong with it, and the next step."""

    id: str
    question: str
    answer: str
    sentence: str
    hint: str


#: What is wrong with an answer, empty if nothing is, and the listed wrong answer that it is.
Judgement = tuple[str, WrongAnswer | None]


@dataclass(frozen=True)
class AnswerKey:
    """What an exercise's questions are compared with: question -> section, and wrong answers."""

    sections: dict[str, QuestionSection]
    wrong: tuple[WrongAnswer, ...]

    def judged(self, question: Question, given: Answer, seed: int) -> Judgement:
        """Compare `given` with the model answer, then with the listed wrong ones."""
        right = read_answer(question, self.sections[question.id].answer)
        told = difference(question, given, right, seed)
        for wrong in self.wrong if told else ():
            if wrong.question == question.id and not difference(
                question, given, read_answer(question, wrong.answer), seed
            ):
                return told, wrong
        return told, None


def load_key(exercise: Exercise) -> AnswerKey:
    """Return the key of `exercise`."""
    sections = _read_source(exercise, exercise.solution_source())
    file = exercise.solution.parent / "mistakes.toml"
    if not file.is_file():
        return AnswerKey(sections, ())
    table = read_table(file)
    table.reject_unknown_keys("mistakes")
    questions = {question.id: question for question in exercise.questions}
    wrong = [_wrong_answer(entry, questions, sections) for entry in table.tables("mistakes")]
    table.reject_repeated("mistakes", "id", (answer.id for answer in wrong))
    return AnswerKey(sections, tuple(wrong))


def question_stub(exercise: Exercise, text: str) -> str:
    """Return what students get of the source `text`: a placeholder for each model answer."""
    _read_source(exercise, text)
    lines = text.split("\n")
    for region in reversed(find_regions(lines, exercise.solution)):
        lines[region.first - 1 : region.last] = [PLACEHOLDER]
    return "\n".join(lines).strip("\n") + "\n"


def _read_source(exercise: Exercise, text: str) -> dict[str, QuestionSection]:
    file = exercise.solution
    find_regions(text.split("\n"), file)
    if exercise_mark(exercise.name) not in text:
        fail_at(file, 1, f"expected the line {exercise_mark(exercise.name)}")
    sections = read_sections(text, [question.id for question in exercise.questions])
    for question in exercise.questions:
        section = sections[question.id]
        if section.problem:
            fail_at(file, section.line or 1, section.problem)
        if not section.title:
            fail_at(file, section.line, f"'## {question.id}:' has no title")
        if not section.answer:
            fail_at(file, section.line, f"question '{question.id}' has no model answer")
        if not isinstance(question, Prose):
            _require_readable(file, question, section)
        elif not section.rubric:
            fail_at(file, section.line, f"question '{question.id}' has no part '### Rubric'")
    return sections


def _require_readable(file: Path, question: Question, section: QuestionSection) -> None:
    try:
        answer = read_answer(question, section.answer)
    except UnreadableAnswerError as error:
        fail_at(file, section.line, f"the model answer of '{question.id}': {error}")
    if isinstance(question, Formula) and isinstance(answer, Expression):
        values = [answer.value(variables) for variables in sample(question, seed=0)]
        if not all(map(math.isfinite, values)):
            fail_at(
                file, section.line, f"the formula of '{question.id}' has no value in its ranges"
            )


def _wrong_answer(
    table: Table, questions: dict[str, Question], sections: dict[str, QuestionSection]
) -> WrongAnswer:
    wrong = WrongAnswer(**WRONG_ANSWER_FORMAT.check(table))
    question = questions.get(wrong.question)
    if question is None or isinstance(question, Prose):
        table.fail("question", f"'{wrong.question}' is no question that a program can compare")
    try:
        given = read_answer(question, wrong.answer)
    except UnreadableAnswerError as error:
        table.fail("answer", f"cannot be read: {error}")
    if not difference(question, given, read_answer(question, sections[question.id].answer), seed=0):
        table.fail("answer", f"is the right answer to '{question.id}'")
    return wrong


def first_line(text: str) -> str:
    """Return the line of an answer that is compared: the first that opens no block of code."""
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
            return _number(question, normalize("NFKC", line).strip("`$* ."))
        case Formula():
            return Expression(line, question.variables)
        case Choice():
            match = _CHOSEN.match(normalize("NFKC", line))
            letter = match["letter"].lower() if match else ""
            if match is None or letter not in question.options or _FURTHER.match(match["rest"]):
                letters = ", ".join(question.options)
                raise UnreadableAnswerError(f"the first line must be one of the letters {letters}")
            return letter
    raise TypeError(f"no program can compare answers to '{question.id}'")


def _number(question: Number, text: str) -> float:
    given, factor = text, 1.0
    for unit in sorted(question.units, key=len, reverse=True):
        if text.lower().endswith(unit.lower()):
            text, factor = text[: -len(unit)].strip("`$* "), question.units[unit]
            break
    if _DECIMAL_COMMA.fullmatch(text):
        raise UnreadableAnswerError(
            f"{text} has a comma: write decimals with a point, and thousands without a comma"
        )
    try:
        value = factor * Expression(text).value()
    except UnreadableAnswerError:
        units = f"in {' or '.join(question.units)}" if question.units else "without a unit"
        raise UnreadableAnswerError(
            f"the first line must be one number {units}, as in 0.25 or 3/4, not `{short(given)}`"
        ) from None
    if not math.isfinite(value):
        raise UnreadableAnswerError(f"`{short(text)}` has no finite value")
    return value


def difference(question: Question, given: Answer, expected: Answer, seed: int) -> str:
    """Return what shows that `given` is not `expected`, as a sentence; empty if they agree."""
    match question, given, expected:
        case Number(), float(), float():
            is_near = abs(given - expected) <= allowed_difference(question, expected)
            return "" if is_near else not_right(question, given)
        case Formula(), Expression(), Expression():
            return _formula_difference(question, given, expected, seed)
    return "" if given == expected else not_right(question, given)


def allowed_difference(question: Number, expected: float) -> float:
    """Return the largest difference from the number `expected` that counts as equal."""
    size = max(1.0, abs(expected))
    allowed = RELATIVE * size if question.tolerance is None else question.tolerance
    return allowed + ABSOLUTE * size


def not_right(question: Question, given: Answer) -> str:
    """Return the sentence that `given` is wrong, without the right answer."""
    match question, given:
        case Number(), float():
            unit = next((f" {name}" for name, size in question.units.items() if size == 1), "")
            return f"{given:.6g}{unit} is not the right number"
        case Formula(), _:
            return "this is not the right formula"
    return f"({given}) is not the right choice"


def _formula_difference(
    question: Formula, given: Expression, expected: Expression, seed: int
) -> str:
    for variables in sample(question, seed):
        value, right = given.value(variables), expected.value(variables)
        point = ", ".join(f"{name} = {at:.4g}" for name, at in variables.items())
        if not math.isfinite(value):
            return f"for {point} the formula has no finite value, expected {right:.6g}"
        if abs(value - right) > RELATIVE * max(abs(value), abs(right)) + ABSOLUTE:
            return f"for {point} the formula gives {value:.6g}, expected {right:.6g}"
    return ""


def sample(question: Formula, seed: int) -> Iterator[dict[str, float]]:
    """Yield `POINTS` random values of the variables of `question`; the same for the same seed."""
    rng = random.Random(f"{seed} {question.id}")
    for _ in range(POINTS):
        yield {
            name: float(rng.randint(int(interval.low), int(interval.high)))
            if interval.is_whole
            else rng.uniform(interval.low, interval.high)
            for name, interval in question.variables.items()
        }
