"""The working folder of the instructor: the course, the exports, and a terminal."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from docs.term.course import make_course
from docs.term.people import Class
from docs.transcripts.record import MOST_LINES, Event


class ClaimError(Exception):
    """The page would say something that is not so."""


class Shell(Protocol):
    """Types commands in the working folder."""

    def ended(self, command: str) -> tuple[int, str]:
        """Return the exit code of `command`, and what it prints."""

    def interrupted(self, command: str, is_time: Callable[[], bool]) -> str:
        """Return what `command` prints where Ctrl-C is pressed as soon as `is_time`."""

    def served(self, command: str) -> tuple[str, str]:
        """Return the first line that a server prints, and the page there; it is stopped then."""


@dataclass(frozen=True)
class Graded:
    """Verdict and points of a student at an exercise."""

    verdict: str
    earned: float
    possible: float

    @property
    def is_full(self) -> bool:
        """Whether all points were earned."""
        return self.verdict == "passed" and self.earned == self.possible


class Desk:
    """A course in a new folder, its students, and a shell in it.

    Args:
        folder: must not exist.
        shell: returns a shell in that folder.
    """

    def __init__(self, folder: Path, people: Class, shell: Callable[[Path], Shell]) -> None:
        self.folder, self.people = folder, people
        folder.mkdir(parents=True)
        self.course = make_course(folder)
        self.shell = shell(folder)

    def type(self, said: str, command: str, *, code: int = 0, most: int = MOST_LINES) -> Event:
        """Type a command, and return what is to be said and shown.

        Raises:
            ClaimError: it ends with another exit code.
        """
        status, output = self.shell.ended(command)
        self.claim(status == code, f"`{command}` ends with {status}, not {code}:\n{output}")
        return Event(said, command, output, most)

    def write(self, name: str, text: str) -> None:
        """Write a file of the instructor's own."""
        (self.folder / name).write_text(text, "utf-8")

    def read(self, name: str) -> str:
        """Return the text of a file."""
        return (self.folder / name).read_text("utf-8")

    def rows(self, name: str) -> list[dict[str, str]]:
        """Return the rows of a table."""
        return list(csv.DictReader(io.StringIO(self.read(name))))

    def results(self, lab: str, run: int = 0) -> Mapping[tuple[str, str], Graded]:
        """Return (key of a student, exercise) -> what a run says."""
        file = self.folder / "results-to-check.csv"
        self.type("", f"gradus class results {run} --in {lab} --names --csv {file.name}")
        graded = {
            (row["student"].partition(" ")[0].strip("'"), row["exercise"]): Graded(
                row["verdict"], float(row["earned"] or "nan"), float(row["possible"] or "nan")
            )
            for row in self.rows(file.name)
        }
        file.unlink()
        return graded

    def collection(self, lab: str) -> Mapping[str, object]:
        """Return what the collection `lab` holds."""
        table: dict[str, object] = json.loads(self.read(f"{lab}/collection.json"))
        return table

    @staticmethod
    def claim(is_so: bool, text: str) -> None:
        """Stop where something is not so.

        Raises:
            ClaimError: it is not.
        """
        if not is_so:
            raise ClaimError(text)

    def same(self, actual: Iterable[object], expected: Iterable[object], what: str) -> None:
        """Stop where two sets differ.

        Raises:
            ClaimError: they do; the message names what is in one of them alone.
        """
        ours, other = set(actual), set(expected)
        more, less = sorted(map(str, ours - other)), sorted(map(str, other - ours))
        self.claim(ours == other, f"{what}: {more[:9]} are unexpected, {less[:9]} are missing")
