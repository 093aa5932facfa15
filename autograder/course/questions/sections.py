"""The answers in ``questions.md``: one section for each question, with a part for the answer.

    ## halving: How often can a number be halved?

    The question.

    ### Answer

    What the student writes.

A section starts with the heading of a known question. All other headings belong to the answer.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass

#: What a student replaces, or leaves above the answer.
PLACEHOLDER = "<!-- your answer -->"
BEGIN, END = "<!-- BEGIN SOLUTION -->", "<!-- END SOLUTION -->"
#: The heading of the part in which the answer stands.
ANSWER_HEADING = "### Answer"
_MARKS = (PLACEHOLDER, BEGIN, END)

_HEADING = re.compile(r" {0,3}##[ \t]+[*`]*(?P<id>\w+)[*`]*[ \t]*(?::(?P<title>.*))?")
_ANSWER = re.compile(r" {0,3}#{2,6}[ \t]+\**answer\b.*", re.IGNORECASE)
_RUBRIC = re.compile(r" {0,3}###[ \t]+Rubric[ \t]*")
_EXERCISE = re.compile(r"<!-- exercise: (?P<name>\w+) -->")


@dataclass(frozen=True)
class QuestionSection:
    """The section of one question: its title after the colon, its text, and the student's answer.

    Attributes:
        rubric: the points of prose; only the source of the questions has one.
        problem: why the answer cannot be read, in a sentence; empty if it can.
        line: the line of its heading, from 1.
    """

    title: str = ""
    text: str = ""
    answer: str = ""
    rubric: str = ""
    problem: str = ""
    line: int = 0


def read_sections(text: str, ids: Collection[str]) -> dict[str, QuestionSection]:
    """Return the section of each of the questions `ids` in `text`; a missing one has a problem."""
    lines, starts = text.split("\n"), []
    for index, line in enumerate(lines):
        match = _HEADING.fullmatch(line)
        if match and (name := match["id"].lower()) in ids:
            starts.append((name, index, (match["title"] or "").strip()))
    ends = [index for _, index, _ in starts[1:]] + [len(lines)]
    sections_of: dict[str, list[QuestionSection]] = {name: [] for name in ids}
    for (name, start, title), end in zip(starts, ends, strict=False):  # no start, but one end
        sections_of[name].append(_section(name, title, lines[start:end], start + 1))
    return {name: _single(name, sections) for name, sections in sections_of.items()}


def exercise_of(text: str) -> str:
    """Return the exercise that the first lines of `text` name; empty if they name none."""
    match = _EXERCISE.search(text[:2000])
    return match["name"] if match else ""


def exercise_mark(name: str) -> str:
    """Return the line by which a file of any name belongs to the exercise `name`."""
    return f"<!-- exercise: {name} -->"


def are_untouched(sections: Mapping[str, QuestionSection]) -> bool:
    """Return whether nothing was written in any section."""
    return not any(section.answer or section.problem for section in sections.values())


def _section(name: str, title: str, lines: list[str], number: int) -> QuestionSection:
    head = next((i for i, line in enumerate(lines) if i and _ANSWER.fullmatch(line)), None)
    if head is None:
        problem = f"the heading '### Answer' of question '{name}' is missing: put it back"
        return QuestionSection(title, "\n".join(lines[1:]).strip(), problem=problem, line=number)
    text, written = "\n".join(lines[1:head]).strip(), lines[head + 1 :]
    rubric: list[str] = []
    if any(line.strip() == BEGIN for line in written):  # the source, which may have a rubric
        marks = (i for i, line in enumerate(written) if _RUBRIC.fullmatch(line))
        start = next(marks, len(written))
        written, rubric = written[:start], written[start + 1 :]
    return QuestionSection(
        title, text, _without_marks(written), _without_marks(rubric), line=number
    )


def _without_marks(lines: list[str]) -> str:
    return "\n".join(line for line in lines if line.strip() not in _MARKS).strip()


def _single(name: str, sections: list[QuestionSection]) -> QuestionSection:
    if len(sections) == 1:
        return sections[0]
    if not sections:
        return QuestionSection(problem=f"the heading '## {name}: ...' is missing: put it back")
    places = " and ".join(str(section.line) for section in sections[:2])
    return QuestionSection(
        sections[0].title,
        problem=f"the heading '## {name}' stands in lines {places}: keep one of them",
        line=sections[0].line,
    )
