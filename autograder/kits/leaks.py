"""Lines of solutions that a kit must not hold, and where they stand if it does.

The texts that the instructor wrote for students (README, hints, public checks) may quote a line:
such lines are counted. Everything else, recordings included, may hold none.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from autograder.conversations.recording import content
from autograder.course.reading import Exercise
from autograder.course.stubs import available_stub, find_regions
from framework.course.catalogue import base_in_kit
from framework.errors import BadInputError

#: Shorter lines, as ``return x``, stand in any code.
SHORTEST = 12
_TEXT = re.compile(rb"[\x20-\x7e\x80-\xff]{%d,}" % SHORTEST)


@dataclass(frozen=True)
class Quotation:
    """A line of a solution in a file of the kit."""

    file: Path
    line: str


def solution_lines(exercises: Iterable[Exercise]) -> set[str]:
    """Return the lines of the answers that no stub shows.

    Raises:
        BadInputError: a solution is missing, or has a malformed region.
    """
    answers: set[str] = set()
    shown = ""
    for exercise in exercises:
        lines = exercise.solution_source().split("\n")
        if exercise.questions:  # what the stub leaves out
            answers |= {line.strip() for line in lines}
        else:
            for region in find_regions(lines, exercise.solution):
                answers |= {line.strip() for line in lines[region.first : region.last - 1]}
        shown += available_stub(exercise) or ""
    kept = (line for line in answers if len(line) >= SHORTEST and not line.startswith("#"))
    return {line for line in kept if line not in shown}


def quotations(root: Path, exercises: Iterable[Exercise]) -> list[Quotation]:
    """Return the lines of solutions in the texts that the instructor wrote for students.

    Raises:
        BadInputError: another file of the kit at `root` holds one.
    """
    exercises = list(exercises)
    lines = solution_lines(exercises)
    public = {
        root / file.relative_to(exercise.root)
        for exercise in exercises
        for file in (exercise.readme, exercise.toml, exercise.tests, exercise.stub)
    }
    given = base_in_kit(root)  # what students are given of the base of the course
    files = [file for file in sorted(root.rglob("*")) if not file.is_relative_to(given)]
    found = [one for file in files for one in _in_file(file, lines)]
    leaked = [one for one in found if one.file not in public]
    if leaked:
        places = "; ".join(f"{one.file.relative_to(root)}: {one.line}" for one in leaked[:3])
        raise BadInputError(
            f"the kit would hold {len(leaked)} lines of solutions, and is not written: {places}. "
            "Remove them from the course's public files"
        )
    return found


def _in_file(file: Path, lines: set[str]) -> Iterator[Quotation]:
    if file.is_file():
        text = "\n".join(_texts(file))
        yield from (Quotation(file, line) for line in sorted(lines) if line in text)


def _texts(file: Path) -> Iterator[str]:
    """Yield the texts in a file; of a recording those in its tapes."""
    data = content(file) if file.suffix == ".recording" else file.read_bytes()
    for match in _TEXT.finditer(data):
        yield match[0].decode("utf-8", "replace")
