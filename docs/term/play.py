"""The term: its weeks in order, in one working folder."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

from docs.term.desk import Desk, Shell
from docs.term.people import Class
from docs.term.shell import InstalledShell
from docs.term.weeks import canvas, ending, folders, github, gradescope, moodle
from docs.transcripts.record import Event

#: Students of the class on the page.
STUDENTS = 200

Weeks = Sequence[Callable[[Desk], Iterator[Event]]]
WEEKS: Weeks = (
    moodle.played,
    canvas.played,
    gradescope.played,
    github.played,
    folders.played,
    ending.played,
)


def play(
    folder: Path,
    students: int = STUDENTS,
    shell: Callable[[Path], Shell] = InstalledShell,
    weeks: Weeks = WEEKS,
) -> Iterator[Event]:
    """Yield all that happens in a term of a class, played in the new folder `folder`.

    Raises:
        ClaimError: something is not as the page says.
    """
    desk = Desk(folder / "nlp", Class.of(students), shell)
    (desk.folder / "downloads").mkdir()
    desk.write("class.csv", desk.people.roster())
    yield desk.type(
        "The folder `nlp` is the working folder of the instructor. It holds the course: six "
        "exercises of this project. A running course is pinned, so that each change of a check "
        "is seen.",
        "gradus course pin",
    )
    for week in weeks:
        yield from week(desk)
