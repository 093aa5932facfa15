"""Week 5: a hostile submission, pages about a run, and the end of the term."""

from __future__ import annotations

import math
import shutil
from collections.abc import Iterator, Mapping
from pathlib import Path

from docs.term import exports
from docs.term.desk import Desk, Graded
from docs.term.exports import HandIn
from docs.term.handed_in import Policy, Week
from docs.term.work import Answers, Kind
from docs.transcripts.record import Event

#: What the hostile code writes where it can.
_TRACE = "hostile-was-here"
#: It attacks from its import on; what it does would be seen, and does no harm.
_ATTACK = f'''"""Losses."""

import os
import signal
import socket
from contextlib import suppress
from pathlib import Path

for place in (Path.home(), Path("/tmp"), *Path.cwd().parents):
    with suppress(OSError):
        (place / "{_TRACE}").write_text("stolen")
with suppress(OSError):
    socket.create_connection(("127.0.0.1", 22), 1)
for descriptor in range(3, 256):
    with suppress(OSError):
        os.write(descriptor, b'{{"verdict": "passed", "points": 26}}')
print("PASSED 26 of 26 points")
for _ in range(50):
    with suppress(OSError):
        if os.fork() == 0:
            while True:
                os.getppid()
with suppress(OSError):
    os.kill(os.getppid(), signal.SIGKILL)
os._exit(0)
'''


def played(desk: Desk) -> Iterator[Event]:
    """Yield what happens in week 5."""
    week = _handed_in(desk)
    yield from _graded(desk, week)
    yield from _without_the_hostile(desk)
    yield from _shown(desk)


def _handed_in(desk: Desk) -> Week:
    answers = Answers(desk.course.exercise("losses"))
    week = Week.drawn(desk, 5, "2026-04-03T18:00", [answers], Policy(late=0.0))
    hostile = desk.people.hostile
    escaping = exports.zipped({"../../../outside.py": "escaped = True\n", "losses.py": _ATTACK})
    week.listed[hostile.key] = HandIn(hostile, {"losses.zip": escaping}, week.due)
    week.kinds[hostile.key, "losses"] = Kind.BROKEN
    exports.folders(desk.folder / "handed_in", week.listed.values())
    return week


def _graded(desk: Desk, week: Week) -> Iterator[Event]:
    hostile = desk.people.hostile
    yield desk.type(
        "## Week 5: folders, and a hostile submission\n\n"
        f"{hostile.name} hands in a zip. One of its files would leave the folder where it is "
        "unpacked; the other one attacks the grader.",
        "gradus class collect handed_in --as folders --roster class.csv --into lab5",
    )
    yield desk.type(
        "The file outside is refused, and the listing says so.",
        f"grep {hostile.key} lab5/collected.txt",
    )
    outside = list(desk.folder.parent.rglob("outside.py"))
    desk.claim(not outside, f"a file has left its folder: {outside}")
    graded = desk.type(
        "The code writes files, opens a connection, claims to have passed, forks 50 processes "
        "that never end, and kills the process that has started it.",
        "gradus class grade lab5 --sandbox fork",
    )
    yield graded
    desk.claim("missing by faults" not in graded.output, graded.output)
    places = (desk.folder, desk.folder.parent, Path.home(), Path("/tmp"), Path("/"))
    traces = [folder / _TRACE for folder in places if (folder / _TRACE).exists()]
    desk.claim(not traces, f"the sandbox has let it write: {traces}")
    results = desk.results("lab5")
    week.check(desk, results)
    yield desk.type(
        "Its fault is its own, and none of the grader: not one result is missing. Nothing was "
        "written, and no point was won. A table has the results of all.",
        "gradus class results --in lab5 --names --csv results-5.csv",
    )
    yield desk.type(f"That of {hostile.name}:", f"grep {hostile.key} results-5.csv")
    desk.claim(results[hostile.key, "losses"].earned == 0, "the hostile submission has no points")


def _without_the_hostile(desk: Desk) -> Iterator[Event]:
    """Grade a copy of the collection without the hostile submission."""
    hostile = desk.people.hostile
    shutil.copytree(desk.folder / "lab5", desk.folder / "proof/lab5")
    before = desk.results("lab5")
    yield desk.type(
        "Has it cost another student points? In a copy of the collection, the instructor removes "
        "it, and grades all others again.",
        f"gradus class forget {hostile.key} --in proof/lab5",
    )
    yield desk.type(
        "`--regrade all` grades work again that has a result.",
        "gradus class grade proof/lab5 --sandbox fork --regrade all",
    )
    moved = desk.type("Not one result moved.", "gradus class diff 1 2 --in proof/lab5")
    yield moved
    desk.claim(moved.output == "moved between run 1 and run 2: 0 results", moved.output)
    others = {key: result for key, result in before.items() if key[0] != hostile.key}
    _same_points(desk, others, desk.results("proof/lab5"))
    shutil.rmtree(desk.folder / "proof")


def _same_points(
    desk: Desk, ours: Mapping[tuple[str, str], Graded], other: Mapping[tuple[str, str], Graded]
) -> None:
    desk.same(ours, other, "who was graded without the hostile submission")
    for key, result in ours.items():
        desk.claim(math.isclose(result.earned, other[key].earned), f"{key}: {other[key]}")


def _shown(desk: Desk) -> Iterator[Event]:
    written = desk.type(
        "*Look at the class.* `class report` writes pages about a run: points of all students, "
        "pass rates, common mistakes with examples, and each report with its code.",
        "gradus class report 0 pages --in lab5 --names",
    )
    yield written
    index = desk.read("pages/index.html")
    desk.claim("lab5" in index and "<script" in index, "the first page is about the run")
    command = "gradus class serve --in lab5 --names"
    line, page = desk.shell.served(command)
    desk.claim(line.startswith("http://127.0.0.1:") and "token=" in line, line)
    desk.claim("lab5" in page, f"the server shows the run: {page[:500]}")
    yield Event(
        "`class serve` shows the same pages, live while a run is graded. It prints an address "
        "with a token, answers this machine alone, and Ctrl-C ends it.",
        command,
        line,
    )
