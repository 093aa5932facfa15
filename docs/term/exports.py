"""Exports of learning systems, in the layouts that these systems write."""

from __future__ import annotations

import os
import subprocess
import zipfile
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from io import BytesIO
from pathlib import Path

from docs.term.people import Person, table

#: Names of files -> their content.
Work = Mapping[str, str | bytes]


@dataclass(frozen=True)
class HandIn:
    """What a student hands in.

    Attributes:
        moment: when; with a time zone.
    """

    person: Person
    work: Work
    moment: datetime


def write_zip(path: Path, members: Iterable[tuple[str, str | bytes]]) -> None:
    """Write a zip with these members."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in members:
            archive.writestr(name, content)


def moodle(path: Path, handed_in: Iterable[HandIn]) -> None:
    """Write Moodle's "Download all submissions", with a folder for each participant."""
    write_zip(path, (
        (f"{_moodle_name(hand_in.person)}_{hand_in.person.participant}"
         f"_assignsubmission_file/{name}", text)
        for hand_in in handed_in
        for name, text in hand_in.work.items()
    ))  # fmt: skip


def _moodle_name(person: Person) -> str:
    plain = "".join(c if c.isprintable() and c not in '_/\\:*?"<>|' else " " for c in person.name)
    return plain.strip()


def worksheet(people: Iterable[Person], handed_in: Iterable[HandIn], maximum: float) -> str:
    """Return Moodle's grading worksheet, which knows the times."""
    times = {hand_in.person: hand_in.moment for hand_in in handed_in}
    columns = (
        *("Identifier", "Full name", "Email address", "Status", "Grade", "Maximum grade"),
        *("Grade can be changed", "Last modified (submission)", "Feedback comments"),
    )
    return table(columns, (
        (f"Participant {person.participant}", person.name, person.email, _status(times.get(person)),
         "", f"{maximum:.2f}", "Yes", _english(times.get(person)), "")
        for person in people
    ))  # fmt: skip


def _status(moment: datetime | None) -> str:
    return "No submission" if moment is None else "Submitted for grading"


def _english(moment: datetime | None) -> str:
    return "-" if moment is None else f"{moment:%A, %-d %B %Y, %-I:%M %p}"


def canvas(path: Path, handed_in: Iterable[HandIn], due: datetime) -> None:
    """Write Canvas's "Download submissions": flat names, which say no more of times than LATE."""
    members = []
    for number, hand_in in enumerate(handed_in):
        name = "".join(filter(str.isalnum, hand_in.person.name.lower()))
        late = "_LATE" if hand_in.moment > due else ""
        start = f"{name}{late}_{hand_in.person.canvas}_{99000 + number}"
        members += [(f"{start}_{file}", text) for file, text in hand_in.work.items()]
    write_zip(path, members)


def canvas_gradebook(people: Iterable[Person], title: str, possible: float) -> str:
    """Return Canvas's gradebook, with one assignment."""
    rows = [("    Points Possible", "", "", "", f"{possible:g}")]
    rows += [(person.name, person.canvas, person.key, "NLP", "") for person in people]
    return table(("Student", "ID", "SIS Login ID", "Section", f"{title} (5501)"), rows)


def times(handed_in: Iterable[HandIn]) -> str:
    """Return a table of times."""
    return table(
        ("student", "submitted"),
        ((hand_in.person.key, hand_in.moment.isoformat()) for hand_in in handed_in),
    )


def gradescope(path: Path, handed_in: Sequence[tuple[HandIn, Sequence[Person]]]) -> None:
    """Write Gradescope's "Export submissions"; each with all who have handed it in."""
    lines, members = [], []
    for number, (hand_in, people) in enumerate(handed_in, start=9001):
        lines += [f"submission_{number}:", "  :submitters:"]
        for person in people:
            lines += [f"  - :name: {_yaml(person.name)}", f"    :email: {person.email}"]
        lines += [f"  :created_at: {hand_in.moment:%Y-%m-%d %H:%M:%S.%f %z}"]
        members += [(f"submission_{number}/{name}", text) for name, text in hand_in.work.items()]
    start = "assignment_321_export"
    text = "\n".join(lines) + "\n"
    listed = [("submission_metadata.yml", text), *members]
    write_zip(path, ((f"{start}/{name}", content) for name, content in listed))


def _yaml(text: str) -> str:
    """Return `text` in quotes, as YAML reads it."""
    return '"' + text.translate({34: '\\"', 92: "\\\\", 27: "\\e"}) + '"'


def clones(folder: Path, slug: str, histories: Iterable[Sequence[HandIn]]) -> None:
    """Write clones of repositories; of each student, a commit for each hand-in."""
    for history in histories:
        repository = folder / f"{slug}-{history[0].person.github}"
        repository.mkdir(parents=True)
        _git(repository, "init", "-q", "-b", "main")
        _git(repository, "fast-import", "--quiet", data=b"".join(_commits(history)))
        _git(repository, "checkout", "-q", "-f", "main")


def _commits(history: Iterable[HandIn]) -> Iterator[bytes]:
    """Yield the commands that make the commits."""
    for hand_in in history:
        who = f"{hand_in.person.key} <{hand_in.person.email}>"
        when = f"{int(hand_in.moment.timestamp())} {hand_in.moment:%z}"
        yield f"commit refs/heads/main\ncommitter {who} {when}\ndata 4\nwork\n".encode()
        for name, content in hand_in.work.items():
            data = _data(content)
            yield f"M 100644 inline {name}\ndata {len(data)}\n".encode() + data + b"\n"


def _data(content: str | bytes) -> bytes:
    return content.encode() if isinstance(content, str) else content


def _git(folder: Path, *words: str, data: bytes = b"") -> None:
    nothing = {"GIT_CONFIG_GLOBAL": os.devnull, "GIT_CONFIG_SYSTEM": os.devnull}
    subprocess.run(
        ["git", "-C", folder, *words],
        input=data,
        check=True,
        capture_output=True,
        env={**os.environ, **nothing},
    )


def folders(path: Path, handed_in: Iterable[HandIn]) -> None:
    """Write a folder for each student; names of files may be those of archives."""
    for hand_in in handed_in:
        folder = path / hand_in.person.key
        folder.mkdir(parents=True)
        for name, text in hand_in.work.items():
            (folder / name).write_bytes(_data(text))


def zipped(members: Mapping[str, str]) -> bytes:
    """Return the bytes of a zip."""
    data = BytesIO()
    with zipfile.ZipFile(data, "w") as archive:
        for name, text in members.items():
            archive.writestr(name, text)
    return data.getvalue()
