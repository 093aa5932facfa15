"""The key of written questions: ``questions.md`` and ``mistakes.toml`` of the solution.

The source of the questions contains the model answer of each question, and for prose a rubric,
between ``<!-- BEGIN SOLUTION -->`` and ``<!-- END SOLUTION -->``. Students get the same file
without them. ``mistakes.toml`` lists wrong answers with what they come from::

    [[mistakes]]
    id = "forgets-the-two"
    question = "halving"
    answer = "x"
    sentence = "This is the derivative without the factor 2."
    hint = "..."
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, NoReturn

from autograder.course.questions.comparison import Answer, difference, read_answer, sample
from autograder.course.questions.description import Formula, Prose, Question
from autograder.course.questions.expressions import Expression, UnreadableAnswerError
from autograder.course.questions.sections import (
    ANSWER_HEADING,
    BEGIN,
    END,
    PLACEHOLDER,
    Section,
    exercise_mark,
    read_sections,
)
from framework import toml_formats
from framework.errors import BadInputError
from framework.toml_tables import Table, read_table

if TYPE_CHECKING:
    from autograder.course.reading import Exercise


WRONG_ANSWER_FORMAT = toml_formats.Format(
    "[[mistakes]] of written questions",
    (
        toml_formats.Key("id", str, "Unique name in kebab-case.", required=True),
        toml_formats.Key("question", str, "Id of the question.", required=True),
        toml_formats.Key("answer", str, "The wrong answer, as a student writes it.", required=True),
        toml_formats.Key("sentence", str, "What is wrong and why, for the student.", required=True),
        toml_formats.Key("hint", str, "The next step, without the answer.", required=True),
    ),
)


@dataclass(frozen=True)
class WrongAnswer:
    """A listed wrong answer: the answer's text, what is wrong with it, and the next step."""

    id: str
    question: str
    answer: str
    sentence: str
    hint: str


@dataclass(frozen=True)
class Key:
    """What an exercise's questions are compared with: question -> section, and wrong answers."""

    sections: dict[str, Section]
    wrong: tuple[WrongAnswer, ...]

    def named(self, question: Question, given: Answer, seed: int) -> WrongAnswer | None:
        """Return the listed wrong answer that `given` is; None if it is none of them."""
        for wrong in self.wrong:
            if wrong.question == question.id:
                expected = read_answer(question, wrong.answer)
                if not difference(question, given, expected, seed):
                    return wrong
        return None


def load_key(exercise: Exercise) -> Key:
    """Return the key of `exercise`.

    Raises:
        BadInputError: the source or the list of wrong answers is missing or wrong.
    """
    text = exercise.solution_source()
    sections = _read_source(exercise, text)
    return Key(sections, tuple(_read_wrong(exercise, sections)))


def question_stub(exercise: Exercise, text: str) -> str:
    """Return what students get of the source `text`: a placeholder for each model answer.

    Raises:
        BadInputError: a question has no model answer, or a mark is not where it should be.
    """
    _read_source(exercise, text)
    stub: list[str] = []
    inside = False
    for line in text.split("\n"):
        if line.strip() == BEGIN:
            stub.append(PLACEHOLDER)
        if line.strip() in (BEGIN, END):
            inside = line.strip() == BEGIN
        elif not inside:
            stub.append(line)
    return "\n".join(stub).strip("\n") + "\n"


def answered(exercise: Exercise, answers: Mapping[str, str]) -> str:
    """Return the text of a ``questions.md`` in which the questions are answered by `answers`."""
    parts = [exercise_mark(exercise.name)]
    for question in exercise.questions:
        parts += [f"## {question.id}:", ANSWER_HEADING, answers.get(question.id, PLACEHOLDER)]
    return "\n\n".join(parts) + "\n"


def _read_source(exercise: Exercise, text: str) -> dict[str, Section]:
    _require_marks(exercise.solution, text)
    if exercise_mark(exercise.name) not in text:
        _fail(exercise.solution, 1, f"expected the line {exercise_mark(exercise.name)}")
    sections = read_sections(text, [question.id for question in exercise.questions])
    for question in exercise.questions:
        section = sections[question.id]
        if section.problem:
            _fail(exercise.solution, section.line or 1, section.problem)
        if not section.title:
            _fail(exercise.solution, section.line, f"'## {question.id}:' has no title")
        _require_answer(exercise.solution, question, section)
    return sections


def _require_marks(file: Path, text: str) -> None:
    """Refuse a mark that is missing or nested: a stub could contain an answer."""
    begun = 0
    for number, line in enumerate(text.split("\n"), 1):
        if line.strip() == BEGIN:
            if begun:
                _fail(file, number, f"{BEGIN} inside the answer of line {begun}")
            begun = number
        elif line.strip() == END:
            if not begun:
                _fail(file, number, f"{END} without {BEGIN}")
            begun = 0
        elif "SOLUTION -->" in line:
            _fail(file, number, f"expected a line with only a mark, {BEGIN} or {END}")
    if begun:
        _fail(file, begun, f"{BEGIN} without {END}")


def _require_answer(file: Path, question: Question, section: Section) -> None:
    if not section.answer:
        _fail(file, section.line, f"question '{question.id}' has no model answer")
    if isinstance(question, Prose):
        if not section.rubric:
            _fail(file, section.line, f"question '{question.id}' has no part '### Rubric'")
        return
    try:
        answer = read_answer(question, section.answer)
    except UnreadableAnswerError as error:
        _fail(file, section.line, f"the model answer of '{question.id}': {error}")
    if isinstance(question, Formula) and isinstance(answer, Expression):
        values = (answer.value(variables) for variables in sample(question, seed=0))
        if any(value != value or abs(value) == float("inf") for value in values):
            _fail(file, section.line, f"the formula of '{question.id}' has no value in its ranges")


def _read_wrong(exercise: Exercise, sections: dict[str, Section]) -> Iterator[WrongAnswer]:
    file = exercise.solution.parent / "mistakes.toml"
    if not file.is_file():
        return
    table = read_table(file)
    table.reject_unknown_keys("mistakes")
    questions = {question.id: question for question in exercise.questions}
    found = [_wrong_answer(entry, questions, sections) for entry in table.tables("mistakes")]
    for name, count in Counter(wrong.id for wrong in found).items():
        if count > 1:
            table.fail("mistakes", f"id '{name}' {count} times")
    yield from found


def _wrong_answer(
    table: Table, questions: dict[str, Question], sections: dict[str, Section]
) -> WrongAnswer:
    WRONG_ANSWER_FORMAT.check(table)
    wrong = WrongAnswer(*(table.get(key.name, str) for key in WRONG_ANSWER_FORMAT.keys))
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


def _fail(file: Path, line: int, problem: str) -> NoReturn:
    raise BadInputError(f"{file}:{line}: {problem}")
